"""Readers of weight files, one module a format, and which of them a file needs, told by its content: names lie.

Each reader is imported when it is needed, because h5py takes long to import, and finding a file needs none.
"""

import math
import re
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from ...errors import ArgumentError, BrokenWeightsError, MissingFileError, WeightsError
from ..stored import StoredLayer
from .bounds import MAX_RANK, is_excessive

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICKLES = tuple(bytes((0x80, protocol)) for protocol in range(2, 6))
# Bytes: what an index of split weights begins with fits in.
_BEGINNING = 512
_SURROGATE = re.compile("[\ud800-\udfff]")
UNDERSTOOD = (
    "weights of Keras ('.h5', '.weights.h5', '.keras'), state dicts of PyTorch ('.pth'), '.safetensors' and '.npz' "
    "are understood"
)


def read_weights(path: str | PathLike[str]) -> tuple[StoredLayer, ...]:
    """The layers of a weight file with names and shapes; their numbers are read later, tensor by tensor.

    Nothing in the file is ever run. A file that claims more numbers than it can have takes no memory.

    Args:
        path: weights or a whole model in HDF5 (Keras 1, 2 and 3), a ``.keras`` model, a state dict of PyTorch in its
            old or its zip format, safetensors, or ``.npz``.

    Raises:
        ArgumentError: no path.
        MissingFileError: nothing there.
        BrokenWeightsError: truncated, damaged, or no weight file.
        UnsafeWeightsError: a pickle that asks for anything but tensors.
        WeightsError: a format that is not understood, or no permission to read.

    Example:
        >>> [layer.name for layer in read_weights("my_weights.h5")]
        ['input', 'conv', 'norm', 'dense']
    """
    if not isinstance(path, str | PathLike):
        raise ArgumentError(f"{path!r} is no path of a weight file; {UNDERSTOOD}.")
    path = Path(fspath(path))
    layers = _read(path, _first_bytes(path))
    _check(path, layers)
    return layers


def _check(path: Path, layers: Sequence[StoredLayer]) -> None:
    """Refuses what a format can express and no array or text can hold, and more numbers than the file can have."""
    tensors = [tensor for layer in layers for tensor in layer.tensors]
    for tensor in tensors:
        if len(tensor.shape) > MAX_RANK:
            raise BrokenWeightsError(f"{path}: {tensor.name!r} claims {len(tensor.shape)} axes. Fetch it again.")
    for name in [*(layer.name for layer in layers), *(tensor.name for tensor in tensors)]:
        if _SURROGATE.search(name):
            raise BrokenWeightsError(f"{path}: the name {name!r} is no text. Fetch it again.")
    claimed, size = sum(math.prod(tensor.shape) * tensor.dtype.itemsize for tensor in tensors), path.stat().st_size
    if is_excessive(claimed, size):
        raise BrokenWeightsError(f"{path} claims {claimed} bytes of numbers and has {size}. Fetch it again.")


def _read(path: Path, beginning: bytes) -> tuple[StoredLayer, ...]:
    if beginning.startswith(_HDF5):
        from .hdf5 import read_hdf5

        return read_hdf5(path)
    if beginning.startswith(_ZIP):
        return _read_zip(path)
    if beginning.startswith(_PICKLES):
        from .torch_pickle import read_torch_pickle

        return read_torch_pickle(path)
    if beginning[8:9] == b"{":
        from .safetensors import read_safetensors

        return read_safetensors(path)
    if beginning.startswith(b"{") and b"total_size" in beginning:
        raise WeightsError(
            f"{path} is the index of weights that are split over several files, which is not understood. "
            "Save them as one file."
        )
    what = "is empty" if not beginning else f"begins with {beginning[:8]!r} and is in no known format"
    raise BrokenWeightsError(f"{path} {what}; {UNDERSTOOD}. Fetch it again, or check the path.")


def _read_zip(path: Path) -> tuple[StoredLayer, ...]:
    from .archive import Archive

    archive = Archive(path)
    if "model.weights.h5" in archive.names:
        from .keras_archive import read_keras_archive

        return read_keras_archive(archive)
    if archive.names and all(name.endswith(".npy") for name in archive.names):
        from .npz import read_npz

        return read_npz(archive)
    if any(name.endswith("data.pkl") for name in archive.names):
        from .torch_archive import read_torch_archive

        return read_torch_archive(archive)
    raise BrokenWeightsError(f"{path} is a zip file, not a weight file; {UNDERSTOOD}.")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise MissingFileError(f"There is no weight file {path}. Check the path.") from problem
    except IsADirectoryError as problem:
        raise WeightsError(f"{path} is a folder, not a weight file; {UNDERSTOOD}.") from problem
    except OSError as problem:
        raise WeightsError(f"Cannot read the weight file {path}: {problem.strerror}.") from problem
