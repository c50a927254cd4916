"""Batches of the pictures that a table names."""

import inspect
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from warnings import warn as warn_plainly

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...errors import ArgumentTypeError, warn
from ...images.argument_names import nearest
from . import table
from .file_iterator import FileIterator, check_class_mode, check_classes, within
from .pictures import validate_filename
from .subsets import part

if TYPE_CHECKING:
    from .generator import ImageDataGenerator

_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(FileIterator):
    """Batches of the pictures whose files a pandas ``DataFrame`` names, one a row.

    Args:
        dataframe: it is not changed.
        directory: folder that the file names start from; None where they are complete paths.
        image_data_generator: transforms and normalises the pictures; None leaves them as they are.
        x_col: column of the file names.
        y_col: column of the labels, or several for "multi_output" and "raw".
        weight_col: column of numbers, the weight of each picture in the loss.
        target_size: as for ``DirectoryIterator``, like all that is not listed here.
        classes: names of the classes, in the order of the labels; rows of others are left out. None takes all, sorted.
        class_mode: what comes with the pictures: "categorical" (rows of 0 and 1; a label may be a list of classes),
            "binary" and "sparse" (the class's number), "input" (a copy of the pictures), "multi_output" (a list of
            the columns), "raw" (the columns' values), or None (nothing).
        subset: "training" or "validation", of the generator's ``validation_split``: the first rows are validation.
        validate_filenames: leave out rows whose file is not there, or has another suffix than pictures.

    Attributes:
        classes: the class numbers of each picture.
        class_indices: the number of each class by its name.
        filenames: as the table has them.
        samples: how many pictures there are, as ``n``.

    Raises:
        ArgumentTypeError: a column of other values than ``class_mode`` needs.
        ArgumentError: an argument that cannot be used; or a batch was asked for, and no row names a picture.

    Example:
        >>> import pandas
        >>> table = pandas.DataFrame({"filename": ["elephant.jpg"], "class": ["elephant"]})
        >>> pictures, labels = next(DataFrameIterator(table, target_size=(32, 32)))
        Found 1 validated image filenames belonging to 1 classes.
        >>> pictures.shape, labels.tolist()
        ((1, 32, 32, 3), [[1.0]])
    """

    allowed_class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)

    def __init__(
        self,
        dataframe: Any,
        directory: str | os.PathLike[str] | None = None,
        image_data_generator: "ImageDataGenerator | None" = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] | None = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str = "channels_last",
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: DTypeLike = "float32",
        validate_filenames: bool = True,
        *,
        workers: int | None = None,
        on_error: str = "raise",
        decode: str = "exact",
    ) -> None:
        self._read_as(
            image_data_generator, target_size, color_mode, data_format, interpolation, keep_aspect_ratio, subset, decode
        )
        check_class_mode(class_mode, self.allowed_class_modes)
        check_classes(classes)
        self.directory, self.class_mode = directory or "", class_mode
        table.check(dataframe, class_mode, x_col, y_col, weight_col, classes)
        rows = self._existing(dataframe, x_col) if validate_filenames else dataframe
        if class_mode not in _WITHOUT_CLASSES:
            rows, names = table.of_classes(rows, y_col, classes)
            self.class_indices = {name: number for number, name in enumerate(names)}
        rows = rows.iloc[part(self.split, len(rows))]
        if class_mode not in _WITHOUT_CLASSES:
            self.classes = [table.numbers(label, self.class_indices) for label in rows[y_col]]
        self._targets = table.targets(rows, class_mode, y_col)
        self._sample_weight = rows[weight_col].to_numpy() if weight_col else None
        self.filenames = rows[x_col].tolist()
        self._filepaths = within(self.directory, self.filenames)
        self.samples = len(self.filenames)
        if not self.samples:
            self._no_picture = self._nothing_found(list(dataframe[x_col]), x_col)
        self._say_what_was_found(validate_filenames)
        super().__init__(
            self.samples,
            batch_size,
            shuffle,
            seed,
            image_data_generator=image_data_generator,
            dtype=dtype,
            names=self._filepaths,
            workers=workers,
            on_error=on_error,
        )
        self._save_to(save_to_dir, save_prefix, save_format)

    @property
    def labels(self) -> Any:
        """The class numbers of each picture, or the values that it has in the columns of labels."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self) -> NDArray[Any] | None:
        """Weight of each picture in the loss, shape (n,), or None."""
        return self._sample_weight

    def _existing(self, rows: Any, x_col: str) -> Any:
        """The rows whose file is there."""
        there = [validate_filename(path, self.white_list_formats) for path in within(self.directory, rows[x_col])]
        missing = len(there) - sum(there)
        if missing:
            first = within(self.directory, [rows[x_col].iloc[there.index(False)]])[0]
            warn(
                f"{missing} of {len(there)} rows are left out: x_col={x_col!r} names files that are not there or do "
                f"not end in {', '.join(self.white_list_formats)}, such as {first!r}."
            )
        return rows[np.array(there, bool)]

    def _nothing_found(self, names: list[str], x_col: str) -> str:
        where = f" in {self.directory}" if self.directory else ""
        share = f" for subset={self.subset!r}" if self.subset else ""
        found = within(self.directory, names[:1])
        first = f" The first, {found[0]}, is {'' if os.path.isfile(found[0]) else 'not '}there." if found else ""
        return (
            f"No picture is left of {len(names)} rows{share}. Column {x_col!r} names files{where} that end in "
            f"{', '.join(self.white_list_formats)}; classes, where they are given, are those of the labels.{first}"
        )

    def _say_what_was_found(self, validated: bool) -> None:
        classes = f" belonging to {len(self.class_indices)} classes" if self.class_mode not in _WITHOUT_CLASSES else ""
        kind = "validated" if validated else "non-validated"
        print(f"Found {self.samples} {kind} image filenames{classes}.")  # noqa: T201 # as Keras does


def current_arguments(class_mode: str | None, others: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The arguments of scripts for earlier releases, as they are given today.

    Raises:
        ArgumentTypeError: one that no release had.
    """
    if class_mode == "other":
        warn_plainly("class_mode='other' is called 'raw' today.", DeprecationWarning, stacklevel=3)
        class_mode = "raw"
    for name in ("has_ext", "sort", "drop_duplicates"):
        if name in others:
            warn_plainly(f"{name} does nothing: file names are taken as they are.", DeprecationWarning, stacklevel=3)
    current = {name: value for name, value in others.items() if name not in ("has_ext", "sort", "drop_duplicates")}
    not_given = {"self", "image_data_generator", "data_format", "dtype"}
    known = inspect.signature(DataFrameIterator.__init__).parameters.keys() - not_given
    for name in current:
        if name not in known:
            raise ArgumentTypeError(f"flow_from_dataframe has no argument {name!r}. {nearest(name, sorted(known))}")
    return class_mode, current
