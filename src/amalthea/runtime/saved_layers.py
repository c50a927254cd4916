"""Layers of a network that was saved in one file: the part of its graph that ends at some of them, without Keras."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import ModelFileError
from .graph import StoredLayers
from .layers import Ending, chosen
from .runners import Runner

if TYPE_CHECKING:
    import onnx


def ending_of_graph(
    content: bytes, layers: StoredLayers, opened: Callable[[bytes], Runner], patterns: Sequence[str], name: str
) -> Ending:
    """The part of a graph that ends at layers.

    Args:
        content: of an ONNX file.
        layers: those of the network in it.
        opened: from a graph to its runner.
        patterns: names of layers, or globs.
        name: of the network, for messages.

    Raises:
        ArgumentError: there is no such layer.
        ModelFileError: the graph has no such tensors.
    """
    import onnx

    names = chosen(patterns, list(layers), name)
    model = onnx.load_model_from_string(content)
    try:
        part = _ending_at(model, [layers[layer] for layer in names])
    except ValueError as problem:
        raise ModelFileError(f"{name} does not describe its layers as they are: {problem}. Save it again.") from problem
    taken = {port.name for port in part.graph.input}
    inputs = tuple(number for number, port in enumerate(model.graph.input) if port.name in taken)
    return Ending(tuple(names), inputs, opened(part.SerializeToString()))


def still_there(content: bytes, layers: StoredLayers) -> StoredLayers:
    """Those layers whose tensors a graph still has: int8 makes convolution and normalisation one step."""
    import onnx

    tensors = _tensors(onnx.load_model_from_string(content).graph)
    return {layer: stored for layer, stored in layers.items() if stored[0] in tensors}


def _ending_at(model: "onnx.ModelProto", ends: Sequence[tuple[str, tuple[int, ...]]]) -> "onnx.ModelProto":
    """A model of the nodes that lead to these tensors, which it returns with their axes in Keras' order."""
    from onnx import helper

    graph = model.graph
    if missing := {tensor for tensor, _ in ends} - _tensors(graph):
        raise ValueError(f"there is no tensor {', '.join(map(repr, sorted(missing)))}")
    nodes, needed = _leading_to(graph.node, (tensor for tensor, _ in ends))
    outputs = [f"features/{number}" for number in range(len(ends))]
    nodes += [
        helper.make_node("Transpose", [tensor], [output], perm=_order(axes))
        for output, (tensor, axes) in zip(outputs, ends, strict=True)
    ]
    part = helper.make_graph(
        nodes,
        graph.name,
        [port for port in graph.input if port.name in needed],
        # Runtimes find out type and shape by themselves.
        [helper.make_empty_tensor_value_info(output) for output in outputs],
        [weight for weight in graph.initializer if weight.name in needed],
    )
    return helper.make_model(part, opset_imports=model.opset_import, ir_version=model.ir_version)


def _order(axes: Sequence[int]) -> list[int]:
    """How stored axes are transposed to those of Keras.

    Raises:
        ValueError: these are no axes.
    """
    return [list(axes).index(axis) for axis in range(len(axes))]


def _leading_to(nodes: Sequence["onnx.NodeProto"], tensors: Iterable[str]) -> tuple[list["onnx.NodeProto"], set[str]]:
    """The nodes that these tensors need, and all tensors on the way; each node stands after those that it needs."""
    needed, found = set(tensors), []
    for node in reversed(nodes):
        if not needed.isdisjoint(node.output):
            needed.update(node.input)
            found.append(node)
    return found[::-1], needed


def _tensors(graph: "onnx.GraphProto") -> set[str]:
    return {name for node in graph.node for name in node.output} | {port.name for port in graph.input}
