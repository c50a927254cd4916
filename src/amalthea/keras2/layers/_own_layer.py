"""``Layer``: what the layers of scripts themselves derive from."""

from collections.abc import Iterable
from typing import Any

import keras

from .. import initializers
from ..backend.random_numbers import OwnRandomness
from ._old_layer import OldLayer

_DTYPES = ("bool", "float16", "float32", "float64", "int32", "int64", "uint8")


class _AnyLayer(type(keras.layers.Layer)):  # type: ignore[misc] # whatever the backend's layers are made by
    """Makes every layer of Keras one of ``Layer``, as scripts ask for it by ``isinstance``."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or (cls is Layer and isinstance(instance, keras.layers.Layer))

    def __subclasscheck__(cls, kind: type) -> bool:
        return super().__subclasscheck__(kind) or (cls is Layer and issubclass(kind, keras.layers.Layer))


class Layer(OwnRandomness, OldLayer, keras.layers.Layer, metaclass=_AnyLayer):
    """A layer of a script's own, as Keras 1 or 2 wanted it.

    It may call ``add_weight`` in the order of its Keras, tell its shape by ``get_output_shape_for``, list its
    ``trainable_weights``, and use the functions of ``backend`` in ``call``. Every layer is an instance of this class.

    Example:
        >>> class Twice(Layer):
        ...     def call(self, x, mask=None):
        ...         return 2 * x
        ...
        ...     def get_output_shape_for(self, input_shape):
        ...         return input_shape
        >>> Twice()(keras.Input((3,))).shape
        (None, 3)
    """

    def __init_subclass__(cls, **named: Any) -> None:
        """Take ``get_output_shape_for`` for today's ``compute_output_shape``."""
        super().__init_subclass__(**named)
        if "get_output_shape_for" in vars(cls) and "compute_output_shape" not in vars(cls):
            cls.compute_output_shape = cls.get_output_shape_for

    def add_weight(self, *positional: Any, **named: Any) -> Any:
        """A new weight.

        Args:
            positional: ``name, shape, dtype, initializer, regularizer, trainable, constraint`` as in Keras 2, or
                ``shape, initializer, name, trainable, regularizer, constraint`` as in Keras 1; Keras 3 has the number
                type for the third.
            named: the same, and what Keras 3 takes besides.

        Returns:
            A ``keras.Variable``.
        """
        named = {**dict(zip(_order(positional), positional, strict=False)), **named}
        if "shape" in named:
            named["shape"] = tuple(named["shape"])
        if named.get("initializer") is not None:
            named["initializer"] = initializers.get(named["initializer"])
        else:
            named["initializer"] = initializers.get("glorot_uniform")
        return super().add_weight(**named)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Add to the loss; the inputs that it depends on need not be said today."""
        super().add_loss(losses)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Give weights new values: ``(weight, value)``, or a list of these. What was assigned already is left alone."""
        for update in updates if isinstance(updates, list) else [updates]:
            if isinstance(update, tuple):
                weight, value = update
                weight.assign(value)

    @property
    def updates(self) -> list[Any]:
        """Nothing: weights change when they are assigned."""
        return []

    @updates.setter
    def updates(self, updates: Any) -> None:
        self.add_update(updates)

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that training changes."""
        return super().trainable_weights  # type: ignore[no-any-return]

    @trainable_weights.setter
    def trainable_weights(self, weights: Iterable[Any]) -> None:
        self._listed_weights = list(weights)  # Keras finds the weights in attributes
        for weight in super().trainable_weights:
            if not any(weight is listed for listed in self._listed_weights):
                weight.trainable = False

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The weights that training leaves alone."""
        return super().non_trainable_weights  # type: ignore[no-any-return]

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights: Iterable[Any]) -> None:
        self._listed_state = list(weights)
        for weight in self._listed_state:
            weight.trainable = False


def _order(positional: tuple[Any, ...]) -> tuple[str, ...]:
    """The names of arguments given to ``add_weight`` by position."""
    if positional and (positional[0] is None or isinstance(positional[0], str)):
        return ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
    third = "dtype" if len(positional) > 2 and positional[2] in _DTYPES else "name"
    return ("shape", "initializer", third, "trainable", "regularizer", "constraint")
