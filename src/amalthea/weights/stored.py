"""What a weight file holds, before any of its numbers is read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np


class Layout(StrEnum):
    """Whose order the axes of a kernel have."""

    KERAS = "keras"
    """Convolution (height, width, in, out), depthwise (height, width, channels, multiplier), dense (in, out)."""
    TORCH = "torch"
    """Convolution (out, in, height, width), depthwise (channels, 1, height, width), dense (out, in)."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor of a file.

    Attributes:
        name: as the file has it.
        shape: as the file claims it; nothing of this size is allocated before ``read`` is called.
        dtype: of the numbers that ``read`` returns: those of the file, or float32 for bfloat16, which NumPy lacks.
        layout: whose order the axes have.
        read: returns the array; raises BrokenWeightsError where the file is damaged.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    layout: Layout
    read: Callable[[], np.ndarray]

    def numbers(self) -> np.ndarray:
        """What ``read`` returns, in C's order, and with floating-point numbers of any precision as float32."""
        array = self.read()
        return np.asarray(array, dtype=np.float32 if array.dtype.kind == "f" else None, order="C")

    def axes_for(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """The order of this tensor's axes that gives a Keras variable of this shape; None if there is none."""
        orders = (axes for axes in self._axes_in_keras() if tuple(self.shape[axis] for axis in axes) == shape)
        return next(orders, None)

    def _axes_in_keras(self) -> tuple[tuple[int, ...], ...]:
        rank = len(self.shape)
        if self.layout is Layout.KERAS or rank < 2:
            return (tuple(range(rank)),)
        convolution = (*range(2, rank), 1, 0)
        depthwise = (*range(2, rank), 0, 1)
        # Without the condition a convolution would also fit one whose inputs and outputs are exchanged.
        return (convolution, depthwise) if rank > 2 and self.shape[1] == 1 else (convolution,)


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """What a file keeps for one layer.

    Attributes:
        name: as the file has it; empty where it has none.
        tensors: in the order of the layer's weights; possibly none.
        address: where the layer stands in its model, in a file that does not keep the order of the layers: for Keras 3
            the classes on the way to it, counted, such as ``"functional/conv2d_3"``. None where the order is kept.

    Example:
        >>> StoredLayer("conv1", tensors=()).label
        'conv1'
    """

    name: str
    tensors: tuple[StoredTensor, ...]
    address: str | None = None

    @property
    def label(self) -> str:
        """What a message calls it."""
        return self.name or self.address or ""

    @property
    def has_torch_axes(self) -> bool:
        """Whether the axes of a tensor have PyTorch's order."""
        return any(tensor.layout is Layout.TORCH for tensor in self.tensors)
