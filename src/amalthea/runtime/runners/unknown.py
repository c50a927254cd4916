"""Which inputs of a graph make which of its outputs unknown, read without importing onnx."""

from collections.abc import Iterable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

from ...errors import ModelFileError
from ..metadata import fields

_GRAPH = 7  # of onnx.ModelProto
_NODE, _INPUT, _OUTPUT = 1, 11, 12  # of onnx.GraphProto
_NAME = 1  # of onnx.ValueInfoProto
_TAKEN, _GIVEN, _KIND = 1, 2, 4  # of onnx.NodeProto

UnknownFrom = tuple[frozenset[int], ...]
"""For each output of a network the numbers of those inputs whose NaN and infinities its runner does not see through."""


class _Origin(NamedTuple):
    """The inputs that a tensor depends on, and those of them that a node on the way has asked whether they are NaN."""

    inputs: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()


def unknown_from(graph: bytes | memoryview | Path) -> UnknownFrom:
    """For each output the inputs that it depends on, but for those that the graph itself asks whether they are NaN.

    Args:
        graph: an ONNX file that a runtime could read, or its content.

    Raises:
        ModelFileError: the file is no longer there.
    """
    if not isinstance(graph, Path):
        return _unknown_from(memoryview(graph))
    try:
        with graph.open("rb") as file:
            mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
    except OSError as problem:
        raise ModelFileError(f"The graph cannot be read once more: {problem}") from problem
    with mapped, memoryview(mapped) as content:
        return _unknown_from(content)


def _unknown_from(content: memoryview) -> UnknownFrom:
    [graph] = [value for number, value in fields(content) if number == _GRAPH]
    parts = [(number, value) for number, value in fields(graph) if number in (_NODE, _INPUT, _OUTPUT)]
    inputs = [_texts(value, _NAME)[0] for number, value in parts if number == _INPUT]
    outputs = [_texts(value, _NAME)[0] for number, value in parts if number == _OUTPUT]
    origins = {name: _Origin(frozenset([number])) for number, name in enumerate(inputs)}
    for number, node in parts:  # each after those that it needs, as ONNX wants it
        if number == _NODE:
            taken = _texts(node, _TAKEN)
            origin = _after(_texts(node, _KIND)[0], taken, [origins.get(name, _Origin()) for name in taken])
            origins.update(dict.fromkeys(_texts(node, _GIVEN), origin))
    found = [origins.get(name, _Origin()) for name in outputs]
    return tuple(origin.inputs - origin.asked for origin in found)


def _after(kind: str, names: list[str], origins: list[_Origin]) -> _Origin:
    """What a node returns comes from all that it takes."""
    inputs, asked = _union(origin.inputs for origin in origins), _union(origin.asked for origin in origins)
    # NaN is the only number that does not equal itself.
    asks = kind in ("IsNaN", "IsInf") or (kind == "Equal" and names[0] == names[1])
    return _Origin(inputs, asked | inputs if asks else asked)


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _texts(message: memoryview, wanted: int) -> list[str]:
    return [str(value, "utf-8") for number, value in fields(message) if number == wanted]
