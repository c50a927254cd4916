"""Through a model of Keras, call by call."""

from typing import Any

import keras

from ... import _keras
from ...catalog import ScalingSteps
from ...errors import ArgumentError, UnsupportedLayerError
from .axes import expanded, squeezed
from .calls import check_layer, given_to
from .operations import converted
from .pictures import add_pictures
from .table import converter_of
from .tensor import Shape, Tensor, cast, graph_type
from .unsupported import ADVICE, unsupported
from .whole_numbers import converted_layer, output_types
from .wrappers import each_step, in_sequence
from .writer import Writer

_LARGEST = 2**31 - 2**24  # bytes of weights; no message of Protocol Buffers reaches 2 GiB, nodes and names included


def written(model: Any, scaling: ScalingSteps | None) -> Writer:
    """See ``to_onnx``; the writer holds the model, and where the results of its layers stand."""
    network = _graph_of(model)
    writer = Writer(network.name)
    if scaling is None:
        inputs = [writer.add_input(port.name, port.shape, _input_type(model, port)) for port in network.inputs]
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
    return writer


def _graph_of(model: Any) -> Any:
    cannot = f"cannot become a graph; functional and Sequential models can. {ADVICE}"
    network = _keras.require_functional(model, cannot)
    if own := _keras.own_prediction(model):
        raise UnsupportedLayerError(
            f"Model {model.name!r} of type {type(model).__name__} overrides {', '.join(own)}, which no graph has. "
            "Keep model.predict for this model; or give keras.Model(model.inputs, model.outputs), which has none."
        )
    if 4 * model.count_params() > _LARGEST:
        raise ArgumentError(
            f"Model {model.name!r} has {model.count_params():,} weights; a graph holds no more than 2 GiB of them. "
            f"{ADVICE}"
        )
    return network


def _input_type(model: Any, port: Any) -> str:
    found = graph_type(port.dtype)
    if found is None or port.dtype == "float64":
        raise ArgumentError(
            f"Model {model.name!r}: input {port.name!r} is {port.dtype}; allowed are float32, float16, bfloat16, "
            "uint8, int32, int64 and bool. Give the Input one of these types, or build the model with "
            "keras.config.set_floatx('float32')."
        )
    return found


def _converted(network: Any, inputs: list[Tensor], writer: Writer) -> list[Tensor]:
    """The outputs of a model, outer or nested, for these inputs."""
    tensors = {id(port): _fitting(tensor, port, writer) for port, tensor in zip(network.inputs, inputs, strict=True)}
    for call in _keras.calls(network):
        if all(id(tensor) in tensors for tensor in call.inputs):  # otherwise it belongs to another use of the layer
            results = _results(call, tensors, writer)
            tensors.update(zip(map(id, call.outputs), results, strict=True))
            writer.note(call.operation.name, results)
    return [tensors[id(tensor)] for tensor in network.outputs]


def _fitting(tensor: Tensor, port: Any, writer: Writer) -> Tensor:
    """What an input of a model makes of a tensor: its own type, and an axis of size 1 at the end more or less."""
    fitting, shape, rank = cast(tensor, graph_type(port.dtype) or port.dtype), tensor.shape, len(tensor.axes)
    dtype = fitting.dtype
    if rank == len(port.shape) + 1:
        fitting, shape = squeezed(fitting, rank - 1), shape[:-1]
    elif rank == len(port.shape) - 1:
        fitting, shape = expanded(fitting, rank), (*shape, 1)
    return tensor if fitting is tensor else writer.write(fitting, port.name, shape, dtype)


def _results(call: _keras.Call, tensors: dict[int, Tensor], writer: Writer) -> list[Tensor]:
    """What one call returns."""
    operation = call.operation
    if (nested := _keras.functional(operation)) is not None:
        return _converted(nested, _for_model(call, nested, tensors), writer)
    if _keras.kind_of(operation) is keras.layers.TimeDistributed and _keras.functional(operation.layer) is not None:
        return [_in_each_step(call, tensors, writer)]
    types = output_types(call, tensors)
    results = (_of_layer if isinstance(operation, keras.Layer) else _of_operation)(call, tensors, types[0])
    results = [results] if isinstance(results, Tensor) else results
    return [
        _written(operation, result, output.shape, dtype, writer)
        for result, output, dtype in zip(results, call.outputs, types, strict=True)
    ]


def _in_each_step(call: _keras.Call, tensors: dict[int, Tensor], writer: Writer) -> Tensor:
    """What ``TimeDistributed`` makes of a whole model."""
    layer, network = call.operation, _keras.functional(call.operation.layer)
    [given] = given_to(call)
    x = tensors[id(given)]
    steps = writer.write(each_step(x), layer.name, (None, *x.shape[2:]), x.dtype)
    noted = dict(writer.layers)
    [y] = _converted(network, [steps], writer)
    writer.layers = noted  # what layers inside return has no row for each picture
    return writer.write(in_sequence(y, x), layer.name, call.outputs[0].shape, y.dtype)


def _written(operation: Any, result: Tensor, shape: Shape, dtype: str, writer: Writer) -> Tensor:
    """What a converter returned for one output of a call, in the type that Keras says."""
    wanted = graph_type(dtype)
    if wanted is None:
        raise unsupported(operation, f"its numbers are {dtype}, which a graph does not compute with")
    # Amid a layer types are not known; there they are what Keras says.
    result = result if result.dtype in ("", wanted) else cast(result, wanted)
    return writer.write(result, operation.name, shape, wanted)


def _for_model(call: _keras.Call, nested: Any, tensors: dict[int, Tensor]) -> list[Tensor]:
    """The tensors for the inputs of a nested model, in their order."""
    [given] = given_to(call)
    inputs = _keras.inputs_in_order(nested, given)
    if len(inputs) != len(nested.inputs) or not all(id(tensor) in tensors for tensor in inputs):
        raise unsupported(call.operation, f"it has {len(nested.inputs)} inputs, but not all of them are given")
    return [tensors[id(tensor)] for tensor in inputs]


def _of_layer(call: _keras.Call, tensors: dict[int, Tensor], dtype: str) -> Any:
    layer = call.operation
    converter = converter_of(layer)
    flat = keras.tree.flatten(given_to(call))
    if not all(isinstance(part, keras.KerasTensor) for part in flat):
        raise unsupported(layer, "it is given numbers beside tensors; operations of keras.ops, such as +, take them")
    given = [tensors[id(tensor)] for tensor in flat]
    check_layer(layer, *given)
    if all(tensor.dtype == "float32" for tensor in given):
        return converter(layer, *given)
    return converted_layer(layer, converter, given, dtype)


def _of_operation(call: _keras.Call, tensors: dict[int, Tensor], dtype: str) -> Any:
    def in_graph(part: Any) -> Any:
        return tensors[id(part)] if isinstance(part, keras.KerasTensor) else part

    arguments, keywords = keras.tree.map_structure(in_graph, (call.arguments, call.keywords))
    return converted(call.operation, arguments, keywords, dtype)
