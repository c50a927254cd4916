"""What layers in the middle of a network return: second graphs, which end there."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from ..catalog import ScalingSteps
from ..errors import ArgumentError
from .graph import to_onnx
from .graph.names import unused
from .runners import Runner

if TYPE_CHECKING:
    import keras


KEPT = 4
"""Endings that a predictor keeps, each with networks of its own."""


class Ending(NamedTuple):
    """A part of a network, from its inputs to some layers.

    Attributes:
        layers: their names, in the order of the runner's outputs.
        inputs: numbers of the network's inputs that the runner takes.
        runner: computes the part.
    """

    layers: tuple[str, ...]
    inputs: tuple[int, ...]
    runner: Runner


class Part(NamedTuple):
    """The same as a model of Keras."""

    layers: tuple[str, ...]
    inputs: tuple[int, ...]
    model: "keras.Model"


def ending_of_model(
    model: "keras.Model",
    scaling: ScalingSteps | None,
    known: str,
    opened: Callable[..., Runner],
    patterns: tuple[str, ...],
) -> Ending:
    """The part of a model that ends at layers, if its weights are still those that it had.

    Args:
        model: functional or ``Sequential``.
        scaling: what its graph does with pictures; None where they come scaled.
        known: the digest of its graph when the predictor was made.
        opened: from a graph to its runner.
        patterns: names of layers, or globs.

    Raises:
        ArgumentError: there is no such layer, or the model was changed.
    """
    if digest(to_onnx(model, scaling).SerializeToString()) != known:
        raise ArgumentError(
            f"{model.name} has other weights than when this predictor was made of it. Make another one of it: "
            "amalthea.predictor(model)."
        )
    part = part_of(model, patterns)
    return Ending(part.layers, part.inputs, opened(to_onnx(part.model, scaling).SerializeToString()))


def digest(content: bytes) -> str:
    """What tells a graph from every other one."""
    return hashlib.sha256(content).hexdigest()


def part_of(model: "keras.Model", patterns: Sequence[str]) -> Part:
    """The part of a model that ends at layers, with the same weights.

    Args:
        model: functional or ``Sequential``; layers of the models inside it count as its own.
        patterns: names of layers, or globs.

    Raises:
        ArgumentError: there is no such layer.
    """
    import keras

    from .. import _keras

    network = _keras.require_functional(model, "shows none of its layers; functional and Sequential models do.")
    results = _results(network)
    names = chosen(patterns, list(results), model.name)
    outputs = _outer([results[name] for name in names])
    whole = keras.Model(network.inputs, outputs, name=model.name)
    needed = {id(tensor) for call in _keras.calls(whole) for tensor in call.inputs}
    inputs = tuple(number for number, tensor in enumerate(network.inputs) if id(tensor) in needed)
    part = keras.Model([network.inputs[number] for number in inputs], outputs, name=model.name)
    return Part(tuple(names), inputs, part)


def patterns_of(layers: Any, model: str) -> tuple[str, ...]:
    """Names of layers, or globs, from a single one or several.

    Args:
        layers: given by a user.
        model: its name, for messages.

    Raises:
        ArgumentError: something is no text.
    """
    patterns = (layers,) if isinstance(layers, str) or not isinstance(layers, Iterable) else tuple(layers)
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise ArgumentError(
                f"{model}: a layer goes by its name, a text, or by a glob such as '*_pool'; given was {pattern!r}."
            )
    return patterns


def chosen(patterns: Iterable[str], names: Sequence[str], model: str) -> list[str]:
    """The names that are asked for, each once, in the order of the patterns.

    Args:
        patterns: names, or globs such as ``"block5_*"``.
        names: of all layers, in the order of the network.
        model: its name, for messages.

    Raises:
        ArgumentError: a pattern that fits none, or there is no pattern.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        fitting = [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
        if not fitting:
            near = get_close_matches(pattern, names, n=3, cutoff=0.5)
            shown = f"Did you mean {' or '.join(near)}?" if near else f"Its last ones are {', '.join(names[-5:])}."
            raise ArgumentError(f"{model} has no layer {pattern!r}. {shown} layers=['*'] takes all.")
        found.update(dict.fromkeys(fitting))
    if not found:
        raise ArgumentError(f"{model}: layers is empty; give names of layers, or globs such as '*_pool'.")
    return list(found)


class _Result(NamedTuple):
    """A tensor that a layer returned; ``around`` are the calls of the models that it lies in, the outermost first."""

    tensor: Any
    around: tuple[Any, ...]


def _results(network: Any) -> dict[str, _Result]:
    """All results by the names of their layers, those of inner models before the model's own.

    A second result of a layer, because it is called twice or returns several tensors, is ``name:1``. The graph's
    ``Writer.note`` gives the same names.
    """
    found: dict[str, _Result] = {}
    for name, result in _named_results(network):
        found[unused(name, found, ":")] = result
    return found


def _named_results(network: Any, around: tuple[Any, ...] = ()) -> Iterator[tuple[str, _Result]]:
    from .. import _keras

    for call in _keras.calls(network):
        inner = _keras.functional(call.operation)
        if inner is not None:
            yield from _named_results(inner, (*around, call))
        for tensor in call.outputs:
            yield call.operation.name, _Result(tensor, around)


def _outer(results: Sequence[_Result], depth: int = 0) -> list[Any]:
    """The results as tensors of the outermost model: models inside are called once more, up to where they lie."""
    import keras

    from .. import _keras

    inside: dict[int, list[int]] = defaultdict(list)
    for number, result in enumerate(results):
        if len(result.around) > depth:
            inside[id(result.around[depth])].append(number)
    tensors = [result.tensor for result in results]
    for count, numbers in enumerate(inside.values()):
        call = results[numbers[0]].around[depth]
        inner: Any = _keras.functional(call.operation)
        ends = _outer([results[number] for number in numbers], depth + 1)
        # Automatic names may be those of the user's own layers.
        part = keras.Model(inner.inputs, ends, name=f"{call.operation.name}.{depth}.{count}")
        returned = part(call.inputs if len(call.inputs) > 1 else call.inputs[0])
        for number, tensor in zip(numbers, keras.tree.flatten(returned), strict=True):
            tensors[number] = tensor
    return tensors
