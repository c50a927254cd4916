"""What must be known of a graph before it computes; kept, because OpenVINO takes long to read a large one."""

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from .protocol import TensorSpec

_IN_CACHE = 2**25  # bytes of a graph whose weights stay in the processor's cache
_MANY_WEIGHTS = 2**26  # of dense layers
_FEW = 4  # processors, whose streams together leave the memory time


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What a graph is, without its weights.

    Attributes:
        inputs: what it takes.
        outputs: what it returns.
        ranges: for each input of int32 or int64 the smallest and the largest that OpenVINO computes with rightly.
        micro_batch: how many pictures a request should compute, where there are many.
        quantized: whether int8 computes in it.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: dict[int, tuple[int, int]]
    micro_batch: int
    quantized: bool

    @classmethod
    def of(cls, model: Any, size: int) -> Self:
        """Of a graph as OpenVINO reads it, and the size of its file in bytes."""
        inputs = _specs(model.inputs)
        return cls(
            inputs, _specs(model.outputs), _ranges(model, inputs), _micro_batch(model, size), _is_quantized(model)
        )

    @classmethod
    def read(cls, text: bytes) -> Self:
        """What ``text`` returned."""
        known = json.loads(text)
        for ports in ("inputs", "outputs"):
            known[ports] = tuple(TensorSpec(**{**port, "shape": tuple(port["shape"])}) for port in known[ports])
        known["ranges"] = {int(number): tuple(bounds) for number, bounds in known["ranges"].items()}
        return cls(**known)

    def text(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()


def _is_quantized(model: Any) -> bool:
    """Whether int8 computes in it: OpenVINO reads ONNX's QuantizeLinear as this operation."""
    return any(operation.get_type_name() == "FakeQuantize" for operation in model.get_ops())


def _micro_batch(model: Any, size: int) -> int:
    """How many pictures a request computes: few, so that their feature maps stay in the processor's cache.

    Where weights must be read from memory, their feature maps leave the cache to them: one alone is up to a tenth
    faster on two processors. Many processors would wait for the memory, so that there several pictures share what is
    read; many do so everywhere where dense layers hold most weights, as VGG's hold half a gigabyte.

    Args:
        model: as OpenVINO reads it.
        size: of its graph in bytes, nearly all of them weights.
    """
    if _weights_used_once(model) > _MANY_WEIGHTS:
        return 16
    if size <= _IN_CACHE:
        return 2
    return 1 if (os.cpu_count() or 1) <= _FEW else 4


def _weights_used_once(model: Any) -> int:
    """How many weights a picture needs for a single product: those of dense layers on vectors, not on feature maps."""
    products = (operation for operation in model.get_ops() if operation.get_type_name() == "MatMul")
    kernels = [
        product.input_value(1).get_partial_shape()
        for product in products
        if product.get_output_partial_shape(0).rank == 2
    ]
    return sum(math.prod(kernel.to_shape()) for kernel in kernels if kernel.is_static)


def _ranges(model: Any, inputs: Sequence[TensorSpec]) -> dict[int, tuple[int, int]]:
    """It cuts numbers off at 32 bits, and takes zeros for the row of an ``Embedding`` that is not there."""
    ranges = {number: (-(2**31), 2**31 - 1) for number, spec in enumerate(inputs) if spec.dtype in ("int32", "int64")}
    for operation in model.get_ops():
        if operation.get_type_name() == "Gather":
            chosen = operation.input_value(1).get_node()
            while chosen.get_type_name() == "Convert":
                chosen = chosen.input_value(0).get_node()
            number = model.get_parameter_index(chosen) if chosen.get_type_name() == "Parameter" else -1
            table = operation.input_value(0).get_partial_shape()
            if number in ranges and table.rank == 2 and table.is_static:
                ranges[number] = (0, min(ranges[number][1], table[0].get_length() - 1))
    return ranges


def _specs(ports: Sequence[Any]) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            port.get_any_name(),
            tuple(None if size.is_dynamic else size.get_length() for size in port.get_partial_shape()),
            str(port.get_element_type().to_dtype()),
        )
        for port in ports
    )
