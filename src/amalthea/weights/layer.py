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
    """Whatever has a name and weights; a model within the model also has ``layers``."""

    @property
    def name(self) -> str:
        """Its name in the model."""

    @property
    def weights(self) -> Sequence[Variable]:
        """Its arrays; none for a layer such as an activation."""


def shapes(layer: Layer) -> list[tuple[int, ...]]:
    """The shapes of its arrays."""
    return [tuple(variable.shape) for variable in layer.weights]


def inner_layers(layer: Layer) -> Sequence[Layer]:
    """The layers of a model that is a layer of another; none for an ordinary layer."""
    return getattr(layer, "layers", None) or ()


def trainable_first(layer: Any) -> list[Variable]:
    """The arrays of a model within a model in the order of Keras 1 and 2."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]
