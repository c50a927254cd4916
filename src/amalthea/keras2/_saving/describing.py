"""A model in the words of Keras 2, from which Keras 2 and Keras 3 build it.

Keras 2 wrote a layer as ``{"class_name", "config", "name", "inbound_nodes"}``, and each call of it as a list of
``[layer, which call of it, which of its outputs, keyword arguments]``. A model within the model counts its calls from 1
there, since its own input led to its own output first; plain Keras 3 (3.15.1) counts from 0. Such a model is therefore
written as if it was called twice in the same way: whoever counts, the second number is right, and the call too many is
on no path to an output.
"""

from typing import Any

import keras

from ...errors import ArgumentError
from .masks import without_masks

# What later versions have added, at the value that changes nothing.
_LATER: dict[str, Any] = {
    **{"groups": 1, "keepdims": False, "synchronized": False, "optional": False, "ragged": False},
    **{"rms_scaling": False, "pad_to_aspect_ratio": False, "antialias": False},
}
_RENAMED = {("LeakyReLU", "negative_slope"): "alpha", ("InputLayer", "batch_shape"): "batch_input_shape"}
# Arguments that only Keras 3 has, and that change nothing in a model that is saved.
_TODAY_ONLY = {
    "LSTM": ("seed",),
    "GRU": ("seed",),
    "SimpleRNN": ("seed",),
    "ConvLSTM2D": ("seed",),
    "GaussianDropout": ("seed",),
    "GaussianNoise": ("seed",),
    "SpatialDropout1D": ("seed",),
    "SpatialDropout2D": ("seed",),
    "SpatialDropout3D": ("seed",),
    "RandomBrightness": ("data_format",),
    "RandomContrast": ("data_format", "value_range"),
    "RandomCrop": ("data_format",),
    "RandomFlip": ("data_format",),
    "RandomRotation": ("data_format",),
    "RandomTranslation": ("data_format",),
    "RandomZoom": ("data_format",),
    "Resizing": ("data_format", "fill_mode", "fill_value"),
    "CenterCrop": ("data_format",),
    "ZeroPadding1D": ("data_format",),
}


def described(model: keras.Model, target: str) -> dict[str, Any]:
    """A model as Keras 2 described it.

    Args:
        model: with a graph of layers.
        target: the file it is for, for messages.

    Raises:
        ArgumentError: a model without such a graph, or one that Keras 2 had no words for.
    """
    return _Describer(target).model(model.get_config(), isinstance(model, keras.Sequential))


def plain(value: Any) -> Any:
    """A value in a configuration of Keras 3, as Keras 2 wrote it: objects without modules, types by name."""
    if isinstance(value, dict) and "class_name" in value:
        config: Any = value.get("config")
        if value["class_name"] == "function":
            return config if value.get("module") == "builtins" else value.get("registered_name") or config
        if str(value["class_name"]).endswith(("DTypePolicy", "Policy")):
            return config["name"]
        if value["class_name"] == "__numpy__":
            return config["value"]
        kept = {key: item for key, item in config.items() if item is not None} if isinstance(config, dict) else config
        return {"class_name": value["class_name"], "config": plain(kept)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class _Describer:
    """Describes one model for one file."""

    def __init__(self, target: str) -> None:
        self._target = target

    def model(self, config: dict[str, Any], sequential: bool) -> dict[str, Any]:
        """A model, or a model within it, by its configuration of Keras 3."""
        if not isinstance(config.get("layers"), list):
            raise ArgumentError(
                f"{self._target}: this model says in a method of its own what it computes, which HDF5 cannot hold. "
                "Save its weights: model.save_weights('weights.h5')."
            )
        layers = config["layers"]
        if sequential:
            found = {"name": config["name"], "layers": [self._layer(layer) for layer in layers]}
            return {"class_name": "Sequential", "config": found}
        layers = without_masks(layers, [name for name, *_ in flat_ends(config["output_layers"])])
        kinds = {layer["name"]: _kind(layer) for layer in layers}
        found = {
            "name": config["name"],
            "layers": [
                {
                    **self._layer(layer),
                    "name": layer["name"],
                    "inbound_nodes": self._calls(layer, kinds),
                }
                for layer in layers
            ],
            "input_layers": _ends(config["input_layers"], kinds),
            "output_layers": _outputs(config["output_layers"], kinds),
        }
        return {"class_name": "Model", "config": found}

    def _layer(self, layer: dict[str, Any]) -> dict[str, Any]:
        kind, config = layer["class_name"], layer["config"]
        if _kind(layer) != "layer":
            return self.model(config, kind == "Sequential")
        if str(layer.get("module", "")).startswith("keras.src.ops"):
            raise ArgumentError(
                f"{self._target}: the operation {layer.get('name', kind)!r} is no layer, and the format of Keras 2 has "
                "layers only. Save the model as .keras, or put the operation into a Lambda layer."
            )
        return {"class_name": kind, "config": _arguments(kind, config)}

    def _calls(self, layer: dict[str, Any], kinds: dict[str, str]) -> list[Any]:
        calls = [self._call(layer["name"], node, kinds) for node in layer["inbound_nodes"]]
        return calls * 2 if kinds[layer["name"]] != "layer" and len(calls) == 1 else calls

    def _call(self, name: str, node: dict[str, Any], kinds: dict[str, str]) -> list[Any]:
        first, *others = node["args"]
        keywords = {key: value for key, value in node["kwargs"].items() if value is not None}
        tensors = first if isinstance(first, list | tuple) else [first]
        if others or not all(map(_is_tensor, tensors)) or any(map(_holds_tensor, keywords.values())):
            raise ArgumentError(
                f"{self._target}: layer {name!r} is called with more than its inputs, for which the format of Keras 2 "
                "has no words. Save the model as .keras."
            )
        return [[*_reference(tensor, kinds), plain(keywords)] for tensor in tensors]


def _kind(layer: dict[str, Any]) -> str:
    """What an entry is: a layer, a model whose calls Keras 3 counts from 0 in outputs, or one from 1."""
    config = layer["config"]
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return "layer"
    return "functional" if "input_layers" in config else "sequential"


def _arguments(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    left_out = _TODAY_ONLY.get(kind, ())
    arguments = {}
    for key, value in config.items():
        later = key in _LATER and _LATER[key] == value
        if value is None or later or key in left_out:  # None says what leaving out says
            continue
        if key in ("layer", "backward_layer", "cell"):
            value = _inner(value)
        elif key == "cells":
            value = [_inner(cell) for cell in value]
        else:
            value = plain(value)
        arguments[_RENAMED.get((kind, key), key)] = value
    return arguments


def _inner(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer within a layer, of which Keras 3 wants to know where it is its own."""
    found = {"class_name": layer["class_name"], "config": _arguments(layer["class_name"], layer["config"])}
    return {"module": "keras.layers", **found} if str(layer.get("module")).startswith("keras.") else found


def _reference(tensor: dict[str, Any], kinds: dict[str, str]) -> list[Any]:
    name, call, output = tensor["config"]["keras_history"]
    return [name, call + (kinds[name] != "layer"), output]


def _ends(found: Any, kinds: dict[str, str]) -> list[Any]:
    """The inputs or outputs of a model: always a list there."""
    return [[name, call + (kinds[name] == "sequential"), output] for name, call, output in flat_ends(found)]


def _outputs(found: Any, kinds: dict[str, str]) -> list[Any]:
    """The outputs of a model; one alone is no list of one, from which Keras 3 would make a list of one tensor."""
    ends = _ends(found, kinds)
    return ends[0] if isinstance(found[0], str) else ends


def flat_ends(found: Any) -> list[list[Any]]:
    """All ``[layer, call, output]`` in any structure of them."""
    if isinstance(found, list | tuple) and len(found) == 3 and isinstance(found[0], str):
        return [list(found)]
    members = found.values() if isinstance(found, dict) else found
    return [end for member in members for end in flat_ends(member)]


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _holds_tensor(value: Any) -> bool:
    return _is_tensor(value) or (isinstance(value, list | tuple) and any(map(_holds_tensor, value)))
