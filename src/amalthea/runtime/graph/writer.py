"""From expressions to an ONNX model."""

import re
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import onnx
from onnx import helper

from ... import __version__
from . import OPSET
from .names import unused
from .tensor import Axes, Constant, Operation, Shape, Tensor, onnx_type

_IR_VERSION = 8  # of ONNX 1.13, which brought operator set 18


class Writer:
    """Fills one ONNX model. Whatever was written before is not written again.

    Attributes:
        model: complete once all outputs were added.
        layers: for each layer of Keras the tensor that holds its result, and the axes of that, as ``Tensor.axes``. A
            second result is ``name:1``.
    """

    def __init__(self, name: str) -> None:
        # Weights go straight to where they stay: onnx.helper.make_graph and make_model would copy each of them again.
        self.model = onnx.ModelProto(
            ir_version=_IR_VERSION,
            producer_name="amalthea",
            producer_version=__version__,
            opset_import=[helper.make_opsetid("", OPSET)],
            graph=onnx.GraphProto(name=_plain(name)),
        )
        self.layers: dict[str, tuple[str, Axes]] = {}
        self._graph = self.model.graph
        self._names: set[str] = set()
        self._operations: dict[tuple[Any, ...], str] = {}
        self._constants: dict[tuple[Any, ...], tuple[str, Any]] = {}

    def add_input(self, name: str, shape: Shape, dtype: str = "float32") -> Tensor:
        """An input of one of the types of the graph; its first axis takes any number of pictures."""
        name = self._unique(_plain(name))
        self._graph.input.append(_described(name, shape, dtype))
        return Tensor(name, tuple(range(len(shape))), shape, dtype)

    def write(self, tensor: Tensor, layer: str, shape: Shape, dtype: str = "float32") -> Tensor:
        """Write what a layer computes.

        Args:
            tensor: the converter's result.
            layer: name of the layer, with which those of its tensors begin.
            shape: what Keras says of the result.
            dtype: of the result.
        """
        return Tensor(self._written(tensor, layer), tensor.axes, shape, dtype)

    def note(self, layer: str, results: Sequence[Tensor]) -> None:
        """Keep where the results of a layer stand, which ``write`` returned."""
        for result in results:
            assert isinstance(result.origin, str)
            self.layers[unused(layer, self.layers, ":")] = result.origin, result.axes

    def add_output(self, tensor: Tensor, name: str) -> None:
        """An output, with its axes in Keras' order."""
        name = self._unique(_plain(name))
        source = self._written(tensor.plain(), name)
        self._graph.node.append(helper.make_node("Identity", [source], [name]))
        self._graph.output.append(_described(name, tensor.shape, tensor.dtype))

    def _written(self, tensor: Tensor | Constant | None, layer: str) -> str:
        """The name under which a tensor stands in the graph."""
        if tensor is None:
            return ""
        if isinstance(tensor, Constant):
            return self._constant(tensor, layer)
        if isinstance(tensor.origin, str):
            return tensor.origin
        return self._operation(tensor.origin, layer)

    def _operation(self, operation: Operation, layer: str) -> str:
        inputs = [self._written(tensor, layer) for tensor in operation.inputs]
        known = (operation.operator, *inputs, operation.attributes)
        if known not in self._operations:
            name = self._unique(f"{layer}/{operation.operator}")
            attributes: dict[str, Any] = dict(operation.attributes)
            self._graph.node.append(helper.make_node(operation.operator, inputs, [name], name, **attributes))
            self._operations[known] = name
        return self._operations[known]

    def _constant(self, constant: Constant, layer: str) -> str:
        known = (id(constant.source), constant.order, constant.shape)
        if known not in self._constants:
            name = self._unique(f"{layer}/{getattr(constant.source, 'name', 'constant')}")
            _fill(self._graph.initializer.add(name=name), constant)
            # The source is kept with the name, for the identity of a dead object may be given to another one.
            self._constants[known] = name, constant.source
        return self._constants[known][0]

    def _unique(self, wanted: str) -> str:
        name = unused(wanted, self._names, "_")
        self._names.add(name)
        return name


def _fill(weight: onnx.TensorProto, constant: Constant) -> None:
    array = keras.ops.convert_to_numpy(constant.source)
    if constant.order is not None:
        array = np.ascontiguousarray(array.transpose(constant.order))
    if constant.shape is not None:
        array = array.reshape(constant.shape)
    weight.data_type = helper.np_dtype_to_tensor_dtype(array.dtype)
    weight.dims.extend(array.shape)
    weight.raw_data = array.tobytes()


def _described(name: str, shape: Shape, dtype: str) -> onnx.ValueInfoProto:
    sizes = ["batch", *(size or f"{name}_{axis}" for axis, size in enumerate(shape[1:], start=1))]
    return helper.make_tensor_value_info(name, onnx_type(dtype), sizes)


def _plain(name: str) -> str:
    """A name that every reader of ONNX accepts; without the slash of inner names, which it can never equal."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)
