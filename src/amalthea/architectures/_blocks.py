"""Pieces that several networks share."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops


def channel_axis(last: int = 3) -> int:
    """Position of the channels in a batch of feature maps, by Keras' data format at this moment.

    Args:
        last: how to write the last of the four axes: 3 or -1. Saved configurations show it, and Keras' own differ.
    """
    return 1 if keras.config.image_data_format() == "channels_first" else last


def by_axis(shape: Sequence[int | None]) -> Sequence[int | None]:
    """Rows, columns and channels of a picture's shape in Keras' data format."""
    return (shape[1], shape[2], shape[0]) if channel_axis() == 1 else shape


def pooled_top(
    x: keras.KerasTensor,
    classes: int,
    activation: object,
    pool_name: str | None = "avg_pool",
    name: str = "predictions",
) -> keras.KerasTensor:
    """Global average pooling and one dense layer: (N, H, W, C) -> (N, classes), for pictures of any size."""
    x = layers.GlobalAveragePooling2D(name=pool_name)(x)
    return layers.Dense(classes, activation=activation, name=name)(x)


def convolve_by_group(layer: layers.Conv2D) -> layers.Conv2D:
    """Make a convolution with ``groups`` fast: it computes each group on its own where Keras' backend is slow at that.

    On processors TensorFlow and JAX take seconds for a training step that torch does in hundredths. The layer remains a
    plain ``Conv2D`` with the same weights and answers; copies of it, saved or cloned, compute as Keras does. One that
    is fast already is left alone.
    """
    if keras.config.backend() not in ("tensorflow", "jax") or hasattr(layer.convolution_op, "keeps_answers"):
        return layer
    ungrouped = layer.convolution_op  # a kernel as deep as its input convolves it whole
    channels = 1 if layer.data_format == "channels_first" else -1

    def convolution_op(inputs: Any, kernel: Any) -> Any:
        parts = zip(ops.split(inputs, layer.groups, channels), ops.split(kernel, layer.groups, -1), strict=True)
        return ops.concatenate([ungrouped(part, own_kernel) for part, own_kernel in parts], channels)

    convolution_op.keeps_answers = True  # type: ignore[attr-defined] # so that graphs of it are those of a Conv2D
    layer.convolution_op = convolution_op
    return layer
