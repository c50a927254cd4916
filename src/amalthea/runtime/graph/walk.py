"""Through a model of Keras, call by call."""

from typing import Any

import keras
import onnx

from ... import _keras
from ...catalog import ScalingSteps
from ...errors import ArgumentError
from .pictures import add_pictures
from .table import converter_of
from .tensor import Tensor
from .unsupported import unsupported
from .writer import Writer

_LARGEST = 2**31 - 2**24  # bytes of weights; no message of Protocol Buffers reaches 2 GiB, nodes and names included


def written(model: Any, scaling: ScalingSteps | None) -> onnx.ModelProto:
    """See ``to_onnx``."""
    network = _graph_of(model)
    writer = Writer(network.name)
    if scaling is None:
        inputs = [writer.add_input(tensor.name, tensor.shape) for tensor in network.inputs]
    else:
        inputs = [add_pictures(model, network, scaling, writer)]
    outputs = _converted(network, inputs, writer)
    for name, tensor in zip(network.output_names, outputs, strict=True):
        writer.add_output(tensor, name)
    used = {name for node in writer.model.graph.node for name in node.input}
    for port in writer.model.graph.input:
        if port.name not in used:
            # Runtimes drop such an input, and would take the next array for it.
            raise ArgumentError(f"Model {model.name!r}: nothing uses its input {port.name!r}. Build it without.")
    return writer.model


def _graph_of(model: Any) -> Any:
    cannot = "cannot become a graph; functional and Sequential models can. Keep model.predict for this model."
    network = _keras.require_functional(model, cannot)
    if 4 * model.count_params() > _LARGEST:
        raise ArgumentError(
            f"Model {model.name!r} has {model.count_params():,} weights; a graph holds no more than 2 GiB of them. "
            "Keep model.predict for this model."
        )
    for tensor in network.inputs:
        if tensor.dtype != "float32":
            raise ArgumentError(
                f"Model {model.name!r}: input {tensor.name!r} is {tensor.dtype}; allowed is float32. "
                'Build the model with keras.config.set_floatx(\'float32\'), or "floatx": "float32" in keras.json.'
            )
    return network


def _converted(network: Any, inputs: list[Tensor], writer: Writer) -> list[Tensor]:
    """The outputs of a model, outer or nested, for these inputs."""
    tensors = dict(zip(map(id, network.inputs), inputs, strict=True))
    for call in _keras.calls(network):
        if not all(id(tensor) in tensors for tensor in call.inputs):
            continue  # it belongs to another use of the layer
        given = [tensors[id(tensor)] for tensor in call.inputs]
        nested = _keras.functional(call.operation)
        _check(call, nested)
        if nested is None:
            result = converter_of(call.operation)(call.operation, *given)
            results = [writer.write(result, call.operation.name, call.outputs[0].shape)]
        else:
            results = _converted(nested, given, writer)
        tensors.update(zip(map(id, call.outputs), results, strict=True))
    return [tensors[id(tensor)] for tensor in network.outputs]


def _check(call: _keras.Call, nested: Any | None) -> None:
    """Refuse what the converters do not look at, before it makes them wrong."""
    layer = call.operation
    settings = [f"{name}={value}" for name, value in call.keywords.items() if not _says_nothing(value)]
    if settings or len(call.arguments) != 1:
        raise unsupported(layer, f"it is called with {', '.join(settings) or 'more than its inputs'}")
    if nested is None:
        policy = getattr(layer, "dtype_policy", None)
        if policy is not None and policy.name != "float32":
            raise unsupported(layer, f"its dtype policy is {policy.name}, not float32")
    elif isinstance(call.arguments[0], dict) or any(
        len(given.shape) != len(wanted.shape) for given, wanted in zip(call.inputs, nested.inputs, strict=True)
    ):
        raise unsupported(layer, "Keras rearranges its inputs")


def _says_nothing(value: Any) -> bool:
    """An argument left at its default, such as a list of masks that are all None."""
    return all(part is None or part is False for part in keras.tree.flatten(value))
