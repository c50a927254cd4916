"""The calls of a layer under the names of then, and what follows from them: its shapes."""

from dataclasses import dataclass
from typing import Any

from ..._keras.nodes import Node, nodes_into, nodes_out_of
from ...errors import ArgumentError
from .._spelling import note


@dataclass(frozen=True, eq=False)
class OldNode:
    """One call of a layer, with the attributes of then.

    Attributes:
        outbound_layer: what was called.
        inbound_layers: where the inputs came from.
        input_tensors: what it was given.
        output_tensors: what it returned.
    """

    outbound_layer: Any
    inbound_layers: list[Any]
    input_tensors: list[Any]
    output_tensors: list[Any]

    @property
    def input_shapes(self) -> list[Any]:
        """The shapes of ``input_tensors``."""
        return [tensor.shape for tensor in self.input_tensors]

    @property
    def output_shapes(self) -> list[Any]:
        """The shapes of ``output_tensors``."""
        return [tensor.shape for tensor in self.output_tensors]


class Nodes:
    """Mixed into a layer: its shapes, its calls, and the tensors of each of them."""

    @property
    def input_shape(self) -> Any:
        """The shape of what the layer was given, the batch included; a list of several."""
        return self._same_in_all_nodes("input_shape", _inputs)

    @property
    def output_shape(self) -> Any:
        """The shape of what the layer returned, the batch included; a list of several."""
        return self._same_in_all_nodes("output_shape", _outputs)

    def get_input_at(self, node_index: int) -> Any:
        """What the layer was given in one of its calls."""
        return _alone(_inputs(self._node(node_index)))

    def get_output_at(self, node_index: int) -> Any:
        """What the layer returned from one of its calls."""
        return _alone(_outputs(self._node(node_index)))

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shape of ``get_input_at``."""
        return _shape(_inputs(self._node(node_index)))

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shape of ``get_output_at``."""
        return _shape(_outputs(self._node(node_index)))

    @property
    def inbound_nodes(self) -> list[OldNode]:
        """The calls of the layer."""
        return [_as_then(node) for node in nodes_into(self)]

    @inbound_nodes.setter
    def inbound_nodes(self, nodes: Any) -> None:
        note("layer.inbound_nodes = … does nothing today: build a new Model between the tensors that are wanted")

    @property
    def outbound_nodes(self) -> list[OldNode]:
        """The calls of other layers with what this one returned."""
        return [_as_then(node) for node in nodes_out_of(self)]

    @outbound_nodes.setter
    def outbound_nodes(self, nodes: Any) -> None:
        note("layer.outbound_nodes = … does nothing today: build a new Model between the tensors that are wanted")

    def _node(self, index: int) -> Node:
        nodes = nodes_into(self)
        if not -len(nodes) <= index < len(nodes):
            raise ArgumentError(f"Layer {_name(self)} was called {len(nodes)} times; there is no call {index}.")
        return nodes[index]

    def _same_in_all_nodes(self, attribute: str, tensors: Any) -> Any:
        shapes = [_shape(tensors(node)) for node in nodes_into(self)]
        if not shapes:
            raise AttributeError(f"Layer {_name(self)} was never called and has no {attribute}.")
        if any(shape != shapes[0] for shape in shapes):
            raise AttributeError(
                f"Layer {_name(self)} has several {attribute}s: {shapes}. Use get_{attribute}_at(node_index)."
            )
        return shapes[0]


def _name(layer: Any) -> str:
    return str(layer.name)


def _inputs(node: Node) -> list[Any]:
    """What a layer was given; an input of a graph counts as what it returns."""
    return node.inputs or node.outputs


def _outputs(node: Node) -> list[Any]:
    return node.outputs


def _alone(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _shape(tensors: list[Any]) -> Any:
    return _alone([tensor.shape for tensor in tensors])


def _as_then(node: Node) -> OldNode:
    return OldNode(node.layer, node.before, node.inputs, node.outputs)
