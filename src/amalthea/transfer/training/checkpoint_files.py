"""How far a training is, as one file: arrays in the format safetensors, and all else as JSON in its header.

Nothing in such a file is executed. It is written here, for the library of the format would put a temporary file of its
own in the place of ours, which would stay for ever where the process is killed; that library reads it.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import BrokenWeightsError, StorageError
from ...storage import atomic_file

Arrays = Mapping[str, NDArray[Any]]

# What the format calls the types of NumPy.
_TYPES = {
    **{"float16": "F16", "float32": "F32", "float64": "F64", "bfloat16": "BF16", "bool": "BOOL"},
    **{f"{kind}{bits}": f"{kind[0].upper()}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)},
}


class State(NamedTuple):
    """How far a training is.

    Attributes:
        facts: what JSON can hold.
        arrays: by their names.
    """

    facts: dict[str, Any]
    arrays: Arrays

    @property
    def nbytes(self) -> int:
        """About the size of the file."""
        return sum(array.nbytes for array in self.arrays.values())


def write_state(path: Path, state: State) -> None:
    """Write a file, which appears whole or not at all; one that is there is replaced.

    Raises:
        StorageError: the folder cannot be written, the disk is full, or an array is of a type that the format lacks.
    """
    facts = json.dumps(state.facts)
    header: dict[str, Any] = {"__metadata__": {"facts": facts, "sha256": _checksum(facts, state.arrays)}}
    end = 0
    for name, array in state.arrays.items():
        if array.dtype.name not in _TYPES:
            raise StorageError(f"Weights of type {array.dtype.name} cannot be written.")
        place = [end, end := end + array.nbytes]
        header[name] = {"dtype": _TYPES[array.dtype.name], "shape": array.shape, "data_offsets": place}
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with atomic_file(path, setting="AMALTHEA_CACHE") as temporary, temporary.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for array in state.arrays.values():
            file.write(_bytes(array))


def read_state(path: Path) -> State | None:
    """What ``write_state`` wrote; None where there is no such file.

    Raises:
        BrokenWeightsError: it is damaged, or something else.
    """
    # NumPy learns of bfloat16 by the first import.
    import ml_dtypes  # noqa: F401
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        # Reading, not mapping: a mapped file that somebody cuts off kills the process.
        with safe_open(path, framework="numpy", backend="pread") as file:
            notes = file.metadata()
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        if notes["sha256"] != _checksum(notes["facts"], arrays):
            raise ValueError("its checksum is that of something else")
        return State(json.loads(notes["facts"]), arrays)
    except (SafetensorError, OSError, LookupError, TypeError, ValueError, RecursionError) as problem:
        raise BrokenWeightsError(f"The checkpoint {path} is damaged: {problem}.") from problem


def _checksum(facts: str, arrays: Arrays) -> str:
    known = hashlib.sha256(facts.encode())
    for name, array in sorted(arrays.items()):
        known.update(json.dumps([name, array.dtype.name, array.shape]).encode())
        known.update(_bytes(array))
    return known.hexdigest()


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.reshape(array, -1).view(np.uint8).data
