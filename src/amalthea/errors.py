"""Everything that Amalthea raises on purpose.

    AmaltheaError
    ├── ArgumentError (ValueError)             an argument that cannot be used
    │   ├── ArgumentTypeError (TypeError)      one of another type than is needed
    │   ├── UnknownModelError                  a name that is not in the catalogue
    │   └── MissingFileError (FileNotFoundError)   a path with nothing there
    ├── ImageError (ValueError)                a file or array that is no usable picture
    ├── WeightsError (ValueError)              a weight file that cannot be used
    │   ├── BrokenWeightsError                 truncated, foreign or damaged
    │   ├── UnsafeWeightsError                 asks to run code when it is read
    │   └── WeightsMismatchError               belongs to another network
    ├── ModelFileError (ValueError)            a saved model that cannot be opened
    ├── UnsupportedLayerError (ValueError)     a layer that the runtime cannot express
    ├── DownloadError (FileNotFoundError)      a weight file that could not be fetched
    ├── StorageError (FileNotFoundError)       a folder that cannot hold our files
    └── MissingDependencyError (ImportError)   an optional package that is not installed

Each is also the built-in exception that a script written for Keras expects. Every message says what was given,
what is allowed and what to do next.
"""

import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class AmaltheaError(Exception):
    """Base class of all errors of this library."""


class ArgumentError(AmaltheaError, ValueError):
    """An argument that cannot be used; the message names it and what is allowed."""


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument of another type than is needed."""


class UnknownModelError(ArgumentError):
    """A model name that is not in the catalogue; the message lists the nearest names."""


class ImageError(AmaltheaError, ValueError):
    """A file or array that is no usable picture; the message names it."""


class WeightsError(AmaltheaError, ValueError):
    """A weight file that cannot be used; the message names the file."""


class BrokenWeightsError(WeightsError):
    """A weight file that is truncated, damaged or not a weight file at all."""


class UnsafeWeightsError(WeightsError):
    """A weight file that asks to run code when it is read; nothing of it was run."""


class WeightsMismatchError(WeightsError):
    """A weight file that belongs to another network; the message lists both sides. No weight was changed."""


class ModelFileError(AmaltheaError, ValueError):
    """A saved model that cannot be opened: damaged, foreign or of a later format; the message names the file."""


class UnsupportedLayerError(AmaltheaError, ValueError):
    """A layer that the runtime cannot express; the message names the layer and its type."""


class MissingFileError(ArgumentError, FileNotFoundError):
    """A path with nothing there."""


class DownloadError(AmaltheaError, FileNotFoundError):
    """A weight file that could not be fetched; the message names the address, the hash and where to put it."""


class StorageError(AmaltheaError, FileNotFoundError):
    """A folder that cannot hold our files; the message names the setting that chooses another."""


class MissingDependencyError(AmaltheaError, ImportError):
    """An optional package that is not installed; the message is the exact ``pip install``."""


class AmaltheaWarning(UserWarning):
    """Category of every warning of this library."""


def first_line(problem: BaseException) -> str:
    """What an error of another package says, which may tell its whole history; without a full stop."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0].rstrip(".")


def listed(problems: "Sequence[object]", shown: int = 10) -> str:
    """A line for each of the first ones, and how many more there are."""
    more = [f"and {len(problems) - shown} more."] if len(problems) > shown else []
    return "\n".join([*map(str, problems[:shown]), *more])


def warn(message: str, through: tuple[str, ...] = ()) -> None:
    """Warn with the line of the caller's own code, however deep in this library the warning arises.

    Args:
        message: the warning.
        through: other packages by whose way this library was called.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in (__package__, *through):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, AmaltheaWarning, stacklevel=level)
