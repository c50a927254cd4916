"""The protocol's names for types of numbers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

BYTES = "BYTES"
"""Elements of any length: pictures in a question, classifications in an answer."""

BFLOAT16 = "BF16"
"""The upper half of a float32, which NumPy does not know."""

NUMBERS: Mapping[str, np.dtype[Any]] = MappingProxyType(
    {
        "BOOL": np.dtype("?"),
        "UINT8": np.dtype("<u1"),
        "UINT16": np.dtype("<u2"),
        "UINT32": np.dtype("<u4"),
        "UINT64": np.dtype("<u8"),
        "INT8": np.dtype("<i1"),
        "INT16": np.dtype("<i2"),
        "INT32": np.dtype("<i4"),
        "INT64": np.dtype("<i8"),
        "FP16": np.dtype("<f2"),
        "FP32": np.dtype("<f4"),
        "FP64": np.dtype("<f8"),
    }
)
"""NumPy's type for each that it knows, in the byte order of binary tensors."""

ALL = (*NUMBERS, BFLOAT16, BYTES)


def datatype_of(dtype: DTypeLike) -> str:
    """The protocol's name for a type of NumPy.

    Raises:
        KeyError: it has none.
    """
    little = np.dtype(dtype).newbyteorder("<")
    return {kind: name for name, kind in NUMBERS.items()}[little]
