"""The seam between a prediction and what computes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from .unknown import UnknownFrom


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output of a network.

    Attributes:
        name: in the graph.
        shape: the first axis counts pictures; None where a size is open.
        dtype: NumPy's name of the type: "float32", or "uint8" for pictures as they are decoded.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"

    @property
    def channels_first(self) -> bool:
        """Whether the three colours of pictures stand before their rows and columns."""
        return len(self.shape) == 4 and self.shape[1] == 3 and self.shape[3] != 3


class Runner(Protocol):
    """Arrays in, arrays out. May be called by several threads at once."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What it takes."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What it returns."""

    @property
    def threads(self) -> int | None:
        """How many it may use; None where nobody said so."""

    @property
    def unknown_from(self) -> UnknownFrom:
        """For each output the inputs whose NaN and infinities may get lost, so that the answer looks like a real one.

        OpenVINO takes NaN for 0 in a rectifier and for the least number in pooling, as TensorFlow does.
        """

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Compute any number of pictures.

        Args:
            arrays: one an input, of its shape, all with the same number of pictures; it may be 0. Of any real type,
                but whole numbers in [0, 255] where the input is uint8.

        Returns:
            One an output, in the order of the pictures.

        Raises:
            ArgumentError: the network cannot compute pictures of this size.
        """


def refused(sizes: Sequence[Sequence[int]], inputs: Sequence[TensorSpec], problem: Exception) -> ArgumentError:
    """The error for arrays that fit the inputs, but from which a network computes nothing.

    Args:
        sizes: of one picture, for each input.
        inputs: those of the network.
        problem: what the runtime says of it.
    """
    shapes = ", ".join(f"(batch, {', '.join(map(str, size))})" for size in sizes)
    expected = ", ".join(str(spec.shape) for spec in inputs)
    return ArgumentError(
        f"The network cannot compute arrays of shape {shapes}, though it takes {expected}. Pictures that are too small "
        f"leave nothing of a feature map: give larger ones. The runtime says: {problem}"
    )


def check_rows(answers: Sequence[NDArray[Any]], pictures: int) -> None:
    """Refuse a network that mixes its pictures: computed in other groups, it would give other answers.

    Raises:
        ArgumentError: an answer has not one row a picture.
    """
    for answer in answers:
        if answer.shape[:1] != (pictures,):
            raise ArgumentError(
                f"The network returns an array of shape {answer.shape} for {pictures} pictures. Its first axis must "
                "count them: build the model so that each picture is answered by itself."
            )
