"""Xception: Inception's branches taken to the extreme, one for each channel, so that they are separable convolutions.

Chollet, CVPR 2017, https://arxiv.org/abs/1610.02357, figure 5.

The convolutions beside the blocks have no names of their own; Keras numbers them.
"""

from keras import layers

from ._blocks import channel_axis
from ._build import Network, Request, Tensor
from ._constructor import constructor

# Filters of each separable convolution, block by block.
ENTRY_FLOW = ((128, 128), (256, 256), (728, 728))
MIDDLE_FLOW = ((728, 728, 728),) * 8
EXIT_FLOW = (728, 1024)
LAST = (1536, 2048)

BLOCKS = r"(block\d+)_|add(_\d+)?$"


def norm(x: Tensor, name: str | None = None) -> Tensor:
    """Batch normalisation."""
    return layers.BatchNormalization(axis=channel_axis(last=-1), name=name)(x)


def relu(x: Tensor, name: str) -> Tensor:
    """Rectifier."""
    return layers.Activation("relu", name=f"{name}_act")(x)


def conv(x: Tensor, filters: int, stride: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, (H - 2) / stride, (W - 2) / stride, filters)."""
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=name)(x)
    return relu(norm(x, f"{name}_bn"), name)


def separable(x: Tensor, filters: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H, W, filters): 3 x 3 in each channel, then 1 x 1 across channels, nothing in between."""
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return norm(x, f"{name}_bn")


def halved(x: Tensor, filters: tuple[int, int], number: int) -> Tensor:
    """(N, H, W, C) -> (N, H/2, W/2, last filters)."""
    shortcut = norm(layers.Conv2D(filters[-1], 1, strides=2, padding="same", use_bias=False)(x))
    x = chain(x, filters, number)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{number}_pool")(x)
    return layers.Add()([x, shortcut])


def chain(x: Tensor, filters: tuple[int, ...], number: int) -> Tensor:
    """(N, H, W, C) -> (N, H, W, last filters); a rectifier comes before each convolution."""
    for position, width in enumerate(filters, start=1):
        name = f"block{number}_sepconv{position}"
        if name != "block2_sepconv1":  # block 1 ends with a rectifier
            x = relu(x, name)
        x = separable(x, width, name)
    return x


def body(x: Tensor) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = conv(x, 32, 2, "block1_conv1")
    x = conv(x, 64, 1, "block1_conv2")
    for number, filters in enumerate(ENTRY_FLOW, start=2):
        x = halved(x, filters, number)
    for number, widths in enumerate(MIDDLE_FLOW, start=5):
        x = layers.Add()([chain(x, widths, number), x])
    x = halved(x, EXIT_FLOW, 13)
    for position, width in enumerate(LAST, start=1):
        name = f"block14_sepconv{position}"
        x = relu(separable(x, width, name), name)
    return x


Xception = constructor(Network("Xception", body), Request)
