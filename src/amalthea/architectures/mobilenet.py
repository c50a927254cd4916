"""MobileNet: each 3 x 3 convolution split into one a channel and a 1 x 1 across channels, a ninth of the work.

Howard et al., 2017, https://arxiv.org/abs/1704.04861, table 1.
"""

from functools import partial
from math import inf
from numbers import Integral, Real
from os import PathLike
from typing import Any

import keras
from keras import layers

from ..errors import ArgumentError
from ._blocks import channel_axis
from ._build import Network, Request, Shape, Tensor, assemble
from ._constructor import documentation

# filters and stride of the thirteen separable convolutions
TABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)

BLOCKS = r"(conv_pw_\d+)"

# The last block moves what it saw to cells beside it. Of 42 photographs of pets the peak of Grad-CAM lay on the animal
# in 40 with the last block but one, and in 31 with the last; the same with ImageNet's classes and other widths.
EXPLAINED = "conv_pw_12_relu"


def finish(x: Tensor, name: str) -> Tensor:
    """Normalisation and a rectifier that ends at 6."""
    x = layers.BatchNormalization(axis=channel_axis(last=-1), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def separable(x: Tensor, filters: int, stride: int, depth_multiplier: int, number: int) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, filters)."""
    if stride > 1:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        padding="same" if stride == 1 else "valid",
        depth_multiplier=depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    x = finish(x, f"conv_dw_{number}")
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return finish(x, f"conv_pw_{number}")


def body(x: Tensor, alpha: float, depth_multiplier: int) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 1024 * alpha)."""
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")(x)
    x = finish(x, "conv1")
    for number, (filters, stride) in enumerate(TABLE, start=1):
        x = separable(x, int(filters * alpha), stride, depth_multiplier, number)
    return x


def top(x: Tensor, classes: int, activation: object, dropout: float) -> Tensor:
    """(N, H, W, C) -> (N, classes); the dense layer is a 1 x 1 convolution."""
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((classes,), name="reshape_2")(x)
    return layers.Activation(activation, name="predictions")(x)


def MobileNet(
    input_shape: Shape | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: str | PathLike[str] | None = "imagenet",
    input_tensor: Tensor | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build MobileNet; the whole text is put together below."""
    given = (include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    request = Request(*given)
    _check_settings(alpha, dropout)
    check_depth_multiplier("MobileNet", depth_multiplier, request.pretrained)
    network = Network(
        "MobileNet",
        partial(body, alpha=alpha, depth_multiplier=depth_multiplier),
        partial(top, dropout=dropout),
    )
    return assemble(network, request, alpha)


MobileNet.__doc__ = documentation(
    "MobileNet",
    """
        alpha: width: every layer has ``alpha`` times the paper's filters; ImageNet weights: 0.25, 0.5, 0.75 and 1.
        depth_multiplier: outputs of each depthwise convolution a channel; 1 with ``weights="imagenet"``.
        dropout: fraction in [0, 1) dropped before the classifier while training.""",
)


def _check_settings(alpha: object, dropout: object) -> None:
    narrowest = 1 / 32  # of the 32 filters of the first convolution one is left
    if not (isinstance(alpha, Real) and narrowest <= float(alpha) < inf):
        raise ArgumentError(f"MobileNet: alpha={alpha!r} is not a width of at least {narrowest}.")
    if not (isinstance(dropout, Real) and 0 <= float(dropout) < 1):
        raise ArgumentError(f"MobileNet: dropout={dropout!r} is not in [0, 1).")


def check_depth_multiplier(network: str, depth_multiplier: object, pretrained: bool) -> None:
    """Refuse what is no number of outputs a channel, and those without trained weights."""
    positive = isinstance(depth_multiplier, Integral) and int(depth_multiplier) > 0
    if not positive or isinstance(depth_multiplier, bool):
        raise ArgumentError(f"{network}: depth_multiplier={depth_multiplier!r} is not a positive whole number.")
    if pretrained and depth_multiplier != 1:
        raise ArgumentError(
            f"{network}: depth_multiplier={depth_multiplier}, but weights='imagenet' exist for 1 only. "
            "Use 1, or weights=None."
        )
