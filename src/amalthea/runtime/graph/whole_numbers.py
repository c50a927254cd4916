"""Integers and truth values in a model: of which type results are, and layers that get them."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from ... import _keras
from .operations import narrowed
from .tensor import Tensor, cast, graph_type
from .unsupported import unsupported

_MOVING = (  # integers of any size, with operators that all runtimes have for them
    layers.Concatenate,
    layers.Cropping2D,
    layers.Dropout,
    layers.Flatten,
    layers.Identity,
    layers.Permute,
    layers.RepeatVector,
    layers.Reshape,
    layers.Resizing,  # which rounds by itself
)
_ROUNDING = (layers.Average, layers.GroupNormalization, layers.LayerNormalization, layers.RMSNormalization)


def output_types(call: _keras.Call, tensors: dict[int, Tensor]) -> list[str]:
    """Keras' types of what a call returns.

    With integers, a tensor of Keras does not tell: most layers note the type that they compute in, whatever they
    return. So the backend is asked; but for ``Resizing``, which returns integers where the model is called, and
    floating numbers where TensorFlow compiles it, as ``predict`` and ``fit`` do (Keras 3.15.1).

    Args:
        call: of a layer or an operation.
        tensors: of the graph, by the identity of Keras'.

    Raises:
        UnsupportedLayerError: Keras cannot compute this.
    """
    if all(tensors[id(tensor)].dtype == "float32" for tensor in call.inputs):
        return [output.dtype for output in call.outputs]
    if isinstance(call.operation, layers.Resizing) and keras.config.backend() == "tensorflow":
        return ["float32"]

    def typed(part: Any) -> Any:
        return keras.KerasTensor(part.shape, tensors[id(part)].dtype) if isinstance(part, keras.KerasTensor) else part

    operation = call.operation
    arguments, keywords = keras.tree.map_structure(typed, (call.arguments, call.keywords))
    if "training" in keywords:
        keywords["training"] = False
    kind = keras.Operation if isinstance(operation, keras.Layer) else type(operation)
    try:
        described = kind.compute_output_spec(operation, *arguments, **keywords)
    except Exception as problem:  # every backend refuses in its own way
        raise unsupported(operation, f"Keras cannot compute it with integers: {problem}") from problem
    return [keras.backend.standardize_dtype(output.dtype) for output in keras.tree.flatten(described)]


def converted_layer(layer: Any, converter: Callable[..., Any], given: list[Tensor], dtype: str) -> Any:
    """What a layer makes of integers.

    Args:
        layer: of Keras.
        converter: of the layer.
        given: the tensors that it gets.
        dtype: Keras' type of the result.

    Raises:
        UnsupportedLayerError: Keras rounds amid the layer.
    """
    wanted = graph_type(dtype)
    enlarging = isinstance(layer, layers.UpSampling2D) and layer.interpolation != "nearest"
    if isinstance(layer, _ROUNDING) or (enlarging and wanted != "float32") or _begins_with_rounding(layer):
        raise unsupported(layer, "Keras rounds amid it, as it gets integers; put layers.Rescaling(1) before it")
    if isinstance(layer, _MOVING) and wanted != "float32":
        return converter(layer, *given)  # which looks at the type, or need not
    # Not every runtime computes with integers; those below 2**24 stay what they are.
    result = converter(layer, *(cast(tensor, "float32") for tensor in given))
    if wanted in ("bool", "uint8"):
        return narrowed(cast(result, "int32"), wanted)
    return result if wanted in ("float32", None) else cast(result, wanted)


def _begins_with_rounding(layer: Any) -> bool:
    """Whether it is a ``Pipeline`` in which integers are resized, on a backend where that rounds: see above."""
    if not isinstance(layer, layers.Pipeline) or keras.config.backend() == "tensorflow":
        return False
    first = layer.layers[0]
    return isinstance(first, layers.Resizing) and first.interpolation != "nearest"
