"""ResNet: every block adds a correction to its input, so that a hundred layers can be trained.

He, Zhang, Ren & Sun, CVPR 2016, https://arxiv.org/abs/1512.03385, table 1; the second version, which normalises before
it convolves: ECCV 2016, https://arxiv.org/abs/1603.05027, figure 4 (e).

As in the weights' source, version 1 strides in the first convolution of a stage and version 2 in its last block.
Editions for the weights of others: torchvision strides in the 3 x 3 convolution ("version 1.5"), and the first weights
that Keras had expect a larger epsilon.
"""

from collections.abc import Callable
from functools import partial

from keras import layers

from ._blocks import channel_axis
from ._build import Network, Request, Tensor
from ._constructor import constructor

FILTERS = (64, 128, 256, 512)
#                  conv2 conv3 conv4 conv5: blocks of each stage, by the paper's columns
LAYERS_50 = (3, 4, 6, 3)
LAYERS_101 = (3, 4, 23, 3)
LAYERS_152 = (3, 8, 36, 3)

BLOCKS = r"(conv\d_block\d+)_"


Norm = Callable[..., Tensor]


def norm(x: Tensor, name: str, relu: str | None = None, epsilon: float = 1.001e-5) -> Tensor:
    """Batch normalisation, and a rectifier of the given name after it."""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=epsilon, name=name)(x)
    return layers.Activation("relu", name=relu)(x) if relu else x


def stem(x: Tensor, norm: Norm | None) -> Tensor:
    """(N, H, W, 3) -> (N, H/4, W/4, 64)."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = norm(x, "conv1_bn", "conv1_relu") if norm else x
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def block(x: Tensor, filters: int, strides: tuple[int, int], first: bool, name: str, norm: Norm) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, 4 * filters); the strides are those of the first two convolutions."""
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=max(strides), name=f"{name}_0_conv")(x)
        shortcut = norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=strides[0], name=f"{name}_1_conv")(x)
    x = norm(x, f"{name}_1_bn", f"{name}_1_relu")
    if strides[1] > 1:  # on all sides, where "same" would pad two
        x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    padding = "same" if strides[1] == 1 else "valid"
    x = layers.Conv2D(filters, 3, strides=strides[1], padding=padding, name=f"{name}_2_conv")(x)
    x = norm(x, f"{name}_2_bn", f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = norm(x, f"{name}_3_bn")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def block_v2(x: Tensor, filters: int, stride: int, first: bool, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, 4 * filters)."""
    ready = norm(x, f"{name}_preact_bn", f"{name}_preact_relu")
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(ready)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(ready)
    x = norm(x, f"{name}_1_bn", f"{name}_1_relu")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = norm(x, f"{name}_2_bn", f"{name}_2_relu")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def body(x: Tensor, stages: tuple[int, ...], norm: Norm = norm, stride_late: bool = False) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = stem(x, norm)
    for stage, (filters, blocks) in enumerate(zip(FILTERS, stages, strict=True), start=2):
        for number in range(1, blocks + 1):
            stride = 2 if number == 1 and stage > 2 else 1
            strides = (1, stride) if stride_late else (stride, 1)
            x = block(x, filters, strides, number == 1, f"conv{stage}_block{number}", norm)
    return x


def body_v2(x: Tensor, stages: tuple[int, ...]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = stem(x, norm=None)
    for stage, (filters, blocks) in enumerate(zip(FILTERS, stages, strict=True), start=2):
        for number in range(1, blocks + 1):
            stride = 2 if number == blocks and stage < 5 else 1
            x = block_v2(x, filters, stride, number == 1, f"conv{stage}_block{number}")
    return norm(x, "post_bn", "post_relu")


def _network(variant: str, stages: tuple[int, ...]) -> Network:
    editions = {
        "torchvision": partial(body, stages=stages, norm=partial(norm, epsilon=1e-5), stride_late=True),
        "keras 2015": partial(body, stages=stages, norm=partial(norm, epsilon=1e-3)),
    }
    return Network(variant, partial(body, stages=stages), pool_names=("avg_pool", "max_pool"), editions=editions)


def _network_v2(variant: str, stages: tuple[int, ...]) -> Network:
    return Network(variant, partial(body_v2, stages=stages), pool_names=("avg_pool", "max_pool"))


ResNet50 = constructor(_network("ResNet50", LAYERS_50), Request)
ResNet101 = constructor(_network("ResNet101", LAYERS_101), Request)
ResNet152 = constructor(_network("ResNet152", LAYERS_152), Request)
ResNet50V2 = constructor(_network_v2("ResNet50V2", LAYERS_50), Request)
ResNet101V2 = constructor(_network_v2("ResNet101V2", LAYERS_101), Request)
ResNet152V2 = constructor(_network_v2("ResNet152V2", LAYERS_152), Request)
