"""Networks on the processor, by OpenVINO."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from ...errors import ArgumentError
from .. import cache
from .protocol import TensorSpec

Sizes = tuple[tuple[int, ...], ...]  # of one picture, for each input

_PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}  # the names of NumPy and of OpenVINO
_KEPT_SIZES = 4  # compiled networks hold their own copy of the weights
_LARGE = 256 * 2**20  # bytes of a graph, nearly all of them weights


def check_precision(precision: str) -> None:
    """Refuse a precision that the processor would have to imitate, before a network is built for it.

    Raises:
        ArgumentError: there is none of this name, or the processor has no instructions for it.
    """
    if precision not in _PRECISIONS:
        raise ArgumentError(f"precision={precision!r}; there is {' and '.join(map(repr, _PRECISIONS))}.")
    if precision == "bfloat16" and "BF16" not in _processor("OPTIMIZATION_CAPABILITIES"):
        raise ArgumentError(
            f"precision='bfloat16': this processor, {_processor('FULL_DEVICE_NAME')}, has no instructions for it. "
            "Take 'float32'."
        )


def _processor(fact: str) -> Any:
    return _core().get_property("CPU", fact)


@lru_cache
def _core() -> Any:
    """OpenVINO itself, once in a process and never taken down.

    Each of several would give its thread another stack for signals, and the last that goes puts back one that is gone:
    then Ctrl-C crashes Python (OpenVINO 2026.4.1).
    """
    return openvino.Core()


class OpenVINORunner:
    """A graph on the processor; a ``Runner``.

    Batches are cut into micro-batches of a fixed size that several asynchronous requests compute side by side: up to
    40 % faster than one call with the whole batch. What is left over, and single pictures, go one by one through a
    network compiled for short answers. Both are compiled when they are first needed, for each size of pictures.

    Args:
        graph: an ONNX file, or its content.
        precision: of what it computes with, ``"float32"`` or ``"bfloat16"``. What it takes and returns stays the same.
        threads: how many the processor may use; None leaves that to OpenVINO.
        cache_key: names the content of the graph. With it, the network for single pictures is kept in the cache
            folder, from where it loads in half the time.

    Raises:
        ArgumentError: another precision, or one for which the processor has no instructions.
    """

    def __init__(
        self,
        graph: bytes | Path,
        *,
        precision: str = "float32",
        threads: int | None = None,
        cache_key: str | None = None,
    ) -> None:
        check_precision(precision)
        self._core = _core()
        self._model = self._core.read_model(graph)
        # Always said: left alone, OpenVINO takes bfloat16 where the processor has it.
        self._settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": _PRECISIONS[precision]}
        if threads is not None:
            self._settings["INFERENCE_NUM_THREADS"] = threads
        self._cache_key = cache_key
        size = graph.stat().st_size if isinstance(graph, Path) else len(graph)
        # Small ones stay in the processor's cache. But each reads all weights from memory: those of VGG's dense layers,
        # half a gigabyte, take so long that more pictures must share them.
        self._micro_batch = 16 if size > _LARGE else 4
        self._networks: dict[Sizes, _Network] = {}
        self._lock = Lock()
        self.inputs = _specs(self._model.inputs)
        self.outputs = _specs(self._model.outputs)

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """See ``Runner``."""
        sizes = tuple(array.shape[1:] for array in arrays)
        with self._lock:
            # Taken out and put back, so that the sizes which were used longest ago come first.
            network = self._networks.pop(sizes, None) or _Network(partial(self._compiled, sizes), self._micro_batch)
            results = network(arrays)
            self._networks[sizes] = network
            if len(self._networks) > _KEPT_SIZES:
                del self._networks[next(iter(self._networks))]
        return results

    def _compiled(self, sizes: Sizes, pictures: int, hint: str) -> Any:
        """The network for a fixed number of pictures of fixed sizes."""
        settings = self._settings | {"PERFORMANCE_HINT": hint}
        if self._cache_key is None or pictures > 1:
            return self._freshly_compiled(sizes, pictures, settings)
        processor = _processor("FULL_DEVICE_NAME")
        key = cache.key_of(self._cache_key, openvino.get_version(), processor, sizes, settings)
        name = f"compiled/{key}.blob"
        if (stored := cache.load(name)) is not None:
            try:
                return self._core.import_model(stored, "CPU", settings)
            except RuntimeError:
                pass  # compiled on another machine after all
        compiled = self._freshly_compiled(sizes, pictures, settings)
        cache.store(name, compiled.export_model().getvalue())
        return compiled

    def _freshly_compiled(self, sizes: Sizes, pictures: int, settings: dict[str, Any]) -> Any:
        try:
            self._model.reshape({number: [pictures, *size] for number, size in enumerate(sizes)})
            return self._core.compile_model(self._model, "CPU", settings)
        except RuntimeError as problem:
            shapes = ", ".join(f"(batch, {', '.join(map(str, size))})" for size in sizes)
            expected = ", ".join(str(spec.shape) for spec in self.inputs)
            raise ArgumentError(
                f"The network cannot compute arrays of shape {shapes}, though it takes {expected}. "
                "Pictures that are too small leave nothing of a feature map: give larger ones."
            ) from problem


class _Network:
    """The graph for pictures of one size."""

    def __init__(self, compiled: Callable[[int, str], Any], micro_batch: int) -> None:
        self._compiled = compiled
        self._micro_batch = micro_batch

    @cached_property
    def _single(self) -> Any:
        return self._compiled(1, "LATENCY").create_infer_request()

    @cached_property
    def _queue(self) -> Any:
        compiled = self._compiled(self._micro_batch, "THROUGHPUT")
        # Twice as many requests as streams: while one computes, the next is filled.
        return openvino.AsyncInferQueue(compiled, 2 * compiled.get_property("NUM_STREAMS"))

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        count = len(arrays[0])
        batched = count - count % self._micro_batch
        request = self._queue[0] if batched else self._single
        shapes = [tuple(tensor.shape)[1:] for tensor in request.output_tensors]
        results = [np.empty((count, *shape), np.float32) for shape in shapes]

        def store(request: Any, rows: slice) -> None:
            for result, tensor in zip(results, request.output_tensors, strict=True):
                result[rows] = tensor.data

        if batched:
            self._queue.set_callback(store)
            try:
                for start in range(0, batched, self._micro_batch):
                    rows = slice(start, start + self._micro_batch)
                    _fill(self._queue[self._queue.get_idle_request_id()], arrays, rows)
                    self._queue.start_async(userdata=rows)
            finally:
                self._queue.wait_all()  # after Ctrl-C, too: requests write into what would be gone
        for row in range(batched, count):
            rows = slice(row, row + 1)
            _fill(self._single, arrays, rows)
            self._single.infer()
            store(self._single, rows)
        return results


def _fill(request: Any, arrays: Sequence[NDArray[Any]], rows: slice) -> None:
    """Give a request its pictures; here they get the type of the input, so that no array is converted as a whole."""
    for tensor, array in zip(request.input_tensors, arrays, strict=True):
        tensor.data[...] = array[rows]


def _specs(ports: Sequence[Any]) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            port.get_any_name(),
            tuple(None if size.is_dynamic else size.get_length() for size in port.get_partial_shape()),
            str(port.get_element_type().to_dtype()),
        )
        for port in ports
    )
