"""Which tensors lie between two parts of a network, and what is the least that has to be kept of them."""

from collections.abc import Iterator, Set
from math import prod
from typing import Any, NamedTuple

import keras

from ... import _keras
from .flat import Tensor


def frontier_of(
    flat: Any, settled: list[_keras.Call], rest: list[_keras.Call]
) -> tuple[list[Tensor], list[_keras.Call]]:
    """What the rest of a network needs of its settled part.

    Quick layers at the end of the settled part, those without weights and batch normalisation, are left to the rest
    where they read less than they return: several may read the same tensor, as the rectifiers of NASNet's cells do, or
    what they read is needed anyway, or they pad zeros on.

    Args:
        flat: a functional model.
        settled: calls whose results stay the same.
        rest: all other calls.

    Returns:
        the tensors, and the settled calls that are left to the rest; both lists in the order of the graph.
    """
    read = {id(tensor) for call in rest for tensor in call.inputs} | set(map(id, flat.outputs))
    available = [*flat.inputs, *(tensor for call in settled for tensor in call.outputs)]
    frontier = {id(tensor): tensor for tensor in available if id(tensor) in read}
    producers = {id(call.outputs[0]): call for call in settled if len(call.outputs) == 1 and _is_quick(call.operation)}
    while exchanges := [exchange for exchange in _exchanges(frontier, producers) if exchange.saved > 0]:
        best = max(exchanges, key=lambda exchange: (exchange.saved, -len(exchange.added)))
        frontier = {key: tensor for key, tensor in (frontier | best.added).items() if key not in best.dropped}
    late: list[_keras.Call] = []
    for call in reversed(settled):
        if any(id(tensor) in read and id(tensor) not in frontier for tensor in call.outputs):
            late.insert(0, call)
            read |= set(map(id, call.inputs))
    return [tensor for tensor in available if id(tensor) in frontier], late


class _Exchange(NamedTuple):
    """Tensors to drop, those to keep for them, both by their ``id``, and the numbers a picture that this saves."""

    dropped: set[int]
    added: dict[int, Tensor]
    saved: int


def _exchanges(frontier: dict[int, Tensor], producers: dict[int, _keras.Call]) -> Iterator[_Exchange]:
    """For each tensor, step by step back: keep what it is computed from, and drop all that can be computed then."""
    for tensor in frontier.values():
        added: dict[int, Tensor] = {}
        sources = {id(tensor): tensor}
        while added.keys() != sources.keys():
            added = sources
            computed = _computed(frontier.keys() | added.keys(), producers)
            dropped = {key: other for key, other in frontier.items() if key in computed and key not in added}
            more = [new for key, new in added.items() if key not in frontier]
            yield _Exchange(set(dropped), added, sum(map(_numbers, dropped.values())) - sum(map(_numbers, more)))
            steps = [producers[key].inputs if key in producers else [new] for key, new in added.items()]
            sources = {id(new): new for inputs in steps for new in inputs}


def _computed(given: Set[int], producers: dict[int, _keras.Call]) -> set[int]:
    """What quick layers compute from these tensors, which may be some of them."""
    known, computed = set(given), set()
    for key, call in producers.items():
        if known.issuperset(map(id, call.inputs)):
            computed.add(key)
            known.add(key)
    return computed


def _is_quick(operation: Any) -> bool:
    """Whether computing it takes hardly longer than reading what it returns."""
    return (
        not isinstance(operation, keras.Layer)
        or not operation.weights
        or isinstance(operation, keras.layers.BatchNormalization)
    )


def _numbers(tensor: Tensor) -> int:
    """How many numbers a tensor has for each picture; sides that are open count once."""
    return prod(side or 1 for side in tensor.shape[1:])
