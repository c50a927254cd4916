"""What a model tells of its layers, as Keras 1 and 2 told it."""

import json
import sys
from difflib import get_close_matches
from typing import Any, NoReturn

import keras

from ... import _keras
from ...errors import ArgumentError
from .._randomness import seeded_as_numpy
from .._saving.training_description import without_training
from .._spelling import adopt, note
from ..layers._nodes import Nodes
from .layer_list import LayerList
from .naming import by_place, todays_name
from .networks import NAMED, last_block, network_of
from .resnet50_names import todays_names


class _GoneError(ArgumentError, AttributeError):
    """An attribute that Keras no longer has."""


class OldArchitecture(keras.Model):  # type: ignore[misc]
    """Layers, their names, and what is gone."""

    _hidden: tuple[Any, ...] = ()  # layers that a script took out of the list

    def __getattr__(self, name: str) -> Any:
        """What torch keeps elsewhere; for what is gone its own error, which torch would replace."""
        of_the_backend = getattr(super(), "__getattr__", None)
        if of_the_backend is None or name == "uses_learning_phase":
            return object.__getattribute__(self, name)
        return of_the_backend(name)

    @property
    def layers(self) -> list[Any]:
        """All layers; for scripts a list from which they may take some, which Keras and Amalthea still see."""
        layers: list[Any] = super().layers
        if sys._getframe(1).f_globals.get("__name__", "").partition(".")[0] in ("amalthea", "keras"):
            return layers
        hidden = set(map(id, self._hidden))
        return LayerList((layer for layer in layers if id(layer) not in hidden), self._suggested_place, self._hide)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """A layer by its name, also by that of Keras 1 or 2, or by its place.

        Args:
            name: today's; or of the old ResNet50; or one such as ``conv2d_94``, the 94th convolution of the model.
            index: in ``layers``.

        Raises:
            ArgumentError: there is none, or neither or both are given.
        """
        if (name is None) == (index is None):
            raise ArgumentError(f"get_layer(name={name!r}, index={index!r}): give one of them.")
        layers = [layer for layer in self.layers if not any(layer is hidden for hidden in self._hidden)]
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ArgumentError(f"get_layer(index={index}): {self.name} has {len(layers)} layers.")
            return layers[index]
        named = {layer.name: layer for layer in reversed(layers)}
        found = named.get(name) or self._by_old_name(str(name), named)
        if found is None:
            near = get_close_matches(str(name), named, n=3, cutoff=0.5) or list(named)[:3]
            raise ArgumentError(f"{self.name} has no layer {name!r}. Did you mean {' or '.join(near)}?")
        return found

    def get_input_at(self, node_index: int) -> Any:
        """The symbolic input: 0 is that of the model itself, 1 what it was given in its first call, and so on."""
        return self.input if node_index == 0 else Nodes.get_input_at(self, node_index - 1)

    def get_output_at(self, node_index: int) -> Any:
        """The symbolic output: 0 is that of the model itself, 1 what it returned from its first call, and so on."""
        return self.output if node_index == 0 else Nodes.get_output_at(self, node_index - 1)

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shape of ``get_input_at``."""
        return self.input_shape if node_index == 0 else Nodes.get_input_shape_at(self, node_index - 1)

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shape of ``get_output_at``."""
        return self.output_shape if node_index == 0 else Nodes.get_output_shape_at(self, node_index - 1)

    inbound_nodes, outbound_nodes = Nodes.inbound_nodes, Nodes.outbound_nodes
    _node = Nodes._node

    @property
    def updates(self) -> list[Any]:
        """Nothing: what a layer changes while it is trained, it changes by itself."""
        return []

    @property
    def state_updates(self) -> list[Any]:
        """Nothing, like ``updates``."""
        return []

    @property
    def input_names(self) -> list[str]:
        """The names of the layers by which data come in."""
        return [_keras.layer_of(tensor).name for tensor in self.inputs]  # type: ignore[union-attr]

    @property
    def uses_learning_phase(self) -> NoReturn:
        """Gone.

        Raises:
            ArgumentError: always; it is an AttributeError as well, so that ``hasattr`` says no.
        """
        raise _GoneError(
            "model.uses_learning_phase is gone: Keras has no learning phase. Call the model with training=True."
        )

    def to_json(self, **settings: Any) -> str:
        """The layers as JSON, for ``model_from_json``, without how they are trained, as then.

        Args:
            settings: of ``json.dumps``.
        """
        return json.dumps(without_training(keras.saving.serialize_keras_object(self)), **settings)

    def to_yaml(self, **settings: Any) -> NoReturn:
        """Gone.

        Raises:
            ArgumentError: always.
        """
        raise ArgumentError("model.to_yaml() is gone from Keras, for reading YAML could run code. Use model.to_json().")

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The model that ``get_config`` described, with new weights."""
        with seeded_as_numpy():
            return adopt(super().from_config(without_training(dict(config)), custom_objects=custom_objects))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as Keras does it, with the whole model as a file; read again, the copy is of these classes, too."""
        _, written = super().__reduce__()
        return _unpickled, written

    def _by_old_name(self, name: str, named: dict[str, Any]) -> Any | None:
        row = network_of(self)
        alias = todays_names().get(name) if row and row.name == "ResNet50" else None
        found = named.get(alias or todays_name(name)) or by_place(
            name, [layer for layer in named.values() if row is None or layer.name not in NAMED]
        )
        if found is not None:
            note(f"get_layer({name!r}) is get_layer({found.name!r}) today")
        return found

    def _suggested_place(self, purpose: str) -> str:
        block = last_block(self)
        row = network_of(self)
        if block is None or row is None:
            return ". Count the layers: model.summary()."
        name, place = block
        return f"; if this is to {purpose}, did you mean {place}? There begins {name}, the last block of {row.name}."

    def _hide(self, layer: Any) -> None:
        object.__setattr__(self, "_hidden", (*self._hidden, layer))


def _unpickled(written: Any) -> Any:
    return adopt(_keras.unpickled(written))
