"""Layers that make one tensor of several."""

from functools import partial, reduce
from typing import Any

import keras

from .axes import inner_axis
from .reductions import of_unit_length
from .reshaping import with_axes
from .tensor import Constant, Tensor, apply


def _merged(operator: str, layer: Any, *tensors: Tensor) -> Tensor:
    return reduce(lambda one, other: apply(operator, one, other), _alike(tensors))


add = partial(_merged, "Add")
maximum = partial(_merged, "Max")
minimum = partial(_merged, "Min")
multiply = partial(_merged, "Mul")
subtract = partial(_merged, "Sub")


def average(layer: Any, *tensors: Tensor) -> Tensor:
    """``Average``.

    That of several rows of scores, as an ensemble has them, is no sum of sums: OpenVINO 2026.4 crashes when it compiles
    one of three or more that each come from two dense layers, for groups of four pictures.
    """
    shapes = {tensor.shape for tensor in tensors}
    if len(tensors) > 2 and len(shapes) == 1 and len(shape := shapes.pop()) == 2 and shape[1]:
        together = apply("Concat", *_alike(tensors), axis=1)
        apart = apply("Reshape", together, Constant.integers(0, len(tensors), shape[1]), axes=(0, 1, 2))
        return apply("ReduceMean", apart, Constant.integers(1), axes=(0, 1), keepdims=0)
    return apply("Div", add(layer, *tensors), Constant.number(len(tensors)))


def add_scaled(layer: Any, *tensors: Tensor) -> Tensor:
    """``CustomScaleLayer`` of Keras' InceptionResNetV2: the first and a fraction of the second."""
    one, other = _alike(tensors)
    return apply("Add", one, apply("Mul", other, Constant.number(layer.scale)))


def concatenate(layer: Any, *tensors: Tensor) -> Tensor:
    """``Concatenate``."""
    first, *others = _alike(tensors)
    return apply("Concat", first, *others, axis=first.position(layer.axis))


def dot(layer: Any, *pair: Tensor) -> Tensor:
    """``Dot``: sums of products along one axis of each, for all that their other axes hold."""
    given = (layer.axes, layer.axes) if isinstance(layer.axes, int) else layer.axes
    summed = [inner_axis(layer, axis, len(x.axes)) for axis, x in zip(given, pair, strict=True)]
    if layer.normalize:
        least = keras.config.epsilon()
        pair = tuple(of_unit_length(x, least, axis) for x, axis in zip(pair, summed, strict=True))
    letters = iter("abcdefgh")
    terms = [
        "".join({0: "n", axis: "s"}.get(other) or next(letters) for other in range(len(x.axes)))
        for x, axis in zip(pair, summed, strict=True)
    ]
    result = "n" + "".join(letter for term in terms for letter in term if letter not in "ns")
    one, other = (x.plain() for x in pair)
    y = apply("Einsum", one, other, equation=f"{terms[0]},{terms[1]}->{result}", axes=tuple(range(len(result))))
    return with_axes(y, max(len(result), 2))


def _alike(tensors: tuple[Tensor, ...]) -> list[Tensor]:
    """All of them with their axes in the order of the first, so that numbers which belong together meet.

    As in Keras, one of fewer axes gets those that it lacks right after the batch.
    """
    rank = max(len(tensor.axes) for tensor in tensors)
    first = next(tensor for tensor in tensors if len(tensor.axes) == rank)
    return [with_axes(tensor, rank).stored(first.axes) for tensor in tensors]
