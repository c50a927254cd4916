"""ResNeXt: ResNet whose 3 x 3 convolutions are split into 32 narrow ones side by side ("cardinality").

Xie, Girshick, Dollár, Tu & He, CVPR 2017, https://arxiv.org/abs/1611.05431, table 1, template 32x4d in the form of
figure 3 (c).
"""

from functools import partial

from keras import layers

from ._blocks import convolve_by_group, pooled_top
from ._build import Network, Request, Tensor
from ._constructor import constructor
from .resnet import LAYERS_50, LAYERS_101, norm

CARDINALITY = 32
FILTERS = (128, 256, 512, 1024)

BLOCKS = r"(conv\d_block\d+)_"


def block(x: Tensor, filters: int, stride: int, first: bool, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, 2 * filters)."""
    shortcut = x
    if first:
        shortcut = layers.Conv2D(2 * filters, 1, strides=stride, use_bias=False, name=f"{name}_0_conv")(x)
        shortcut = norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(x)
    x = norm(x, f"{name}_1_bn", f"{name}_1_relu")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    grouped = layers.Conv2D(filters, 3, strides=stride, groups=CARDINALITY, use_bias=False, name=f"{name}_2_conv")
    x = convolve_by_group(grouped)(x)
    x = norm(x, f"{name}_2_bn", f"{name}_2_relu")
    x = layers.Conv2D(2 * filters, 1, use_bias=False, name=f"{name}_3_conv")(x)
    x = norm(x, f"{name}_3_bn")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def body(x: Tensor, stages: tuple[int, ...]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 2048)."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = norm(x, "conv1_bn", "conv1_relu")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, blocks) in enumerate(zip(FILTERS, stages, strict=True), start=2):
        for number in range(1, blocks + 1):
            stride = 2 if number == 1 and stage > 2 else 1
            x = block(x, filters, stride, number == 1, f"conv{stage}_block{number}")
    return x


def _network(variant: str, stages: tuple[int, ...]) -> Network:
    top = partial(pooled_top, name="probs")
    return Network(variant, partial(body, stages=stages), top, pool_names=("avg_pool", "max_pool"))


ResNeXt50 = constructor(_network("ResNeXt50", LAYERS_50), Request)
ResNeXt101 = constructor(_network("ResNeXt101", LAYERS_101), Request)
