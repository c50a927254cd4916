"""Batches of the pictures of a folder with one sub-folder a class."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from ...errors import ArgumentError, warn
from . import settings
from .file_iterator import FileIterator, check_class_mode, check_classes, check_folder, within
from .subsets import part

if TYPE_CHECKING:
    from .generator import ImageDataGenerator

_FilePath = str | os.PathLike[str]


class DirectoryIterator(FileIterator):
    """Batches of the pictures of a folder that has one sub-folder for each class.

    Pictures count at any depth in the sub-folders; they are known by the suffixes in ``white_list_formats``. Each class
    comes after the other, its folders and files sorted.

    Args:
        directory: the folder.
        image_data_generator: transforms and normalises the pictures.
        target_size: height and width in pixels.
        color_mode: "grayscale", "rgb" or "rgba".
        classes: names of the sub-folders, in the order of the labels; None takes all, sorted. ``["."]`` takes the
            folder itself.
        class_mode: what comes with the pictures: "categorical" (rows of 0 and 1), "binary" and "sparse" (the class's
            number), "input" (a copy of the pictures), or None (nothing).
        batch_size: pictures in a batch; the last one of an epoch may have fewer.
        shuffle: give each epoch an order of its own. For ``predict``, give False.
        seed: of the orders and transformations; None takes a fresh one.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        save_to_dir: folder into which the pictures of each batch are written, too, stretched to [0, 255].
        save_prefix: with which their names begin.
        save_format: "png", "jpeg" or another suffix.
        follow_links: look into sub-folders that are links, too.
        subset: "training" or "validation", of the generator's ``validation_split``: the first files of each class are
            validation.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: take the largest central part that has the target's proportions, instead of distorting.
        dtype: of the batches; None means Keras' ``floatx``.
        workers: how many threads prepare pictures ahead; 0 for none, None for one for each processor.
        on_error: what becomes of a file that cannot be read: "raise" ends with its name, "skip" leaves it out, and
            "replace" takes the next one; ``report()`` tells which.
        decode: "fast" lets large JPEG files be decoded at a reduced size, never below the target.

    Attributes:
        classes: the number of each picture's class, shape (n,).
        class_indices: the number of each class by its name.
        num_classes: how many there are.
        filenames: paths from the folder on, in the order of the indices.
        filepaths: complete ones.
        samples: how many pictures there are, as ``n``.

    Raises:
        MissingFileError: there is no such folder.
        ArgumentError: it has no picture, or an argument cannot be used.

    Example:
        >>> DirectoryIterator("nowhere", None)
        Traceback (most recent call last):
        amalthea.errors.MissingFileError: There is no folder nowhere ...
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory: _FilePath,
        image_data_generator: "ImageDataGenerator | None",
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: _FilePath | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: DTypeLike | None = None,
        *,
        workers: int | None = None,
        on_error: str = "raise",
        decode: str = "exact",
    ) -> None:
        data_format = settings.data_format(data_format)
        self._read_as(
            image_data_generator, target_size, color_mode, data_format, interpolation, keep_aspect_ratio, subset, decode
        )
        check_class_mode(class_mode, self.allowed_class_modes)
        check_folder(directory)
        check_classes(classes)
        self.directory, self.class_mode = directory, class_mode
        names = list(classes) if classes else _sub_folders(directory)
        if len(set(names)) < len(names):
            raise ArgumentError(f"classes={classes!r} names a class twice; give each once, in the order of the labels.")
        self.num_classes, self.class_indices = len(names), {name: number for number, name in enumerate(names)}
        files = [_files(directory, name, follow_links) for name in names]
        found = [[file for file in these if file.lower().endswith(self.white_list_formats)] for these in files]
        parts = [these[part(self.split, len(these))] for these in found]
        self.filenames = [file for these in parts for file in these]
        self._filepaths = within(directory, self.filenames)
        self.classes = np.repeat(np.arange(len(names), dtype=np.int32), [len(these) for these in parts])
        self.samples = len(self.filenames)
        if not self.samples:
            raise ArgumentError(self._nothing_found(names, [file for these in files for file in these]))
        if class_mode == "binary" and len(names) > 2:
            warn(
                f"class_mode='binary' numbers the {len(names)} classes from 0 to {len(names) - 1}, and a loss for two "
                "learns nothing of more. Give 'categorical', or 'sparse' for these numbers."
            )
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")  # noqa: T201 # as Keras does
        super().__init__(
            self.samples,
            batch_size,
            shuffle,
            seed,
            image_data_generator=image_data_generator,
            dtype=settings.floatx(dtype),
            names=self._filepaths,
            workers=workers,
            on_error=on_error,
        )
        self._save_to(save_to_dir, save_prefix, save_format)

    def _nothing_found(self, names: list[str], files: list[str]) -> str:
        folders = ", ".join(map(repr, names[:10])) or "no sub-folder"
        suffixes = Counter(os.path.splitext(file)[1].lower() or "no suffix" for file in files)
        others = ", ".join(f"{count} with {suffix}" for suffix, count in suffixes.most_common(5)) or "none"
        share = f" for subset={self.subset!r}" if self.subset else ""
        loose = [file for file in os.listdir(self.directory) if file.lower().endswith(self.white_list_formats)]
        if loose and not names:
            return (
                f"{self.directory} has no sub-folder, but {len(loose)} pictures of its own, such as {min(loose)}. Move "
                "each into a sub-folder that is named as its class; or, to predict, take the folder itself: "
                "classes=['.'], class_mode=None."
            )
        return (
            f"{self.directory} has no picture{share}. One sub-folder a class is wanted, with files that end in "
            f"{', '.join(self.white_list_formats)}; there is {folders}, with these files: {others}."
        )


def _sub_folders(directory: _FilePath) -> list[str]:
    return sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())


def _files(directory: _FilePath, name: str, follow_links: bool) -> list[str]:
    """Paths of all files of a class from the folder on, each of its folders after the other."""
    top = os.path.join(directory, name)
    folders = sorted((folder, files) for folder, _, files in os.walk(top, followlinks=follow_links))
    return [
        os.path.join(name, os.path.relpath(os.path.join(folder, file), top))
        for folder, files in folders
        for file in sorted(files)
    ]
