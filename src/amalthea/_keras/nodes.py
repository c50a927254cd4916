"""The calls of one layer: what it was given and what it returned. Checked against Keras 3.15.1."""

from typing import Any, NamedTuple


class Node(NamedTuple):
    """One symbolic call of a layer.

    Attributes:
        layer: what was called.
        inputs: the tensors that it was given, flat.
        outputs: the tensors that it returned, flat.
        before: the layers and operations that the inputs came from.
    """

    layer: Any
    inputs: list[Any]
    outputs: list[Any]
    before: list[Any]


def nodes_into(layer: Any) -> list[Node]:
    """The calls of a layer (``_inbound_nodes`` of Keras 3.15.1)."""
    return [_node(node) for node in layer._inbound_nodes]


def nodes_out_of(layer: Any) -> list[Node]:
    """The calls of others with what a layer returned (``_outbound_nodes`` of Keras 3.15.1)."""
    return [_node(node) for node in layer._outbound_nodes]


def _node(node: Any) -> Node:
    before = [tensor._keras_history.operation for tensor in node.input_tensors]
    return Node(node.operation, node.input_tensors, node.output_tensors, before)
