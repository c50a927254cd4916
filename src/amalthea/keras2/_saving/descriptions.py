"""Descriptions of models by Keras 1 and 2, in the words of Keras 3. Nothing in them is ever run.

The arguments of layers keep their old names: the classes of ``keras2.layers`` take them. What changes is what stands
around them: the lists of calls, the shape of the input, types, objects within arguments.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras

from ...errors import ModelFileError, UnsafeWeightsError
from .._models.naming import todays_name
from .describing import flat_ends

_MODELS = ("Functional", "Model", "Sequential", "Container", "Network")
_WITHOUT_MEANING = (
    *("input_dtype", "batch_input_shape", "ragged", "expects_training_arg", "implementation", "consume_less"),
    *("query_shape", "key_shape", "value_shape"),
)
# What is left out where it has the value that every layer of Keras 3 has, and stays, to be refused, where not.
_NEUTRAL: dict[str, Any] = {"groups": 1, "time_major": False, "rng_type": "stateful", "softmax_robust_masking": False}
# Arguments of single classes that chose between ways of computing the same, or that have no counterpart.
_LEFT_OUT = {
    "BatchNormalization": ("fused", "virtual_batch_size", "renorm", "renorm_clipping", "renorm_momentum"),
    "SeparableConv1D": ("kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SeparableConv2D": ("kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    "SpatialDropout1D": ("trainable", "noise_shape"),
    "SpatialDropout2D": ("trainable", "noise_shape"),
    "SpatialDropout3D": ("trainable", "noise_shape"),
}
_INNER = ("layer", "backward_layer", "forward_layer", "cell")
_LAMBDA = ("function_type", "module", "output_shape_type", "output_shape_module", "mask_type", "mask_module")
_MERGED: dict[str, tuple[str, dict[str, Any]]] = {
    "sum": ("Add", {}),
    "mul": ("Multiply", {}),
    "ave": ("Average", {}),
    "max": ("Maximum", {}),
    "concat": ("Concatenate", {}),
    "dot": ("Dot", {}),
    "cos": ("Dot", {"normalize": True}),
}
_REGULARIZERS = ("L1L2Regularizer", "WeightRegularizer", "ActivityRegularizer")


class Description:
    """A description that is being translated.

    Args:
        source: the file or text, for messages.
        find: the class of a layer by its name, None if there is none.
        given: the user's own classes and functions by name.

    Attributes:
        used: every class of a layer and function of a Lambda layer that the description names.
    """

    def __init__(self, source: str, find: Callable[[str], type[Any] | None], given: Mapping[str, Any]) -> None:
        self._source = source
        self._find = find
        self._given = given
        self.used: dict[str, Any] = {}

    def model(self, description: Any) -> dict[str, Any]:
        """A model, ``{"class_name", "config"}``, in the words of Keras 3.

        Raises:
            ModelFileError: no description of a model, or a layer that nobody knows.
            UnsafeWeightsError: a function that is kept as code.
        """
        try:
            kind, config = description["class_name"], description["config"]
            return self._sequential(config) if isinstance(config, list) or kind == "Sequential" else self._graph(config)
        except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as problem:
            raise ModelFileError(f"{self._source} holds no description of a model by Keras ({problem!r}).") from problem

    def _sequential(self, config: Any) -> dict[str, Any]:
        described = config if isinstance(config, list) else config["layers"]
        layers = [self._layer(layer) for layer in described]
        first = described[0]["config"] if described else {}
        if isinstance(first, dict) and first.get("batch_input_shape") and layers[0]["class_name"] != "InputLayer":
            name = f"{first.get('name', 'sequential')}_input"
            shape = {"batch_shape": plain(first["batch_input_shape"]), "name": name}
            if first.get("input_dtype"):
                shape["dtype"] = first["input_dtype"]
            layers.insert(0, self._entry("InputLayer", shape))
        found = {"name": None if isinstance(config, list) else config.get("name"), "layers": layers}
        if isinstance(config, dict) and config.get("build_input_shape"):
            found["build_input_shape"] = plain(config["build_input_shape"])
        return {"class_name": "Sequential", "config": found}

    def _graph(self, config: dict[str, Any]) -> dict[str, Any]:
        layers = config["layers"]
        ends = [end for key in ("input_layers", "output_layers") for end in flat_ends(config[key])]
        first_calls = _first_calls(layers, ends)
        entries = []
        for layer in layers:
            calls = [_call(node, first_calls) for node in layer["inbound_nodes"]]
            entries.append({**self._layer(layer), "name": todays_name(layer["name"]), "inbound_nodes": calls})
        functional = {entry["name"] for entry in entries if entry["class_name"] == "Functional"}
        by_keras3 = any(isinstance(node, dict) for layer in layers for node in layer["inbound_nodes"])

        def end(found: list[Any]) -> list[Any]:
            name, call, output = found
            if by_keras3:
                return found
            # Keras 3.15.1 counts from 1 here, and only here, for functional models within the model.
            call = call - first_calls[name] + (todays_name(name) in functional)
            return [todays_name(name), call, output]

        found = {"name": config.get("name"), "layers": entries}
        for key in ("input_layers", "output_layers"):
            listed = [end(one) for one in flat_ends(config[key])]
            found[key] = listed[0] if len(listed) == 1 else listed
        if config.get("trainable") is False:
            found["trainable"] = False
        return {"class_name": "Functional", "config": found}

    def _layer(self, layer: dict[str, Any]) -> dict[str, Any]:
        kind, config = layer["class_name"], layer["config"]
        if kind in _MODELS or (isinstance(config, dict) and "input_layers" in config):
            inner = self.model({"class_name": kind, "config": config})
            if isinstance(inner["config"], dict) and inner["config"].get("name") is None:
                inner["config"]["name"] = todays_name(layer["name"]) if layer.get("name") else None
            self.used[inner["class_name"]] = getattr(keras, inner["class_name"], keras.Model)
            return self._entry(inner["class_name"], inner["config"])
        if kind == "Merge":
            kind, config = self._merged(config)
        if kind == "Lambda" and "Lambda" not in self._given:
            config = self._function(config)
        if kind == "InputLayer":
            return self._entry(kind, _input(config))
        return self._entry(kind, self._arguments(kind, config))

    def _entry(self, kind: str, config: dict[str, Any]) -> dict[str, Any]:
        if kind not in self.used:
            found = self._given.get(kind) or self._find(kind)
            if found is None:
                raise ModelFileError(
                    f"{self._source} holds a layer of class {kind!r}, which Keras does not have. Give the class: "
                    f"load_model(path, custom_objects={{{kind!r}: {kind}}})."
                )
            self.used[kind] = found
        return {"module": None, "class_name": kind, "registered_name": kind, "config": config}

    def _arguments(self, kind: str, config: dict[str, Any]) -> dict[str, Any]:
        left_out = (*_WITHOUT_MEANING, *_LEFT_OUT.get(kind, ()))
        arguments = {
            key: plain(value)
            for key, value in config.items()
            if key not in left_out and not (key in _NEUTRAL and value == _NEUTRAL[key])
        }
        for key in _INNER:
            if isinstance(config.get(key), dict) and "class_name" in config[key]:
                arguments[key] = self._layer(config[key])
        if isinstance(arguments.get("cells"), list):
            arguments["cells"] = [self._layer(cell) for cell in config["cells"]]
        if isinstance(arguments.get("name"), str):
            arguments["name"] = todays_name(arguments["name"])
        axis = arguments.get("axis")
        if isinstance(axis, list) and len(axis) == 1:
            arguments["axis"] = axis[0]
        return arguments

    def _merged(self, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        mode = config.get("mode")
        if mode not in _MERGED or config.get("layers"):
            raise ModelFileError(
                f"{self._source}: the layer {config.get('name')!r} merges by {mode!r}, or merges models inside a "
                "Sequential, which Keras no longer does. Build the model anew, and fill it with load_weights."
            )
        kind, arguments = _MERGED[mode]
        found = {"name": config.get("name"), **arguments}
        if kind == "Concatenate":
            found["axis"] = config.get("concat_axis", -1)
        elif kind == "Dot":
            axes = plain(config.get("dot_axes", -1))
            found["axes"] = (
                [axis[0] if isinstance(axis, list) else axis for axis in axes] if isinstance(axes, list) else axes
            )
        return kind, found

    def _function(self, config: dict[str, Any]) -> dict[str, Any]:
        """A Lambda layer, whose function the user has to give."""
        stored, name = config.get("function"), config.get("name")
        function = self._given.get(str(name)) or (self._given.get(stored) if isinstance(stored, str) else None)
        if function is None:
            raise function_kept_as_code(self._source, name)
        kept = {key: plain(value) for key, value in config.items() if key not in (*_LAMBDA, "output_shape", "mask")}
        shape = config.get("output_shape")
        self.used[str(name)] = function
        found = {**kept, "function": str(name), "arguments": plain(config.get("arguments") or {})}
        if isinstance(shape, list | tuple) and config.get("output_shape_type", "raw") == "raw":
            found["output_shape"] = tuple(shape)
        return found


def plain(value: Any) -> Any:
    """A value of a configuration without what TensorFlow wrapped around it, and with today's form of objects."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("class_name")
    if kind in ("__tuple__", "TensorShape"):
        return [plain(item) for item in value["items"]]
    if kind is not None and str(kind).endswith(("Policy", "PolicyV1")):
        return value["config"]["name"]
    if kind is not None and isinstance(value.get("config"), dict):
        config = {key: plain(item) for key, item in value["config"].items() if key != "dtype"}
        return {"class_name": kind, "config": config}
    if kind is None and isinstance(value.get("name"), str):
        return _of_keras1(value)
    return {key: plain(item) for key, item in value.items()}


def _of_keras1(value: dict[str, Any]) -> dict[str, Any]:
    """A regularizer or constraint: ``{"name": "MaxNorm", "m": 2}``."""
    config = {("max_value" if key == "m" else key): item for key, item in value.items() if key != "name"}
    return {"class_name": "L1L2" if value["name"] in _REGULARIZERS else value["name"], "config": config}


def _input(config: dict[str, Any]) -> dict[str, Any]:
    shape = config.get("batch_input_shape") or config.get("batch_shape")
    found = {"batch_shape": plain(shape), "name": config["name"]}
    if config.get("dtype") or config.get("input_dtype"):
        found["dtype"] = plain(config.get("dtype") or config["input_dtype"])
    if config.get("sparse"):
        found["sparse"] = True
    return found


def _call(node: Any, first_calls: Mapping[str, int]) -> Any:
    """One call of a layer; those by Keras 3, which are dictionaries, stay."""
    if isinstance(node, dict):
        return node
    return [
        [
            todays_name(name),
            call - first_calls[name],
            output,
            *({key: plain(item) for key, item in rest.items()} for rest in more),
        ]
        for name, call, output, *more in _inputs(node)
    ]


def _inputs(node: Any) -> list[Any]:
    return [node] if node and isinstance(node[0], str) else node


def _first_calls(layers: list[Any], ends: list[list[Any]]) -> dict[str, int]:
    """The number of the first call of each layer: 0, or 1 for models within the model that count their own input."""
    numbers: dict[str, set[int]] = {layer["name"]: set() for layer in layers}
    for name, call in _references(layers, ends):
        numbers[name].add(call)
    first = {}
    for layer in layers:
        name, config = layer["name"], layer["config"]
        inner = layer["class_name"] in _MODELS or (isinstance(config, dict) and "layers" in config)
        first[name] = int(inner and 0 not in numbers[name])
    return first


def _references(layers: list[Any], ends: list[list[Any]]) -> Iterator[tuple[str, int]]:
    for layer in layers:
        for node in layer["inbound_nodes"]:
            if not isinstance(node, dict):
                yield from ((name, call) for name, call, *_ in _inputs(node))
    yield from ((name, call) for name, call, _ in ends)


def function_kept_as_code(source: str, name: Any) -> UnsafeWeightsError:
    """The function of a ``Lambda`` layer, which the user has to give."""
    return UnsafeWeightsError(
        f"{source}: the function of the Lambda layer {name!r} is not run from a file. Give it: "
        f"custom_objects={{{name!r}: the function}}."
    )
