"""What OpenVINO makes of a graph, and keeps in the cache folder."""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openvino

from ...errors import ModelFileError
from ...storage import digest
from .. import cache
from .protocol import TensorSpec, refused

Sizes = tuple[tuple[int, ...], ...]  # of one picture, for each input

_IN_CACHE = 2**25  # bytes of a graph whose weights stay in the processor's cache
_MANY_WEIGHTS = 2**26  # of dense layers
_SMALL = 2**20  # bytes of a graph that is compiled in less time than a file is written


class Compiler:
    """A graph, and the networks that OpenVINO compiles from it. Several threads may ask for them.

    Args:
        core: OpenVINO itself.
        graph: an ONNX file, or its content.
        precision: as for ``OpenVINORunner``, like all that follows.

    Attributes:
        inputs: what the graph takes.
        outputs: what it returns.
        ranges: for each input of int32 or int64 the smallest and the largest that OpenVINO computes with rightly.
        micro_batch: how many pictures a request should compute, where there are many.

    Raises:
        ModelFileError: this is no graph.
    """

    def __init__(
        self,
        core: Any,
        graph: bytes | Path,
        *,
        precision: str,
        threads: int | None,
        streams: int | None,
        cache_key: str | None,
    ) -> None:
        self._core = core
        try:
            self._model = core.read_model(graph)
            size = graph.stat().st_size if isinstance(graph, Path) else len(graph)
        except (RuntimeError, OSError) as problem:
            raise ModelFileError(f"OpenVINO cannot read the graph: {problem}") from problem
        lower = precision == "bfloat16" or (_is_quantized(self._model) and "BF16" in self._capabilities())
        # Always said: left alone, OpenVINO takes bfloat16 where the processor has it.
        self._settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "bf16" if lower else "f32"}
        if threads is not None:
            self._settings["INFERENCE_NUM_THREADS"] = int(threads)
        self._streams = {} if streams is None else {"NUM_STREAMS": int(streams)}
        self._cache_key = "" if size <= _SMALL else _digest(graph) if cache_key is None else cache_key
        self._kept: Sizes | None = None
        self.micro_batch = _micro_batch(self._model, size)
        self.inputs = _specs(self._model.inputs)
        self.outputs = _specs(self._model.outputs)
        self.ranges = _ranges(self._model, self.inputs)

    def __call__(self, sizes: Sizes, pictures: int, hint: str) -> Any:
        """The network for a fixed number of pictures of fixed sizes, of which the first are kept in the cache folder.

        Each takes as much of it as the weights, and a network that is open to any size may be asked for a hundred.

        Args:
            sizes: of one picture, for each input.
            pictures: how many.
            hint: OpenVINO's: ``"LATENCY"`` for short answers, ``"THROUGHPUT"`` for many.

        Raises:
            ArgumentError: the network cannot compute pictures of these sizes.
        """
        settings = self._settings | {"PERFORMANCE_HINT": hint} | (self._streams if hint == "THROUGHPUT" else {})
        if not self._cache_key:
            return self._compiled(sizes, pictures, settings)
        processor = self._core.get_property("CPU", "FULL_DEVICE_NAME"), sorted(self._capabilities())
        key = cache.key_of(self._cache_key, openvino.get_version(), processor, pictures, sizes, settings)
        name = f"compiled/{key}.blob"
        if (stored := cache.load(name)) is not None:
            self._kept = self._kept or sizes
            try:
                return self._core.import_model(stored, "CPU", settings)
            except RuntimeError:
                pass  # compiled on another machine after all
        compiled = self._compiled(sizes, pictures, settings)
        self._kept = self._kept or sizes
        if sizes == self._kept:
            cache.store(name, compiled.export_model().getvalue())
        return compiled

    def _compiled(self, sizes: Sizes, pictures: int, settings: dict[str, Any]) -> Any:
        model = self._model.clone()  # without its weights, which all share
        try:
            model.reshape({number: [pictures, *size] for number, size in enumerate(sizes)})
            return self._core.compile_model(model, "CPU", settings)
        except RuntimeError as problem:
            raise refused(sizes, self.inputs, problem) from problem

    def _capabilities(self) -> list[str]:
        return self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")  # type: ignore[no-any-return]


def _is_quantized(model: Any) -> bool:
    """Whether int8 computes in it: OpenVINO reads ONNX's QuantizeLinear as this operation."""
    return any(operation.get_type_name() == "FakeQuantize" for operation in model.get_ops())


def _micro_batch(model: Any, size: int) -> int:
    """How many pictures a request computes: few, so that their feature maps stay in the processor's cache.

    More where weights must be read from memory, so that they share that; many where dense layers hold most of them, as
    VGG's hold half a gigabyte.

    Args:
        model: as OpenVINO reads it.
        size: of its graph in bytes, nearly all of them weights.
    """
    if _weights_used_once(model) > _MANY_WEIGHTS:
        return 16
    return 4 if size > _IN_CACHE else 2


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


def _digest(graph: bytes | Path) -> str:
    return digest(graph, "sha256") if isinstance(graph, Path) else hashlib.sha256(graph).hexdigest()


def _specs(ports: Sequence[Any]) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            port.get_any_name(),
            tuple(None if size.is_dynamic else size.get_length() for size in port.get_partial_shape()),
            str(port.get_element_type().to_dtype()),
        )
        for port in ports
    )
