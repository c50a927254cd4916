"""Numbers of the type bfloat16, which NumPy lacks: its files and those of Keras hold them as two bytes each."""

from typing import Any

import numpy as np

BFLOAT16 = np.dtype("V2")


def dtype_as_read(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that ``as_read`` gives numbers of this type."""
    return np.dtype("float32") if dtype == BFLOAT16 else dtype


def as_read(array: np.ndarray) -> np.ndarray:
    """Float32 for bfloat16, which is its upper half; all other numbers as they are."""
    if array.dtype != BFLOAT16:
        return array
    widened: np.ndarray = (array.view("<u2").astype("<u4") << 16).view("<f4")
    return widened
