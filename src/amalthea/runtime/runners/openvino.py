"""Networks on the processor, by OpenVINO."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from ...errors import ArgumentError
from .compiling import Compiler, Sizes
from .facts import GraphFacts
from .pool import RequestPool
from .precision import require_known

_KEPT_SIZES = 4  # compiled networks hold their own copy of the weights


def check_precision(precision: str, setting: str = "precision") -> None:
    """Refuse a precision that the processor would have to imitate, before a network is built for it.

    Args:
        precision: its name.
        setting: what the message calls it.

    Raises:
        ArgumentError: there is none of this name, or the processor has no instructions for it.
    """
    require_known(precision)
    if precision == "bfloat16" and "BF16" not in processor_fact("OPTIMIZATION_CAPABILITIES"):
        raise ArgumentError(
            f"{setting}='bfloat16': this processor, {processor_fact('FULL_DEVICE_NAME')}, has no instructions for it. "
            "Take 'float32'."
        )


def processor_fact(fact: str) -> Any:
    """A property of the processor, by OpenVINO's name."""
    return core().get_property("CPU", fact)


@lru_cache
def core() -> Any:
    """OpenVINO itself, once in a process and never taken down.

    Each of several would give its thread another stack for signals, and the last that goes puts back one that is gone:
    then Ctrl-C crashes Python (OpenVINO 2026.4.1).
    """
    return openvino.Core()


class OpenVINORunner:
    """A graph on the processor; a ``Runner``.

    Batches are cut into micro-batches of a fixed size that several asynchronous requests compute side by side: up to
    40 % faster than one call with the whole batch. A picture alone goes through a network compiled for short answers;
    while other threads compute, too, through one for many. Each is compiled when it is first needed, for each size of
    pictures.

    Args:
        graph: an ONNX file, or its content.
        precision: of what it computes with, ``"float32"`` or ``"bfloat16"``. What it takes and returns stays the same.
            What int8 leaves of a network is computed in bfloat16, where the processor has it: it is finer than int8.
        threads: how many the processor may use; None leaves that to OpenVINO.
        streams: how many micro-batches are computed at a time, each by its share of the threads; None leaves that to
            OpenVINO.
        cache_key: names the content of the graph; where it is None, its hash does. Compiled networks are kept in the
            cache folder, from where they load in half the time. An empty one keeps nothing, as for random weights.

    Raises:
        ArgumentError: another precision, or one for which the processor has no instructions.
        ModelFileError: this is no graph.
    """

    def __init__(
        self,
        graph: bytes | Path,
        *,
        precision: str = "float32",
        threads: int | None = None,
        streams: int | None = None,
        cache_key: str | None = None,
    ) -> None:
        check_precision(precision)
        self._compiler = Compiler(
            core(), graph, precision=precision, threads=threads, streams=streams, cache_key=cache_key
        )
        self.inputs, self.outputs = self._compiler.facts.inputs, self._compiler.facts.outputs
        self.threads = threads
        self.unknown_from = self._compiler.unknown_from
        self._networks: dict[Sizes, _Network] = {}
        self._calls = 0
        self._lock = Lock()  # of the two lines above, never held while computing

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """See ``Runner``.

        Raises:
            ArgumentError: also, whole numbers that OpenVINO would take for others.
        """
        _check_ranges(arrays, self._compiler.facts)
        network = self._network(tuple(array.shape[1:] for array in arrays))
        with self._call() as alone:
            return network(arrays, alone)

    @contextmanager
    def among_others(self) -> Iterator[None]:
        """While this lasts, one picture alone is computed as one of many, not as fast as the whole processor can.

        For whoever knows that more work waits than calls show, such as pictures that are still being decoded.
        """
        with self._call():
            yield

    def _network(self, sizes: Sizes) -> "_Network":
        with self._lock:
            # Taken out and put back, so that the sizes which were used longest ago come first.
            network = self._networks.pop(sizes, None) or _Network(
                partial(self._compiler, sizes), self._compiler.facts.micro_batch
            )
            self._networks[sizes] = network
            if len(self._networks) > _KEPT_SIZES:
                del self._networks[next(iter(self._networks))]
        return network

    @contextmanager
    def _call(self) -> Iterator[bool]:
        """Whether no other call is being computed."""
        with self._lock:
            self._calls += 1
            alone = self._calls == 1
        try:
            yield alone
        finally:
            with self._lock:
                self._calls -= 1


def _check_ranges(arrays: Sequence[NDArray[Any]], facts: GraphFacts) -> None:
    for number, (low, high) in facts.ranges.items():
        array = arrays[number]
        if array.size and not (low <= array.min() and array.max() <= high):
            reason = "OpenVINO computes with 32 bits" if low else f"an Embedding after it has {high + 1} rows"
            raise ArgumentError(
                f"Input {facts.inputs[number].name!r} takes whole numbers in [{low}, {high}], for {reason}; given "
                f"were numbers from {array.min()} to {array.max()}."
            )


class _Network:
    """The graph for pictures of one size."""

    def __init__(self, compiled: Callable[[int, str], Any], micro_batch: int) -> None:
        self._compiled = compiled
        self._micro_batch = micro_batch
        self._pools: dict[tuple[int, str], RequestPool] = {}
        self._lock = Lock()

    def __call__(self, arrays: Sequence[NDArray[Any]], alone: bool) -> list[NDArray[Any]]:
        count = len(arrays[0])
        together = count - count % self._micro_batch if count > 1 else 0
        pools = []
        if together:
            pools.append((self._pool(self._micro_batch, "THROUGHPUT"), range(0, together, self._micro_batch)))
        if together < count or not count:
            pools.append((self._pool(1, "LATENCY" if alone else "THROUGHPUT"), range(together, count)))
        results = pools[0][0].results(count)
        for pool, starts in pools:
            pool.compute(arrays, results, starts)
        return results

    def _pool(self, pictures: int, hint: str) -> RequestPool:
        """Requests for so many pictures each, compiled for short answers or for many."""
        if pool := self._pools.get((pictures, hint)):  # not waiting for another that is being compiled
            return pool
        with self._lock:
            if (pictures, hint) not in self._pools:
                compiled = self._compiled(pictures, hint)
                self._pools[pictures, hint] = RequestPool(compiled, 2 * compiled.get_property("NUM_STREAMS"))
            return self._pools[pictures, hint]
