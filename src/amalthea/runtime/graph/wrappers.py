"""Layers that hold other layers, of which each has a converter."""

from dataclasses import replace
from typing import Any

from .calls import check_layer
from .tensor import Tensor, apply


def time_distributed(layer: Any, x: Tensor) -> Tensor:
    """``TimeDistributed``: every step of every sequence is a picture of its own."""
    steps = replace(each_step(x), shape=(None, *x.shape[2:]), dtype=x.dtype)
    return in_sequence(_converted(layer.layer, steps), x)


def spectral_normalization(layer: Any, x: Tensor) -> Tensor:
    """``SpectralNormalization``: outside training its layer, whose kernel is normalised already."""
    return _converted(layer.layer, x)


def pipeline(layer: Any, x: Tensor) -> Tensor:
    """``Pipeline``: one layer after the other."""
    for part in layer.layers:
        shape = part.compute_output_shape(x.shape)
        x = replace(_converted(part, x), shape=shape, dtype="float32")
    return x


def each_step(x: Tensor) -> Tensor:
    """Sequences of pictures, (batch, steps, …), as a batch of all their pictures, (batch * steps, …)."""
    x = x.plain()
    count = apply("ReduceProd", apply("Shape", x, end=2, axes=(0,)), keepdims=1)
    sizes = apply("Concat", count, apply("Shape", x, start=2, axes=(0,)), axis=0)
    return apply("Reshape", x, sizes, axes=x.axes[:-1])


def in_sequence(y: Tensor, x: Tensor) -> Tensor:
    """What became of every picture, (batch * steps, …), in the sequences that they come from, (batch, steps, …)."""
    y = y.plain()
    counts = apply("Shape", x.plain(), end=2, axes=(0,))
    sizes = apply("Concat", counts, apply("Shape", y, start=1, axes=(0,)), axis=0)
    return apply("Reshape", y, sizes, axes=(*y.axes, len(y.axes)))


def _converted(layer: Any, x: Tensor) -> Tensor:
    from .table import converter_of  # here, because the table names this module

    converter = converter_of(layer)
    check_layer(layer, x)
    return converter(layer, x)
