"""``Sequential`` of Keras 1 and 2, also where it cannot know its size when it is written down."""

from collections.abc import Mapping
from math import prod
from os import PathLike
from typing import Any

import keras

from ... import _keras
from ...errors import ArgumentError
from .._saving.paths import readable_path
from .._spelling import Spelling, note, saved_as_keras, translated
from .flattened_size import flattened_size
from .model import Model


@saved_as_keras
class Sequential(Model, keras.Sequential):  # type: ignore[misc]
    """A stack of layers, whose first one may say what it takes: ``input_shape``, ``batch_input_shape``, ``input_dim``.

    After ``Flatten(input_shape=(None, None, 512))``, what reaches a dense layer has a size that nobody knows yet. Then
    the layers wait, until a weight file or the first data tell.
    """

    spelling = Spelling(positions=("layers", "name"))

    _open_shape: tuple[int | None, ...] | None = None  # of the inputs, while layers wait for their size
    _sizes: Mapping[str, int] = {}  # name of a waiting layer → the size of what it gets
    _was_open = False
    _closed_shape: tuple[int | None, ...] | None = None  # of the inputs that an open model has got

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A model of the layers given, or an empty one."""
        _, named = translated("Sequential", self.spelling, args, kwargs)
        layers = named.pop("layers", None) or ()
        super().__init__(**named)
        for layer in layers:
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer or model on top.

        Args:
            layer: takes what this model returns by now.
            rebuild: as in Keras 3.
        """
        shape = getattr(layer, "batch_input_shape", None)
        if not self.layers and shape is not None and not isinstance(layer, keras.layers.InputLayer):
            super().add(keras.Input(batch_shape=shape, name=f"{layer.name}_input"))
        if self._open_shape is None and _is_flat_and_open(self) and not getattr(layer, "built", True):
            object.__setattr__(self, "_open_shape", self.input_shape)
            note(f"{self.name} waits for its size, which a weight file or the first data tell")
        super().add(layer, rebuild=rebuild and self._open_shape is None)

    def pop(self, rebuild: bool = True) -> Any:
        """Take the last layer off."""
        return super().pop(rebuild=rebuild and self._open_shape is None)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights, as Keras does it; of waiting layers those for data of this shape."""
        if self._open_shape is not None:
            self._build_layers(self._open_shape if input_shape is None else input_shape)
            self._remember(self._closed_by_the_weights())
            self._remember(input_shape)
            input_shape = self._open_shape
            object.__setattr__(self, "_open_shape", None)
            object.__setattr__(self, "_was_open", True)
        super().build(input_shape)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None, **context: Any) -> Any:
        """What the layers make of the inputs, one after the other."""
        if self._was_open:
            self._remember(getattr(inputs, "shape", None))
        return super().call(inputs, training=training, mask=mask, **context)

    def get_config(self) -> dict[str, Any]:
        """What tells how to make this model again; where its size was open, for the size that it was used with.

        Keras would not know what to make of an open one.
        """
        config: dict[str, Any] = super().get_config()
        if self._closed_shape is not None:
            config["layers"][0]["config"]["batch_shape"] = config["build_input_shape"] = self._closed_shape
        return config

    def load_weights(self, filepath: str | PathLike[str], *args: Any, **kwargs: Any) -> Any:
        """Fill the layers from a file, as ``Model.load_weights``; it may tell the size of waiting layers."""
        if self._open_shape is not None:
            layer = next(layer for layer in self.layers if not layer.built)
            place = sum(bool(layer.weights) for layer in self.layers)
            object.__setattr__(self, "_sizes", {layer.name: flattened_size(readable_path(filepath), layer, place)})
            self.build(self._open_shape)
        return super().load_weights(filepath, *args, **kwargs)

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs, sizes that are open as None."""
        return super().input_shape if self._open_shape is None else self._open_shape

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self.inputs[0]

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def outputs(self) -> list[Any]:
        """All symbolic outputs. Where that of a layer is assigned, the layers after it are taken off."""
        return super().outputs  # type: ignore[no-any-return]

    @outputs.setter
    def outputs(self, tensors: Any) -> None:
        [tensor] = tensors if isinstance(tensors, list | tuple) else [tensors]
        last = _keras.layer_of(tensor)
        if not any(layer is last for layer in self.layers):
            raise ArgumentError(f"{self.name}.outputs = [{tensor}]: that is the output of no layer of this model.")
        while self.layers[-1] is not last:
            self.pop()
        object.__setattr__(self, "_hidden", ())

    def _build_layers(self, input_shape: tuple[int | None, ...]) -> None:
        shape: Any = (None, *input_shape[1:])
        for layer in self.layers:
            if layer.name in self._sizes:
                shape = (None, self._sizes[layer.name])
            if not layer.built:
                if shape[-1] is None:
                    raise ArgumentError(
                        f"{self.name}: the size of what {layer.name!r} gets is not known, because that of the inputs "
                        f"is open: {self._open_shape}. Load the weights of {self.name} first, or build the network "
                        "below it for one size: VGG16(include_top=False, input_shape=(150, 150, 3))."
                    )
                layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def _closed_by_the_weights(self) -> tuple[int | None, ...] | None:
        """The shape of inputs, as high as they are wide, that become vectors of the size that a weight file told."""
        assert self._open_shape is not None
        known, unknown = prod(filter(None, self._open_shape[1:])), self._open_shape[1:].count(None)
        for size in self._sizes.values():
            side = round((size / known) ** (1 / unknown))
            if side**unknown * known == size and isinstance(self.layers[0], keras.layers.Flatten):
                return (None, *(side if length is None else length for length in self._open_shape[1:]))
        return None

    def _remember(self, shape: Any) -> None:
        if shape is not None and None not in (closed := tuple(shape)[1:]):
            object.__setattr__(self, "_closed_shape", (None, *closed))


def _is_flat_and_open(model: Any) -> bool:
    """Whether a model returns vectors of which nobody knows how long they are."""
    shape = getattr(model, "output_shape", None)
    return isinstance(shape, tuple) and len(shape) == 2 and shape[-1] is None
