"""Which reader a file needs, told by its first bytes: names lie."""

from os import PathLike, fspath
from pathlib import Path

from ..errors import BrokenWeightsError, MissingFileError, WeightsError
from .stored import StoredLayer
from .torch_pickle import read_torch_pickle

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_PICKLES = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
# Bytes: long enough for the name of a zip file's first member.
_BEGINNING = 512
_UNDERSTOOD = "Keras 1 and 2 weights (HDF5, '.h5') and PyTorch's old state dicts ('.pth') are understood"


def read_weights(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """The layers of a weight file with names and shapes; their numbers are read later, tensor by tensor.

    Nothing in the file is ever run. A file that claims more numbers than it has takes no memory.

    Args:
        path: Keras 1 or 2 weights or a whole model in HDF5, or a state dict in PyTorch's old format.

    Raises:
        MissingFileError: nothing there.
        BrokenWeightsError: truncated, damaged, or no weight file.
        UnsafeWeightsError: a pickle that asks for anything but tensors.
        WeightsError: a format that is not understood, or no permission to read.

    Example:
        >>> [layer.name for layer in read_weights("my_weights.h5")]
        ['input', 'conv', 'norm', 'dense']
    """
    path = Path(fspath(path))
    beginning = _first_bytes(path)
    if beginning.startswith(_HDF5):
        # Here, because h5py takes long to import, and finding a file does not need it.
        from .hdf5 import read_hdf5

        return read_hdf5(path)
    if beginning.startswith(_PICKLES):
        return read_torch_pickle(path)
    if beginning.startswith(_ZIP):
        raise WeightsError(_zip_refused(path, beginning))
    what = "is empty" if not beginning else f"begins with {beginning[:8]!r} and is in no known format"
    raise BrokenWeightsError(f"{path} {what}; {_UNDERSTOOD}. Fetch it again, or check the path.")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise MissingFileError(f"There is no weight file {path}. Check the path.") from problem
    except IsADirectoryError as problem:
        raise WeightsError(f"{path} is a folder, not a weight file; {_UNDERSTOOD}.") from problem
    except OSError as problem:
        raise WeightsError(f"Cannot read the weight file {path}: {problem.strerror}.") from problem


def _zip_refused(path: Path, beginning: bytes) -> str:
    if b"/data.pkl" in beginning:
        return (
            f"{path} is in PyTorch's newer zip format, which a later version of Amalthea will read. Until then save it "
            "with `torch.save(state, path, _use_new_zipfile_serialization=False)`."
        )
    if b"metadata.json" in beginning:
        return (
            f"{path} is a model in the format of Keras 3 ('.keras'), which a later version of Amalthea will read. "
            "Until then load it with `keras.saving.load_model`, and save it as 'name.h5'."
        )
    return f"{path} is a zip file, not a weight file; {_UNDERSTOOD}."
