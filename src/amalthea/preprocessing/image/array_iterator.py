"""Batches of the pictures of an array."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ...errors import ArgumentError, ArgumentTypeError
from ...images.random_blocks import first_numbers
from . import arguments, drawing, normalisation, settings
from .picture_iterator import PictureIterator
from .subsets import part, share

if TYPE_CHECKING:
    from .generator import ImageDataGenerator


class NumpyArrayIterator(PictureIterator):
    """Batches of the pictures of an array, transformed and normalised by an ``ImageDataGenerator``.

    Args:
        x: pictures, shape (N, height, width, channels) or (N, channels, height, width); or a tuple of them and one
            other array of N rows, or a list of such, which come untouched in a list with the pictures.
        y: N labels of any shape, or None.
        image_data_generator: transforms and normalises the pictures.
        batch_size: pictures in a batch; the last one of an epoch may have fewer.
        shuffle: give each epoch an order of its own.
        sample_weight: shape (N,), or None.
        seed: of the orders and transformations; None takes a fresh one.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        save_to_dir: folder into which the pictures of each batch are written, too, stretched to [0, 255].
        save_prefix: with which their names begin.
        save_format: "png", "jpeg" or another suffix.
        subset: "training" or "validation", of the generator's ``validation_split``: the first rows are validation.
        ignore_class_split: let the two subsets have different labels.
        dtype: of the batches; None means Keras' ``floatx``.
        workers: how many threads prepare pictures ahead; 0 for none, None for one for each processor.

    Attributes:
        x: the pictures.
        y: the labels, or None.
        x_misc: the other arrays.
        sample_weight: as given.

    Raises:
        ArgumentError: arrays of different lengths, pictures without 4 axes, an unknown subset, or one that has other
            labels than the rest.

    Example:
        >>> from amalthea.preprocessing.image import ImageDataGenerator
        >>> batches = NumpyArrayIterator(np.zeros((5, 4, 4, 3)), np.arange(5), ImageDataGenerator(), batch_size=2)
        >>> len(batches), next(batches)[1].tolist()
        (3, [0, 1])
    """

    def __init__(
        self,
        x: Any,
        y: ArrayLike | None,
        image_data_generator: "ImageDataGenerator",
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: ArrayLike | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: DTypeLike | None = None,
        *,
        workers: int | None = None,
    ) -> None:
        self.data_format, dtype = settings.data_format(data_format), settings.floatx(dtype)
        pictures, others = _inputs(x)
        labels, weights = (None if rows is None else np.asarray(rows) for rows in (y, sample_weight))
        _check_lengths(pictures, others, labels, weights)
        if subset is not None:
            taken = part(share(subset, image_data_generator), len(pictures))
            if labels is not None and not ignore_class_split:
                _check_classes(labels, taken)
            pictures, others = pictures[taken], [rows[taken] for rows in others]
            labels, weights = (None if rows is None else rows[taken] for rows in (labels, weights))
        self.x, self.x_misc, self.y, self.sample_weight = np.asarray(pictures, dtype), others, labels, weights
        arguments.advise_on_channels(self.x.shape, settings.channel_axis(self.data_format) + 1, self.data_format)
        super().__init__(
            len(self.x),
            batch_size,
            shuffle,
            seed,
            image_data_generator=image_data_generator,
            dtype=dtype,
            names=None,
            workers=workers,
        )
        self._save_to(save_to_dir, save_prefix, save_format)

    def picture(self, index: int) -> NDArray[Any]:
        """One picture before it is transformed; it must not be changed."""
        view: NDArray[Any] = self.x[index]
        return view

    def _room(self, count: int) -> NDArray[Any] | None:
        generator, pictures = self.image_data_generator, self.x
        if not getattr(generator, "_prepares_many", False) or type(self).picture is not NumpyArrayIterator.picture:
            return None
        if np.ndim(pictures) != 4 or getattr(pictures, "dtype", None) != self.dtype:
            return None  # a script has set them
        return np.empty((count, *pictures.shape[1:]), self.dtype) if pictures.dtype.kind == "f" else None

    def _fill(self, room: NDArray[Any], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        assert self.image_data_generator is not None
        numbers = first_numbers(seed, epoch, indices, drawing.RANDOM_NUMBERS)
        pictures = [self.x[index] for index in indices.tolist()]
        drawing.move_all(self.image_data_generator, pictures, numbers, room)
        normalisation.standardize_all(self.image_data_generator, room)

    def _with_targets(self, pictures: NDArray[Any], indices: NDArray[np.int64]) -> Any:
        inputs = [pictures, *(rows[indices] for rows in self.x_misc)] if self.x_misc else pictures
        if self.y is None:
            return inputs
        weights = () if self.sample_weight is None else (self.sample_weight[indices],)
        return inputs, self.y[indices], *weights

    def _for_keras(self, batch: Any) -> Any:
        """The same without lists; inputs alone are a tuple of one."""
        return (tuple(batch),) if isinstance(batch, list) else super()._for_keras(batch)


def _inputs(x: Any) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """Pictures, and the other inputs that come with them."""
    if not isinstance(x, list | tuple) or len(x) != 2:
        return _array(x), []
    pictures, others = x[0], x[1] if isinstance(x[1], list) else [x[1]]
    return _array(pictures), [np.asarray(rows) for rows in others]


def _array(given: Any) -> NDArray[Any]:
    """Pictures of shape (N, height, width, channels), or with the channels first."""
    try:
        pictures = np.asarray(given)
    except ValueError:  # of several shapes
        pictures = np.empty(0, object)
    if pictures.dtype.kind not in "biuf":
        raise ArgumentTypeError(
            f"x={given!r:.60} is no array of pictures. Give numbers of shape (N, height, width, channels), or a tuple "
            "of them and other inputs; flow_from_directory and flow_from_dataframe take files."
        )
    if pictures.ndim != 4:
        raise ArgumentError(f"x is an array of pictures, which has 4 axes; given was {pictures.shape}.")
    return pictures


def _check_lengths(
    pictures: NDArray[Any],
    others: list[NDArray[Any]],
    labels: NDArray[Any] | None,
    weights: NDArray[Any] | None,
) -> None:
    count = len(pictures)
    for other in others:
        if len(other) != count:
            raise ArgumentError(f"All of the arrays in `x` have one row a picture; there are {count} and {len(other)}.")
    for name, rows in (("`y` (labels)", labels), ("`sample_weight`", weights)):
        if rows is not None and len(rows) != count:
            raise ArgumentError(
                f"`x` (images tensor) and {name} have one row a picture; there are {count} and {len(rows)}."
            )


def _check_classes(labels: NDArray[Any], taken: slice) -> None:
    rest = np.delete(np.arange(len(labels)), taken)
    if not np.array_equal(np.unique(labels[taken]), np.unique(labels[rest])):
        raise ArgumentError(
            "Training and validation subsets have different number of classes after the split, or other ones: "
            "validation takes the first rows. Shuffle x and y together, or give ignore_class_split=True."
        )
