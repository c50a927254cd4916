"""Safetensors: a header in JSON and the numbers behind it, read with the library of its makers.

The library sorts the tensors by size of their numbers and by name. So the order of the model is kept beside them, in a
note that other readers pass over; without it, only names tell which layer is which.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import BrokenWeightsError, WeightsError
from ..stored import Layout, StoredLayer, StoredTensor
from .names import layers_of

_DTYPES = {"F64": "f8", "F32": "f4", "F16": "f2", "BF16": "f4", "I64": "i8", "I32": "i4"}
_ORDER = "amalthea_order"


def read_safetensors(path: Path) -> tuple[StoredLayer, ...]:
    """The layers, in the order of the model where the file tells it; the file stays open as long as a tensor lives.

    Raises:
        BrokenWeightsError: truncated or damaged.
        WeightsError: quantised weights.
    """
    # NumPy learns of bfloat16 by the first import.
    import ml_dtypes  # noqa: F401
    from safetensors import SafetensorError, safe_open

    try:
        # Reading, not mapping: a mapped file that somebody cuts off kills the process.
        file: Any = safe_open(path, framework="numpy", backend="pread")
        names, order = file.keys(), _order(file.metadata())
        tensors = {name: _tensor(path, file, name) for name in names}
    except (SafetensorError, OSError) as problem:
        raise _broken(path, problem) from problem
    if order is None or sorted(order) != sorted(names):
        return layers_of(list(tensors.values()), in_order=False)
    return layers_of([tensors[name] for name in order], in_order=True)


def write_safetensors(path: Path, arrays: Mapping[str, np.ndarray], *, in_order: bool) -> None:
    """Writes arrays into a file that exists, and beside them their order, if it is that of the model."""
    from safetensors.numpy import save_file

    mode = path.stat().st_mode
    save_file(dict(arrays), path, metadata={_ORDER: json.dumps(list(arrays))} if in_order else None)
    # The library puts a new file in the place of this one, for its owner's eyes alone.
    path.chmod(mode)


def _order(notes: Mapping[str, str] | None) -> list[str] | None:
    try:
        order = json.loads((notes or {})[_ORDER])
    except (LookupError, ValueError, RecursionError):
        return None
    return order if isinstance(order, list) and all(isinstance(name, str) for name in order) else None


def _tensor(path: Path, file: Any, name: str) -> StoredTensor:
    view = file.get_slice(name)
    kind = view.get_dtype()
    if kind not in _DTYPES:
        raise WeightsError(
            f"{path}: {name!r} holds numbers of type {kind}; understood are {', '.join(_DTYPES)}. "
            "Are the weights quantised? Take the file from before that."
        )
    shape, dtype = tuple(view.get_shape()), np.dtype(_DTYPES[kind])
    return StoredTensor(name, shape, dtype, Layout.KERAS, partial(_array, path, file, name, dtype))


def _array(path: Path, file: Any, name: str, dtype: np.dtype[Any]) -> np.ndarray:
    from safetensors import SafetensorError

    try:
        array: np.ndarray = file.get_tensor(name).astype(dtype, copy=False)
    except (SafetensorError, OSError) as problem:
        raise _broken(path, problem) from problem
    return array


def _broken(path: Path, problem: object) -> BrokenWeightsError:
    return BrokenWeightsError(f"{path} is a truncated or damaged safetensors file ({problem}). Fetch it again.")
