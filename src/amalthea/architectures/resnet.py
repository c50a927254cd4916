"""ResNet: every block adds a correction to its input, so that a hundred layers can be trained.

He, Zhang, Ren & Sun, CVPR 2016, https://arxiv.org/abs/1512.03385, table 1; the second version, which normalises before
it convolves: ECCV 2016, https://arxiv.org/abs/1603.05027, figure 4 (e).

As in the weights' source, version 1 strides in the first convolution of a stage and version 2 in its last block.
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


def norm(x: Tensor, name: str, relu: str | None = None) -> Tensor:
    """Batch normalisation, and a rectifier of the given name after it."""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name)(x)
    return layers.Activation("relu", name=relu)(x) if relu else x


def stem(x: Tensor, normalise: bool) -> Tensor:
    """(N, H, W, 3) -> (N, H/4, W/4, 64)."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = norm(x, "conv1_bn", "conv1_relu") if normalise else x
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def block(x: Tensor, filters: int, stride: int, first: bool, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, 4 * filters)."""
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = norm(x, f"{name}_1_bn", f"{name}_1_relu")
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
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


def body(x: Tensor, stages: tuple[int, ...]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = stem(x, normalise=True)
    for stage, (filters, blocks) in enumerate(zip(FILTERS, stages, strict=True), start=2):
        for number in range(1, blocks + 1):
            stride = 2 if number == 1 and stage > 2 else 1
            x = block(x, filters, stride, number == 1, f"conv{stage}_block{number}")
    return x


def body_v2(x: Tensor, stages: tuple[int, ...]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = stem(x, normalise=False)
    for stage, (filters, blocks) in enumerate(zip(FILTERS, stages, strict=True), start=2):
        for number in range(1, blocks + 1):
            stride = 2 if number == blocks and stage < 5 else 1
            x = block_v2(x, filters, stride, number == 1, f"conv{stage}_block{number}")
    return norm(x, "post_bn", "post_relu")


def _network(variant: str, body: Callable[..., Tensor], stages: tuple[int, ...]) -> Network:
    return Network(variant, partial(body, stages=stages), pool_names=("avg_pool", "max_pool"))


ResNet50 = constructor(_network("ResNet50", body, LAYERS_50), Request)
ResNet101 = constructor(_network("ResNet101", body, LAYERS_101), Request)
ResNet152 = constructor(_network("ResNet152", body, LAYERS_152), Request)
ResNet50V2 = constructor(_network("ResNet50V2", body_v2, LAYERS_50), Request)
ResNet101V2 = constructor(_network("ResNet101V2", body_v2, LAYERS_101), Request)
ResNet152V2 = constructor(_network("ResNet152V2", body_v2, LAYERS_152), Request)
