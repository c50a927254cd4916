"""EfficientNet-Lite: EfficientNet without squeeze-and-excitation and swish, for processors and 8-bit numbers.

Tan & Le, ICML 2019, https://arxiv.org/abs/1905.11946, table 1; the Lite changes:
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.

Layers have the names of Keras' EfficientNetB0. Stochastic depth is left out: it would make every block random in
training, so that no part of a frozen network could be computed once.
"""

from functools import partial
from math import ceil
from string import ascii_lowercase

from keras import initializers, layers

from ._blocks import channel_axis
from ._build import Network, Request, Tensor
from ._constructor import constructor
from .mobilenet_v2 import divisible

#         kernel, stride of the first repeat, expansion, filters, repeats of Lite0
TABLE = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)

BLOCKS = r"(block\d[a-z])_"


def fan_out() -> initializers.Initializer:
    """Normal kernels whose variance falls with the outputs of a layer, as EfficientNet is trained from scratch."""
    return initializers.VarianceScaling(2.0, mode="fan_out", distribution="truncated_normal")


def conv(x: Tensor, filters: int, kernel: int, name: str, strides: int = 1) -> Tensor:
    """Convolution without bias."""
    return layers.Conv2D(
        filters, kernel, strides=strides, padding="same", use_bias=False, kernel_initializer=fan_out(), name=name
    )(x)


def norm(x: Tensor, name: str) -> Tensor:
    """Batch normalisation."""
    return layers.BatchNormalization(axis=channel_axis(), epsilon=1e-3, name=name)(x)


def relu6(x: Tensor, name: str) -> Tensor:
    """A rectifier that ends at 6."""
    return layers.ReLU(6.0, name=name)(x)


def block(x: Tensor, kernel: int, stride: int, expansion: int, filters: int, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, filters)."""
    shortcut, channels = x, x.shape[channel_axis()]
    if expansion > 1:
        x = conv(x, channels * expansion, 1, f"{name}_expand_conv")
        x = relu6(norm(x, f"{name}_expand_bn"), f"{name}_expand_activation")
    x = layers.DepthwiseConv2D(
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=fan_out(),
        name=f"{name}_dwconv",
    )(x)
    x = relu6(norm(x, f"{name}_bn"), f"{name}_activation")
    x = norm(conv(x, filters, 1, f"{name}_project_conv"), f"{name}_project_bn")
    return layers.Add(name=f"{name}_add")([x, shortcut]) if stride == 1 and channels == filters else x


def body(x: Tensor, width: float, depth: float) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 1280); the stem, the head and the depth of the outer stages never grow."""
    x = relu6(norm(conv(x, 32, 3, "stem_conv", strides=2), "stem_bn"), "stem_activation")
    for stage, (kernel, stride, expansion, filters, repeats) in enumerate(TABLE, start=1):
        inner = 1 < stage < len(TABLE)
        for repeat in range(ceil(depth * repeats) if inner else repeats):
            name = f"block{stage}{ascii_lowercase[repeat]}"
            x = block(x, kernel, stride if repeat == 0 else 1, expansion, divisible(width * filters), name)
    return relu6(norm(conv(x, 1280, 1, "top_conv"), "top_bn"), "top_activation")


def top(x: Tensor, classes: int, activation: object, dropout: float) -> Tensor:
    """(N, H, W, 1280) -> (N, classes)."""
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(dropout, name="top_dropout")(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)


def _network(variant: str, width: float, depth: float, dropout: float) -> Network:
    scaled = partial(body, width=width, depth=depth), partial(top, dropout=dropout)
    return Network(variant, *scaled, pool_names=("avg_pool", "max_pool"))


EfficientNetLite0 = constructor(_network("EfficientNetLite0", width=1.0, depth=1.0, dropout=0.2), Request)
EfficientNetLite1 = constructor(_network("EfficientNetLite1", width=1.0, depth=1.1, dropout=0.2), Request)
EfficientNetLite2 = constructor(_network("EfficientNetLite2", width=1.1, depth=1.2, dropout=0.3), Request)
