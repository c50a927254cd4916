"""What a pandas ``DataFrame`` says about the pictures that it names. Pandas itself is not needed here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import ArgumentError, ArgumentTypeError, warn


def check(
    rows: Any,
    class_mode: str | None,
    x_col: str,
    y_col: Any,
    weight_col: str | None,
    classes: Sequence[str] | None,
) -> None:
    """Refuse a table that has other values than ``class_mode`` needs.

    Raises:
        ArgumentTypeError: values of another type, or a single column for "multi_output".
        ArgumentError: a column that is not there, or "binary" with another number of classes than two.
    """
    if class_mode == "multi_output" and not isinstance(y_col, list):
        raise ArgumentTypeError(f"class_mode='multi_output' needs a list of columns; given was y_col={y_col!r}.")
    _check_columns(rows, x_col=[x_col], weight_col=[weight_col] if weight_col else [])
    if class_mode not in ("input", None):
        _check_columns(rows, y_col=y_col if isinstance(y_col, list) else [y_col])
    _check_types(rows, x_col, (str,), "x_col holds file names, which are strings")
    if class_mode in ("binary", "sparse"):
        _check_types(rows, y_col, (str,), f"With class_mode={class_mode!r}, labels are strings")
    if class_mode == "categorical":
        _check_types(rows, y_col, (str, list, tuple), "With class_mode='categorical', labels are strings, or lists")
    if class_mode == "binary":
        names = set(classes) if classes else set(rows[y_col])
        if len(names) != 2:
            raise ArgumentError(f"class_mode='binary' needs two classes; there are {len(names)}. Give 'categorical'.")
    if classes and class_mode in ("input", "multi_output", "raw", None):
        warn(f"classes={classes!r} means nothing with class_mode={class_mode!r}.")
    if weight_col and not issubclass(rows[weight_col].dtype.type, np.number):
        raise ArgumentTypeError(f"weight_col={weight_col!r} holds numbers; there it has {rows[weight_col].dtype}.")


def of_classes(rows: Any, y_col: Any, classes: Sequence[str] | None) -> tuple[Any, list[str]]:
    """The rows that belong to one of the classes, their labels without other ones; and the classes."""
    if not classes:
        return rows, sorted({name for label in rows[y_col] for name in _listed(label)})
    names = list(dict.fromkeys(classes))
    labels = [_known(label, set(names)) for label in rows[y_col]]
    kept = np.array([bool(label) for label in labels], bool)
    rows = rows[kept].copy()
    rows[y_col] = [label for label in labels if label]
    return rows, names


def numbers(label: str | Iterable[str], indices: Mapping[str, int]) -> int | list[int]:
    """The class number of a label, or those of a list of classes."""
    return indices[label] if isinstance(label, str) else [indices[name] for name in label]


def targets(rows: Any, class_mode: str | None, y_col: Any) -> Any:
    """What is to be learnt where it is no class: a list of arrays, one array, or None."""
    if class_mode == "multi_output":
        return [np.array(rows[column].tolist()) for column in y_col]
    return rows[y_col].to_numpy() if class_mode == "raw" else None


def _check_columns(rows: Any, **wanted: list[Any]) -> None:
    for argument, names in wanted.items():
        for name in names:
            if name not in rows.columns:
                there = ", ".join(map(repr, rows.columns))
                raise ArgumentError(f"{argument}={name!r}: the table has no such column; there are {there}.")


def _check_types(rows: Any, column: str, allowed: tuple[type, ...], rule: str) -> None:
    for value in rows[column]:
        if not isinstance(value, allowed):
            raise ArgumentTypeError(f"{rule}; column {column!r} has {value!r}, a {type(value).__name__}.")


def _listed(label: str | Iterable[str]) -> Iterable[str]:
    return [label] if isinstance(label, str) else label


def _known(label: Any, names: set[str]) -> Any:
    if isinstance(label, str):
        return label if label in names else None
    return [name for name in label if name in names]
