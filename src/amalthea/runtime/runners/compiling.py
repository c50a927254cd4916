"""What OpenVINO makes of a graph, and keeps in the cache folder."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import openvino

from .. import cache
from .facts import GraphFacts
from .protocol import refused
from .source import GraphSource
from .unknown import unknown_from

Sizes = tuple[tuple[int, ...], ...]  # of one picture, for each input

_FACTS = "facts 2"  # another number where what is kept of them becomes different
_SMALL = 2**20  # bytes of a graph that is compiled in less time than a file is written


class Compiler:
    """A graph, and the networks that OpenVINO compiles from it. Several threads may ask for them.

    Args:
        core: OpenVINO itself.
        graph: an ONNX file, or its content.
        precision: as for ``OpenVINORunner``, like all that follows.

    Attributes:
        facts: about the graph.
        unknown_from: as of a ``Runner``.

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
        self._core, self._source = core, GraphSource(graph)
        if self._source.size <= _SMALL:
            cache_key = ""
        self._cache_key = self._source.digest() if cache_key is None else cache_key
        facts_key = cache.key_of(_FACTS, self._cache_key, openvino.get_version(), os.cpu_count())
        self._facts_name = f"compiled/{facts_key}.json"
        known = cache.load(self._facts_name) if self._cache_key else None
        self._new_facts = bool(self._cache_key) and known is None
        with self._source.content() as content:  # not by its path, where it may no longer be
            self.facts = GraphFacts.of(self._model, self._source.size) if known is None else GraphFacts.read(known)
            self.unknown_from = unknown_from(content)
        lower = precision == "bfloat16" or (self.facts.quantized and "BF16" in self._capabilities())
        # Always said: left alone, OpenVINO takes bfloat16 where the processor has it, and ties its threads to the first
        # processors, in every process to the same ones, so that two processes of one thread would share a single one.
        precision_hint = "bf16" if lower else "f32"
        self._settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": precision_hint, "ENABLE_CPU_PINNING": False}
        if threads is not None:
            self._settings["INFERENCE_NUM_THREADS"] = int(threads)
        self._streams = {} if streams is None else {"NUM_STREAMS": int(streams)}
        self._kept: Sizes | None = None
        self._mapped: dict[str, Any] = {}  # files that compiled networks read their weights from, for ever

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
        self._keep_facts()
        processor = self._core.get_property("CPU", "FULL_DEVICE_NAME"), sorted(self._capabilities())
        key = cache.key_of(self._cache_key, openvino.get_version(), processor, pictures, sizes, settings)
        name = f"compiled/{key}.blob"
        if (weights := self._stored(name)) is not None:
            self._kept = self._kept or sizes
            try:
                return self._core.import_model(openvino.Tensor(weights, shared_memory=True), "CPU", settings)
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
            raise refused(sizes, self.facts.inputs, problem) from problem

    def _stored(self, name: str) -> Any:
        """The bytes of an entry of the cache, mapped once for all networks that are made of it."""
        if name not in self._mapped and (stored := cache.mapped(name)) is not None:
            self._mapped.setdefault(name, np.frombuffer(stored, np.uint8))  # another thread may have been quicker
        return self._mapped.get(name)

    @property
    def _model(self) -> Any:
        """The graph as OpenVINO reads it; what is in the cache does not need it."""
        return self._source.read(self._core)

    def _keep_facts(self) -> None:
        """Not before a network is asked for: only then has whoever named the file seen that it was not replaced."""
        if self._new_facts:
            cache.store(self._facts_name, self.facts.text())
            self._new_facts = False

    def _capabilities(self) -> list[str]:
        return self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")  # type: ignore[no-any-return]
