"""State dicts of PyTorch, without PyTorch: what the pickle in either of its formats builds.

The pickle holds names, shapes and strides. The numbers lie elsewhere, in storages; a tensor is a view of one.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...errors import BrokenWeightsError, UnsafeWeightsError
from .bfloat16 import as_read
from .bounds import MAX_RANK
from .pickle_machine import ForbiddenError, PickleMachine

# Bytes. Bounds the work on a hostile file; a state dict takes about 160 for each tensor, an optimizer's two times that.
MAX_PICKLE = 2**23
_DTYPES = {
    "torch.ByteStorage": "u1",
    "torch.CharStorage": "i1",
    "torch.ShortStorage": "<i2",
    "torch.IntStorage": "<i4",
    "torch.LongStorage": "<i8",
    "torch.HalfStorage": "<f2",
    "torch.BFloat16Storage": "V2",
    "torch.FloatStorage": "<f4",
    "torch.DoubleStorage": "<f8",
}
# Under which name a training script keeps the state dict among its other notes.
_WITHIN = ("state_dict", "model")


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of numbers in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True, slots=True)
class View:
    """A tensor: numbers of a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def span(self) -> int:
        """How many numbers of the storage, from the offset on, hold this tensor."""
        if 0 in self.shape:
            return 0
        return 1 + sum((length - 1) * stride for length, stride in zip(self.shape, self.strides, strict=True))

    def array(self, numbers: np.ndarray) -> np.ndarray:
        """The tensor, from the ``span`` numbers that hold it."""
        strides = [stride * numbers.itemsize for stride in self.strides]
        return as_read(np.lib.stride_tricks.as_strided(numbers, self.shape, strides).copy())


class StatePickle:
    """Unpickles what PyTorch pickles, and nothing else.

    Attributes:
        storages: by key, all that were mentioned.
    """

    def __init__(self) -> None:
        self.storages: dict[str, Storage] = {}
        self._allowed = {
            "collections.OrderedDict": _ordered_dict,
            "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
            "torch._utils._rebuild_parameter": _rebuild_parameter,
            **{name: np.dtype(code) for name, code in _DTYPES.items()},
        }

    def load(self, file: BinaryIO) -> Any:
        """The value of the pickle that begins at the file's position.

        Raises:
            ForbiddenError, ValueError, TypeError, LookupError: see ``PickleMachine.run``.
        """
        return PickleMachine(self._allowed, self._storage).run(file)

    def _storage(self, persistent_id: Any) -> Storage:
        kind, dtype, key, _location, count, *view = persistent_id
        known = kind == "storage" and isinstance(dtype, np.dtype) and isinstance(key, str) and view in ([], [None])
        if not known or not _natural(count):
            raise ValueError("a storage of an unknown kind")
        return self.storages.setdefault(key, Storage(key, dtype, count))


def views(value: Any) -> dict[str, View]:
    """The tensors of a state dict, which may lie one level deep among the notes of a training script.

    Raises:
        ValueError: no state dict, or something in it that is no tensor.
    """
    if isinstance(value, dict):
        state = next((value[name] for name in _WITHIN if isinstance(value.get(name), dict)), value)
        named = all(isinstance(name, str) and isinstance(view, View) for name, view in state.items())
        if named and (state or state is value):
            return state
    raise ValueError("no state dict, which has nothing but tensors: save `model.state_dict()`")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what ``StatePickle`` and ``views`` raise into errors that name the file."""
    try:
        yield
    except ForbiddenError as problem:
        raise UnsafeWeightsError(
            f"{path} asks for {problem}; a weight file may ask for nothing but tensors. Nothing was run. "
            "If you trust its source, load it in PyTorch and save `model.state_dict()` alone."
        ) from None
    except BrokenWeightsError:
        raise
    except (ValueError, TypeError, LookupError) as problem:
        raise broken(path, problem) from problem


def broken(path: Path, problem: object) -> BrokenWeightsError:
    """The error for a problem inside."""
    return BrokenWeightsError(
        f"{path} is no weight file of PyTorch, or truncated or damaged ({problem}). Fetch it again."
    )


def _ordered_dict() -> dict[str, Any]:
    return {}


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_gradient: Any) -> View:
    if not isinstance(storage, Storage) or not isinstance(shape, tuple) or not isinstance(strides, tuple):
        raise ValueError("a tensor of an unknown kind")
    if len(shape) > MAX_RANK or len(shape) != len(strides) or not all(map(_natural, (offset, *shape, *strides))):
        raise ValueError("a tensor of impossible shape")
    view = View(storage, offset, shape, strides)
    # A stride of 0 would let one number claim any size.
    if offset + view.span > storage.count or math.prod(shape) > storage.count:
        raise ValueError("a tensor larger than its storage")
    return view


def _rebuild_parameter(view: Any, *_gradient: Any) -> View:
    if not isinstance(view, View):
        raise ValueError("a parameter of an unknown kind")
    return view


def _natural(number: Any) -> bool:
    return type(number) is int and number >= 0
