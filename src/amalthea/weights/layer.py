"""What a network's layers must offer to be filled; those of Keras do."""

from collections.abc import Sequence
from typing import Any, Protocol


class Variable(Protocol):
    """One array of a layer."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes, in Keras' order."""

    def assign(self, value: Any) -> Any:
        """Takes over the numbers of an array of this shape."""


class Layer(Protocol):
    """Whatever has a name and weights."""

    @property
    def name(self) -> str:
        """Its name in the model."""

    @property
    def weights(self) -> Sequence[Variable]:
        """Its arrays; none for a layer such as an activation."""


def shapes(layer: Layer) -> list[tuple[int, ...]]:
    """The shapes of its arrays."""
    return [tuple(variable.shape) for variable in layer.weights]
