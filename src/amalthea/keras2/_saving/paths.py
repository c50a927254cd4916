"""Which file a script means."""

from os import PathLike, fspath
from pathlib import Path

from ...errors import ArgumentError, ArgumentTypeError, MissingFileError, ModelFileError


def path_of(given: str | PathLike[str]) -> Path:
    """The path that a script gave.

    Raises:
        ArgumentTypeError: something else.
    """
    if not isinstance(given, str | PathLike):
        raise ArgumentTypeError(f"filepath={given!r} is a {type(given).__name__}; give the path of a file.")
    return Path(fspath(given))


def readable_path(given: str | PathLike[str]) -> Path:
    """The path of a file that is there.

    Raises:
        ArgumentTypeError: no path.
        MissingFileError: nothing there.
        ModelFileError: a format of TensorFlow's own, which is no file of Keras.
    """
    path = path_of(given)
    if path.with_name(f"{path.name}.index").is_file():
        raise ModelFileError(
            f"{path} is a checkpoint of TensorFlow, which Keras 3 does not read. Load it where it was written, and "
            "save the weights as .h5: model.save_weights('weights.h5')."
        )
    if path.is_dir():
        raise ModelFileError(
            f"{path} is a folder: a SavedModel of TensorFlow is not read by Keras 3. Load it where it was written, and "
            "save the model as .h5 or .keras."
        )
    if not path.exists():
        raise MissingFileError(f"There is no file {path}. Check the path.")
    return path


def writable_path(given: str | PathLike[str], overwrite: bool, save_format: str | None) -> Path:
    """The path of a file that may be written; asks as then where one is there that shall not be replaced.

    Raises:
        ArgumentTypeError: no path.
        ArgumentError: a folder, a file that is there and stays, or a format of TensorFlow's own.
    """
    path = path_of(given)
    if save_format in ("tf", "tensorflow"):
        raise ArgumentError(
            f"{path}: save_format={save_format!r} is gone from Keras. Take a name that ends in .h5 or .keras; for "
            "TensorFlow Serving, model.export(folder)."
        )
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder. Name the file, such as {path / 'model.h5'}.")
    if path.exists() and not overwrite and not _agrees(path):
        raise ArgumentError(f"{path} exists already, and stays. Choose another name, or give overwrite=True.")
    return path


def _agrees(path: Path) -> bool:
    try:
        return input(f"{path} exists already. Replace it? [y/n] ").strip().lower() == "y"
    except EOFError:
        return False
