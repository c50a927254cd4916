"""Inception: several kernel sizes look at the same feature map side by side, large kernels as chains of small ones.

Version 3: Szegedy, Vanhoucke, Ioffe, Shlens & Wojna, CVPR 2016, https://arxiv.org/abs/1512.00567, table 1 and figures 5
to 7. Layers of a unit have no names of their own; Keras numbers them. Edition for the weights of torchvision and timm:
their averages at the borders count the padding.
"""

from collections.abc import Callable
from functools import partial

from keras import layers

from ._blocks import channel_axis
from ._build import Network, Request, Tensor
from ._constructor import constructor

Average = Callable[[Tensor, int], Tensor]
Steps = tuple[tuple[int, int | tuple[int, int]], ...]  # (filters, kernel size) of each convolution of a branch

MIDDLE_WIDTHS = (128, 160, 160, 192)  # of mixed4 to mixed7: filters inside their 7 x 7 branches

BLOCKS = r"(mixed\d+)$"


def conv(x: Tensor, filters: int, kernel: int | tuple[int, int], strides: int = 1, padding: str = "same") -> Tensor:
    """Convolution, normalisation without scale, rectifier."""
    x = layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False)(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False)(x)
    return layers.Activation("relu")(x)


def branch(x: Tensor, *steps: tuple[int, int | tuple[int, int]]) -> Tensor:
    """(N, H, W, C) -> (N, H, W, filters of the last step)."""
    for filters, kernel in steps:
        x = conv(x, filters, kernel)
    return x


def halved(x: Tensor, filters: int) -> Tensor:
    """(N, H, W, C) -> (N, (H - 1) / 2, (W - 1) / 2, filters)."""
    return conv(x, filters, 3, strides=2, padding="valid")


def averaged(x: Tensor, filters: int) -> Tensor:
    """(N, H, W, C) -> (N, H, W, filters); at a border, the average of the pixels inside."""
    return conv(layers.AveragePooling2D(3, strides=1, padding="same")(x), filters, 1)


def averaged_with_zeros(x: Tensor, filters: int) -> Tensor:
    """(N, H, W, C) -> (N, H, W, filters); at a border, the average of the pixels inside and of zeros outside."""
    return conv(layers.AveragePooling2D(3, strides=1)(layers.ZeroPadding2D(1)(x)), filters, 1)


def joined(branches: list[Tensor], name: str | None = None) -> Tensor:
    """Side by side along the channels."""
    return layers.Concatenate(axis=channel_axis(), name=name)(branches)


def stem(x: Tensor) -> Tensor:
    """(N, 299, 299, 3) -> (N, 35, 35, 192)."""
    x = conv(x, 32, 3, strides=2, padding="valid")
    x = conv(x, 32, 3, padding="valid")
    x = conv(x, 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = conv(x, 80, 1, padding="valid")
    x = conv(x, 192, 3, padding="valid")
    return layers.MaxPooling2D(3, strides=2)(x)


def large_grid(x: Tensor, pooled: int, name: str, averaged: Average) -> Tensor:
    """(N, 35, 35, C) -> (N, 35, 35, 224 + pooled); figure 5."""
    one = branch(x, (64, 1))
    five = branch(x, (48, 1), (64, 5))
    double = branch(x, (64, 1), (96, 3), (96, 3))
    return joined([one, five, double, averaged(x, pooled)], name)


def middle_grid(x: Tensor, width: int, name: str, averaged: Average) -> Tensor:
    """(N, 17, 17, 768) -> (N, 17, 17, 768); figure 6, 7 x 7 as 1 x 7 and 7 x 1."""
    one = branch(x, (192, 1))
    seven = branch(x, (width, 1), (width, (1, 7)), (192, (7, 1)))
    double = branch(x, (width, 1), (width, (7, 1)), (width, (1, 7)), (width, (7, 1)), (192, (1, 7)))
    return joined([one, seven, double, averaged(x, 192)], name)


def small_grid(x: Tensor, number: int, averaged: Average) -> Tensor:
    """(N, 8, 8, C) -> (N, 8, 8, 2048); figure 7, the branches fan out at their ends."""
    one = branch(x, (320, 1))
    three = branch(x, (384, 1))
    three = joined([branch(three, (384, (1, 3))), branch(three, (384, (3, 1)))], f"mixed9_{number}")
    double = branch(x, (448, 1), (384, 3))
    double = joined([branch(double, (384, (1, 3))), branch(double, (384, (3, 1)))])
    return joined([one, three, double, averaged(x, 192)], f"mixed{9 + number}")


def body(x: Tensor, averaged: Average = averaged) -> Tensor:
    """(N, 299, 299, 3) -> (N, 8, 8, 2048)."""
    x = stem(x)
    for number, pooled in enumerate((32, 64, 64)):
        x = large_grid(x, pooled, f"mixed{number}", averaged)
    three = halved(x, 384)
    double = halved(branch(x, (64, 1), (96, 3)), 96)
    x = joined([three, double, layers.MaxPooling2D(3, strides=2)(x)], "mixed3")
    for number, width in enumerate(MIDDLE_WIDTHS, start=4):
        x = middle_grid(x, width, f"mixed{number}", averaged)
    three = halved(branch(x, (192, 1)), 320)
    seven = halved(branch(x, (192, 1), (192, (1, 7)), (192, (7, 1))), 192)
    x = joined([three, seven, layers.MaxPooling2D(3, strides=2)(x)], "mixed8")
    for number in range(2):
        x = small_grid(x, number, averaged)
    return x


InceptionV3 = constructor(
    Network("InceptionV3", body, editions={"torchvision": partial(body, averaged=averaged_with_zeros)}), Request
)
