"""Batches of pictures that a generator transforms: what the iterators over arrays, folders and tables share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ... import images
from ...errors import ArgumentError, ImageError, warn
from ...images.samples import check_batch_size
from ...images.threads import thread_count
from . import settings
from .iterator import Iterator

if TYPE_CHECKING:
    from .generator import ImageDataGenerator

_COURSE = {"batch_index", "epoch", "index_array", "total_batches_seen"}  # attributes that no picture depends on


class PictureIterator(Iterator):
    """Batches whose pictures threads prepare ahead of time, the same ones for any number of threads.

    Random numbers depend on the seed, the epoch and the picture alone. A script may set any attribute, such as ``x``:
    what was prepared ahead is made anew. Derived classes define ``picture`` and
    ``_with_targets``. Where a user's class defines ``_get_batches_of_transformed_samples`` or ``_set_index_array``, or
    a script has set ``index_array``, batches are made one by one, when they are asked for.

    Args:
        n: number of pictures.
        batch_size: pictures in a batch.
        shuffle: give each epoch an order of its own.
        seed: of the orders and transformations; None takes a fresh one.
        image_data_generator: transforms and normalises the pictures; None leaves them as they are.
        dtype: of the batches.
        names: of the pictures, for messages.
        workers: how many threads; 0 for none, None for one for each processor.
        on_error: "raise", "skip" or "replace" a picture that cannot be read.
    """

    data_format: str
    _changes = 0
    _no_picture = "There is no picture to make a batch of."

    def __init__(
        self,
        n: int,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        *,
        image_data_generator: "ImageDataGenerator | None",
        dtype: DTypeLike,
        names: list[str] | None,
        workers: int | None,
        on_error: str = "raise",
    ) -> None:
        check_batch_size(batch_size)
        super().__init__(n, batch_size, shuffle, seed)
        self.image_data_generator, self.dtype = image_data_generator, dtype
        self.names, self.on_error = names, on_error
        self._threads = workers
        self._batches: images.Batches | None = None
        self._made_of: tuple[Any, ...] = ()
        self._ahead_of: tuple[Any, ...] = ()
        if n:
            self._current_batches()  # refuses wrong arguments now

    def __setattr__(self, name: str, value: object) -> None:
        """Count the changes, by which it is known when what is prepared ahead is out of date."""
        super().__setattr__(name, value)
        if not name.startswith("_") and name not in _COURSE:
            self._changes += 1

    def __getitem__(self, idx: int) -> Any:
        if self.n == 0:
            raise ArgumentError(self._no_picture)
        return super().__getitem__(idx)

    @property
    def workers(self) -> int:
        """Always 1: Keras' own threads would ask for batches in no order. What it is set to is the number of ours."""
        return 1

    @workers.setter
    def workers(self, count: int | None) -> None:
        self._threads = thread_count(count)

    @property
    def use_multiprocessing(self) -> bool:
        """Always False: processes that Keras forks while threads work would wait for ever."""
        return False

    @use_multiprocessing.setter
    def use_multiprocessing(self, wanted: bool) -> None:
        if wanted:
            warn(
                "use_multiprocessing=True is left out: threads prepare the pictures already, without copies. Give "
                "flow or flow_from_directory workers=... for another number of them."
            )

    def picture(self, index: int) -> NDArray[Any]:
        """One picture before it is transformed; it must not be changed."""
        raise NotImplementedError

    def _with_targets(self, pictures: NDArray[Any], indices: NDArray[np.int64]) -> Any:
        """What a batch is made of, besides its pictures."""
        raise NotImplementedError

    @property
    def problems(self) -> dict[int, Exception]:
        """Why pictures could not be used when they were last tried, by index."""
        return {} if self._batches is None else dict(self._batches.problems)

    def report(self) -> str:
        """The problems, to read."""
        return self._current_batches().report()

    def _get_batches_of_transformed_samples(self, index_array: NDArray[np.int64]) -> Any:
        if not len(index_array):
            raise ArgumentError(f"index_array has fewer indices than there are pictures; give all {self.n}.")
        pictures = [self._sample(int(i), images.generator_of(self._seed, self.epoch, int(i))) for i in index_array]
        return self._finished(np.stack(pictures), np.asarray(index_array), self.epoch)

    def _batch_at(self, epoch: int, position: int, index_array: NDArray[np.int64]) -> Any:
        if self.n == 0:
            raise ArgumentError(self._no_picture)
        if self._is_customised():
            return super()._batch_at(epoch, position, index_array)
        batches = self._current_batches()
        for later in range(position, position + len(batches)):  # the next one where all pictures are skipped
            pictures, indices = batches.batch(epoch, later % len(batches))
            if len(indices):
                return self._finished(pictures, indices, epoch)
        raise ImageError(f"No picture is left to make a batch of. {self.report()}")

    def _is_customised(self) -> bool:
        kind = type(self)
        return (
            self.index_array is not self._own_order
            or kind._get_batches_of_transformed_samples is not PictureIterator._get_batches_of_transformed_samples
            or kind._set_index_array is not Iterator._set_index_array
        )

    def _sample(self, index: int, random: np.random.Generator) -> NDArray[Any]:
        picture, generator = self.picture(index), self.image_data_generator
        if generator:
            moved = generator.apply_transform(picture, generator.get_random_transform(picture.shape, random))
            # Normalised in place, as Keras does it; nothing else may be changed with it.
            picture = generator.standardize(moved.copy() if np.may_share_memory(moved, picture) else moved)
        return picture.astype(self.dtype, copy=False)

    def _room(self, count: int) -> NDArray[Any] | None:
        """Room for so many pictures, if ``_fill`` can prepare them; else they are prepared one by one."""
        return None

    def _fill(self, room: NDArray[Any], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        """Prepare several pictures at once, as ``_sample`` does each."""
        raise NotImplementedError

    def _current_batches(self) -> images.Batches:
        """The batches; new ones after a script has changed ``batch_size``, ``shuffle`` or the like.

        What is prepared ahead is forgotten after any other change, of the generator as well.
        """
        ahead_of = self._changes, getattr(self.image_data_generator, "_changes", 0)
        wanted = self.n, self.batch_size, self.shuffle, self._seed, self.on_error, self._threads
        with self.lock:
            made = self._batches
            if made is None or wanted != self._made_of:
                self._batches = made = images.Batches(
                    _Sample(self),
                    self.n,
                    batch_size=self.batch_size,
                    shuffle=self.shuffle,
                    seed=self._seed,
                    workers=self._threads,
                    on_error=self.on_error,
                    names=self.names,
                )
            if ahead_of != self._ahead_of:
                made.forget()
            self._made_of, self._ahead_of = wanted, ahead_of
        return made

    def _save_to(self, folder: str | os.PathLike[str] | None, prefix: str, file_format: str) -> None:
        """Write the pictures of each batch into a folder, too, which is made where it is missing."""
        self.save_to_dir, self.save_prefix, self.save_format = folder, prefix, file_format
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _finished(self, pictures: NDArray[Any], indices: NDArray[np.int64], epoch: int) -> Any:
        if self.save_to_dir:
            for index, pixels in zip(indices, pictures, strict=True):
                name = f"{self.save_prefix}_{index}_{self._seed}-{epoch}.{self.save_format}"
                image = images.array_to_image(pixels, self.data_format, True, settings.floatx(None))
                images.save_image(Path(self.save_to_dir, name), image)
        return self._with_targets(pictures, indices)


class _Sample:
    """Asks the iterator, but does not keep it: its threads end when nobody needs it any more."""

    def __init__(self, iterator: PictureIterator) -> None:
        self._iterator = ref(iterator)

    def __call__(self, index: int, random: np.random.Generator) -> NDArray[Any]:
        return self._there()._sample(index, random)

    def room(self, count: int) -> NDArray[Any] | None:
        return self._there()._room(count)

    def fill(self, room: NDArray[Any], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        self._there()._fill(room, indices, seed, epoch)

    def _there(self) -> PictureIterator:
        there = self._iterator()
        if there is None:
            raise ReferenceError("The iterator is gone, and nobody waits for its pictures.")
        return there
