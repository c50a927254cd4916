"""Batches of pictures from files: what the iterators over folders and tables share."""

import os
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import images
from ...errors import ArgumentError, ArgumentTypeError, MissingFileError
from ...images.conversion import load
from ...images.reading import check_decode
from ...images.resizing import pillow_size, resampling
from . import settings
from .picture_iterator import PictureIterator
from .subsets import share

if TYPE_CHECKING:
    from .generator import ImageDataGenerator

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class FileIterator(PictureIterator):
    """Batches of pictures that are read from files when they are needed.

    Derived classes call ``_read_as`` first, and set ``filenames`` and ``_filepaths``.
    """

    filenames: list[str]
    class_mode: str | None
    classes: Any
    class_indices: dict[str, int]
    _filepaths: list[str]

    @property
    def filepaths(self) -> list[str]:
        """Paths of the pictures, in the order of their indices."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """The class of each picture, or what else there is to learn of it."""
        return self.classes

    @property
    def sample_weight(self) -> NDArray[Any] | None:
        """Weight of each picture in the loss, shape (n,), or None."""
        return None

    def picture(self, index: int) -> NDArray[Any]:
        """One picture before it is transformed; it must not be changed."""
        image = load(
            self.filepaths[index],
            self.color_mode,
            self.target_size,
            self.interpolation,
            self.keep_aspect_ratio,
            self.decode,
        )
        return images.image_to_array(image, self.data_format, settings.floatx(None))

    def _read_as(
        self,
        image_data_generator: "ImageDataGenerator | None",
        target_size: Sequence[int],
        color_mode: str,
        data_format: str,
        interpolation: str,
        keep_aspect_ratio: bool,
        subset: str | None,
        decode: str,
    ) -> None:
        """Keep how pictures are read, and which part of them."""
        if color_mode not in _CHANNELS:
            raise ArgumentError(f"color_mode={color_mode!r} is unknown; choose one of {', '.join(_CHANNELS)}.")
        check_decode(decode)
        resampling(interpolation)
        width, height = pillow_size(target_size)
        self.target_size, self.color_mode, self.data_format = (height, width), color_mode, data_format
        channels = (_CHANNELS[color_mode],)
        first = settings.channel_axis(data_format) == 0
        self.image_shape = channels + self.target_size if first else self.target_size + channels
        self.interpolation, self.keep_aspect_ratio, self.decode = interpolation, keep_aspect_ratio, decode
        self.subset, self.split = subset, share(subset, image_data_generator)

    def _with_targets(self, pictures: NDArray[Any], indices: NDArray[np.int64]) -> Any:
        targets = self._targets_of(pictures, indices)
        if targets is None:
            return pictures
        return (pictures, targets) if self.sample_weight is None else (pictures, targets, self.sample_weight[indices])

    def _targets_of(self, pictures: NDArray[Any], indices: NDArray[np.int64]) -> Any:
        if self.class_mode == "input":
            return pictures.copy()
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[index] for index in indices], self.dtype)
        if self.class_mode == "categorical":
            targets = np.zeros((len(indices), len(self.class_indices)), self.dtype)
            for row, index in zip(targets, indices, strict=True):
                row[self.classes[index]] = 1  # a place, or several
            return targets
        if self.class_mode == "multi_output":
            return [column[indices] for column in self.labels]
        return self.labels[indices] if self.class_mode == "raw" else None


def check_class_mode(given: str | None, allowed: Sequence[str | None]) -> None:
    """Refuse what tells nothing about the labels.

    Raises:
        ArgumentError: it is none of those allowed.
    """
    if given not in allowed:
        near = get_close_matches(str(given), [mode for mode in allowed if mode], n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentError(f"class_mode={given!r} is unknown; choose one of {', '.join(map(repr, allowed))}.{meant}")


def check_classes(classes: Sequence[str] | None) -> None:
    """Refuse a single name, which would be taken for a list of letters.

    Raises:
        ArgumentTypeError: it is one.
    """
    if isinstance(classes, str):
        raise ArgumentTypeError(f"classes={classes!r} is one name; give a list of names, such as [{classes!r}].")


def check_folder(directory: object) -> None:
    """Refuse what is no folder.

    Raises:
        ArgumentTypeError: it is no path.
        MissingFileError: nothing is there.
        ArgumentError: a file is there.
    """
    if not isinstance(directory, str | os.PathLike):
        raise ArgumentTypeError(f"directory={directory!r}; give the path of a folder with one sub-folder a class.")
    if os.path.isfile(directory):
        raise ArgumentError(f"{directory} is a file. Give the folder that has one sub-folder a class.")
    if not os.path.isdir(directory):
        raise MissingFileError(f"There is no folder {directory} (looked for at {os.path.abspath(directory)}).")


def within(folder: str | os.PathLike[str], names: Sequence[str]) -> list[str]:
    """Paths of the files of a folder."""
    return [os.path.join(folder, name) for name in names]
