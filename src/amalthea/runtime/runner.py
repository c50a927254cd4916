"""The seam between a prediction and what computes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output of a network.

    Attributes:
        name: in the graph.
        shape: the first axis counts pictures; None where a size is open.
    """

    name: str
    shape: tuple[int | None, ...]


class Runner(Protocol):
    """Arrays in, arrays out. May be called by several threads at once."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What it takes."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What it returns."""

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Compute any number of pictures.

        Args:
            arrays: one an input, of its shape and any real type, all with the same number of pictures; it may be 0.

        Returns:
            One an output, in the order of the pictures.

        Raises:
            ArgumentError: the network cannot compute pictures of this size.
        """
