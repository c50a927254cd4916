"""Batches of pictures and labels, from files or arrays to what a network takes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from ..catalog import Scaling, ScalingSteps, scaling_steps
from ..errors import ArgumentError
from .augmentation import RANDOM_NUMBERS, Augmentation, apply_all
from .batches import Batches
from .decode import Source
from .folders import LabelledPictures, labelled_folder
from .random_blocks import first_numbers
from .reading import check_decode, read_at_size
from .resizing import both_sides, resampling, resize
from .samples import Problem
from .scaling import scale

Batch: TypeAlias = tuple[NDArray[Any], NDArray[Any] | None]


class PictureBatches:
    """Batches of pictures with their labels; ``picture_batches`` makes them.

    Attributes:
        pictures: what the batches are made of, with indices instead of labels.
        labels: shape (N, …), of all pictures; None if they have none.
    """

    def __init__(self, pictures: Batches, labels: NDArray[Any] | None) -> None:
        self.pictures, self.labels = pictures, labels

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self.pictures)

    @property
    def problems(self) -> Mapping[int, Problem]:
        """Why pictures could not be used when they were last tried, by index."""
        return self.pictures.problems

    def report(self) -> str:
        """The problems, to read."""
        return self.pictures.report()

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Indices of the pictures in the order of an epoch; see ``Batches.order``."""
        return self.pictures.order(epoch)

    def batch(self, epoch: int, position: int) -> Batch:
        """One batch, both counted from 0 on; see ``Batches.batch``.

        Returns:
            Pictures, shape (N, height, width, 3), and their labels, shape (N, …), or None.
        """
        return self._with_labels(*self.pictures.batch(epoch, position))

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of one epoch in their order; see ``Batches.epoch``."""
        for pictures, indices in self.pictures.epoch(number):
            yield self._with_labels(pictures, indices)

    def close(self) -> None:
        """End the threads; see ``Batches.close``."""
        self.pictures.close()

    def _with_labels(self, pictures: NDArray[Any], indices: NDArray[np.int64]) -> Batch:
        return pictures, None if self.labels is None else self.labels[indices]


def picture_batches(
    pictures: LabelledPictures | Sequence[Source] | NDArray[Any] | str | os.PathLike[str],
    labels: ArrayLike | None = None,
    *,
    size: int | Sequence[int] | None = None,
    augmentation: Augmentation | None = None,
    interpolation: str = "bilinear",
    decode: str = "fast",
    scaling: Scaling | ScalingSteps | str | float | None = None,
    dtype: DTypeLike = "float32",
    batch_size: int = 32,
    shuffle: bool = False,
    seed: int | None = None,
    workers: int | None = None,
    on_error: str = "raise",
) -> PictureBatches:
    """Pictures in batches, read, resized, augmented and scaled by threads while a network computes.

    ``amalthea.preprocessing.dataset`` makes of them what ``fit``, ``evaluate`` and ``predict`` of Keras take.

    Args:
        pictures: a folder with one sub-folder for each class, as ``labelled_folder`` takes it, or what that function
            returned; or files, or other sources of ``read_picture``; or an array of shape (N, height, width, 3), RGB
            in [0, 255].
        labels: shape (N, …), of files or an array; None without.
        size: rows and columns, or one number for both; only an array may keep its own. Arrays of other
            numbers than uint8 are resized without rounding.
        augmentation: what may happen to each picture, anew in each epoch; None leaves them as they are.
        interpolation: a filter of ``resize``.
        decode: "fast" lets large JPEG files be decoded at a half, a quarter or an eighth of their size where that is
            not below ``size``, and "bilinear" be done by OpenCV: several times as fast, with slightly other pixels (2
            of 255 on average). "exact" takes all pixels, and Pillow's filters.
        scaling: how pixels become what a network expects, as for ``scale``; None leaves them in [0, 255].
        dtype: of the pictures in a batch; integers cannot be scaled.
        batch_size: as for ``Batches``.
        shuffle: as for ``Batches``, but not unless it is asked for.
        seed: as for ``Batches``.
        workers: as for ``Batches``.
        on_error: as for ``Batches``.

    Raises:
        ArgumentError: one of the arguments cannot be used.
        MissingFileError: there is no such folder.

    Example:
        >>> batches = picture_batches(["elephant.jpg"], [1], size=150, scaling="tf")
        >>> x, y = batches.batch(epoch=0, position=0)
        >>> x.shape, y.tolist()
        ((1, 150, 150, 3), [1])
    """
    sources, known = _sources(pictures, labels)
    sample = _PictureSample(
        sources,
        None if size is None else both_sides(size),
        interpolation,
        decode,
        augmentation,
        None if scaling is None else scaling_steps(scaling),
        np.dtype(dtype),
    )
    batches = Batches(
        sample,
        len(sources),
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        workers=workers,
        on_error=on_error,
        names=_names(sources),
    )
    return PictureBatches(batches, known)


@dataclass(frozen=True, slots=True, eq=False)
class _PictureSample:
    """Prepares one picture."""

    pictures: Sequence[Source] | NDArray[Any]
    size: tuple[int, int] | None
    interpolation: str
    decode: str
    augmentation: Augmentation | None
    scaling: ScalingSteps | None
    dtype: np.dtype[Any]

    def __post_init__(self) -> None:
        if not isinstance(self.augmentation, Augmentation | None):
            raise ArgumentError(
                f"augmentation={self.augmentation!r}; give an amalthea.Augmentation, such as "
                "Augmentation(rotation=40, horizontal_flip=True), or None."
            )
        resampling(self.interpolation)
        check_decode(self.decode)
        if self.size is None and not isinstance(self.pictures, np.ndarray):
            raise ArgumentError("Give size=(rows, columns), which all pictures from files are to have.")
        if self.scaling is not None and self.dtype.kind != "f":
            raise ArgumentError(f"dtype={self.dtype} cannot hold scaled pixels; give a floating one, as 'float32'.")

    def __call__(self, index: int, generator: np.random.Generator) -> NDArray[Any]:
        picture = self._read(index)
        if self.dtype.kind == "f":
            picture = picture.astype(np.float32, copy=False)
        if self.augmentation is not None:
            height, width = picture.shape[:2]
            picture = self.augmentation.draw(height, width, generator).apply(picture)
        if self.scaling is not None:
            picture = scale(picture, self.scaling)
        return picture.astype(self.dtype, copy=False)

    def room(self, count: int) -> NDArray[Any] | None:
        """As for ``QuickSample``: pictures of an array that keep their size take little time."""
        pictures = self.pictures
        if not isinstance(pictures, np.ndarray) or self.dtype != np.float32:
            return None
        return np.empty((count, *pictures.shape[1:]), self.dtype) if self.size in (None, pictures.shape[1:3]) else None

    def fill(self, room: NDArray[Any], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        """As for ``QuickSample``."""
        assert isinstance(self.pictures, np.ndarray)
        pictures = self.pictures[indices].astype(room.dtype, copy=False)
        if self.augmentation is None:
            room[...] = pictures
        else:
            decide, (height, width) = self.augmentation.decide, room.shape[1:3]
            numbers = first_numbers(seed, epoch, indices, RANDOM_NUMBERS)
            apply_all([decide(height, width, each) for each in numbers.tolist()], list(pictures), room)
        if self.scaling is not None:
            room[...] = scale(room, self.scaling)

    def _read(self, index: int) -> NDArray[Any]:
        if not isinstance(self.pictures, np.ndarray):
            assert self.size is not None
            return read_at_size(self.pictures[index], self.size, self.interpolation, self.decode)
        picture: NDArray[Any] = self.pictures[index]
        if self.size is None or self.size == picture.shape[:2]:
            return picture
        if picture.dtype == np.uint8 and picture.shape[2] == 3:
            return resize(picture, self.size, self.interpolation)
        values = _resized(picture, self.size, self.interpolation)
        return values if self.dtype.kind == "f" else values.round()


def _resized(picture: NDArray[Any], size: tuple[int, int], interpolation: str) -> NDArray[np.float32]:
    """What ``resize`` makes of pixels that are no whole numbers, or of other channels: the same without rounding."""
    filter_of_pillow, width_and_height = resampling(interpolation), (size[1], size[0])
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(channel)).resize(width_and_height, filter_of_pillow))
        for channel in np.moveaxis(picture.astype(np.float32), 2, 0)
    ]
    return np.stack(channels, axis=2).clip(0, 255)  # some filters go beyond


def _sources(
    pictures: LabelledPictures | Sequence[Source] | NDArray[Any] | str | os.PathLike[str], labels: ArrayLike | None
) -> tuple[Sequence[Source] | NDArray[Any], NDArray[Any] | None]:
    """Pictures, and their labels if there are any."""
    if isinstance(pictures, str | os.PathLike):
        pictures = labelled_folder(pictures)
    if isinstance(pictures, LabelledPictures):
        if labels is not None:
            raise ArgumentError("A folder's pictures are labelled already; give its paths to label them otherwise.")
        return pictures.paths, pictures.labels
    if not (hasattr(pictures, "__len__") and hasattr(pictures, "__getitem__")):
        raise ArgumentError(
            f"Pictures are given as a list of files; given was a {type(pictures).__name__}. Make a list of it."
        )
    if isinstance(pictures, np.ndarray) and (
        pictures.ndim != 4 or pictures.dtype.kind not in "uif" or 0 in pictures.shape[1:]
    ):
        raise ArgumentError(
            "An array of pictures has shape (N, height, width, 3) and numbers in [0, 255]; given was "
            f"{pictures.shape} of {pictures.dtype}."
        )
    known = None if labels is None else np.asarray(labels)
    if known is not None and (known.ndim < 1 or len(known) != len(pictures)):
        raise ArgumentError(f"labels of shape {known.shape} for {len(pictures)} pictures; give one for each picture.")
    return pictures, known


def _names(sources: Sequence[Source] | NDArray[Any]) -> list[str] | None:
    """Of files; other sources have none, and neither have arrays."""
    paths = [str(source) for source in sources if isinstance(source, str | os.PathLike)]
    return paths if len(paths) == len(sources) else None
