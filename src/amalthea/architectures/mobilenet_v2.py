"""MobileNetV2: blocks widen a thin feature map, look at each channel on its own, and make it thin again.

Sandler, Howard, Zhu, Zhmoginov & Chen, CVPR 2018, https://arxiv.org/abs/1801.04381, table 2.
"""

from collections.abc import Callable
from functools import partial, wraps
from itertools import chain, count
from math import inf
from numbers import Real
from os import PathLike
from typing import Any, ParamSpec

import keras
import numpy as np
from keras import layers

from ..errors import ArgumentError
from ._blocks import by_axis, channel_axis, pooled_top
from ._build import Network, Request, Shape, Tensor, assemble
from ._constructor import documentation
from .mobilenet import check_depth_multiplier

P = ParamSpec("P")

# t, c, n, s: expansion, channels, repeats, stride of the first repeat
TABLE = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)

BLOCKS = r"(expanded_conv|block_\d+)_"


def divisible(filters: float) -> int:
    """The nearest multiple of 8, or the next one where that would take away more than a tenth."""
    nearest = max(8, int(filters + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * filters else nearest


def norm(x: Tensor, name: str) -> Tensor:
    """Batch normalisation."""
    return layers.BatchNormalization(axis=channel_axis(last=-1), momentum=0.999, name=name)(x)


def relu6(x: Tensor, name: str) -> Tensor:
    """A rectifier that ends at 6."""
    return layers.ReLU(6.0, name=name)(x)


def pointwise(x: Tensor, filters: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H, W, filters)."""
    return norm(layers.Conv2D(filters, 1, padding="same", use_bias=False, name=name)(x), f"{name}_BN")


def depthwise(x: Tensor, stride: int, multiplier: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, C * multiplier)."""
    if stride > 1:
        # As "same" pads: before the picture only if its side is odd. A side that is open counts as even.
        rows, columns = (((side or 0) % 2, 1) for side in by_axis(x.shape[1:])[:2])
        x = layers.ZeroPadding2D((rows, columns), name=f"{name}_pad")(x)
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        padding="same" if stride == 1 else "valid",
        depth_multiplier=multiplier,
        use_bias=False,
        name=f"{name}_depthwise",
    )(x)
    return relu6(norm(x, f"{name}_depthwise_BN"), f"{name}_depthwise_relu")


def block(x: Tensor, expansion: int, filters: int, stride: int, multiplier: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, filters)."""
    shortcut, channels = x, x.shape[channel_axis()]
    if expansion > 1:
        x = relu6(pointwise(x, expansion * channels, f"{name}_expand"), f"{name}_expand_relu")
    x = depthwise(x, stride, multiplier, name)
    x = pointwise(x, filters, f"{name}_project")
    return layers.Add(name=f"{name}_add")([shortcut, x]) if stride == 1 and channels == filters else x


def body(x: Tensor, alpha: float, depth_multiplier: int) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 1280 * max(alpha, 1))."""
    x = layers.Conv2D(divisible(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="Conv1")(x)
    x = relu6(norm(x, "bn_Conv1"), "Conv1_relu")
    names = chain(["expanded_conv"], (f"block_{number}" for number in count(1)))
    for expansion, channels, repeats, first_stride in TABLE:
        for stride in (first_stride, *[1] * (repeats - 1)):
            x = block(x, expansion, divisible(int(channels * alpha)), stride, depth_multiplier, next(names))
    x = layers.Conv2D(divisible(1280 * max(alpha, 1.0)), 1, use_bias=False, name="Conv_1")(x)
    return relu6(norm(x, "Conv_1_bn"), "out_relu")


def in_either_order(function: Callable[P, keras.Model]) -> Callable[P, keras.Model]:
    """Let a bool in third place be ``include_top``, as in Keras 3, whose arguments have no ``depth_multiplier``."""

    @wraps(function)
    def build(*args: Any, **kwargs: Any) -> keras.Model:
        if len(args) > 2 and isinstance(args[2], bool | np.bool_):
            args = (*args[:2], 1, *args[2:])
        return function(*args, **kwargs)

    return build


@in_either_order
def MobileNetV2(
    input_shape: Shape | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    include_top: bool = True,
    weights: str | PathLike[str] | None = "imagenet",
    input_tensor: Tensor | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build MobileNetV2; the whole text is put together below."""
    given = (include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    request = Request(*given)
    _check_width(alpha)
    check_depth_multiplier("MobileNetV2", depth_multiplier, request.pretrained)
    network = Network(
        "MobileNetV2",
        partial(body, alpha=alpha, depth_multiplier=depth_multiplier),
        partial(pooled_top, pool_name=None),
    )
    return assemble(network, request, alpha)


MobileNetV2.__doc__ = documentation(
    "MobileNetV2",
    """
        alpha: width: every layer has about ``alpha`` times the paper's filters, the last one at least as many; ImageNet
            weights: 0.35, 0.5, 0.75 and 1 for 96, 128, 160, 192 and 224 pixels, 1.3 and 1.4 for 224.
        depth_multiplier: outputs of each depthwise convolution a channel; 1 with ``weights="imagenet"``. True or False
            in this third place is ``include_top``, and the order that of Keras 3, which has no such argument.""",
)


def _check_width(alpha: object) -> None:
    if not (isinstance(alpha, Real) and 0 < float(alpha) < inf):
        raise ArgumentError(f"MobileNetV2: alpha={alpha!r} is not a width above 0.")
