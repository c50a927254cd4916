"""NASNet: two cells that a search found on small pictures, stacked for large ones; each cell reads the two before it.

Zoph, Vasudevan, Shlens & Le, CVPR 2018, https://arxiv.org/abs/1707.07012, figures 2 (the stack) and 4 (the cells).

How sides are padded depends on whether they are even, and how an earlier cell is read on whether its sides agree: so
the sides of the pictures must be known when the network is built.
"""

from functools import partial
from os import PathLike
from typing import Any

from keras import layers

from ._blocks import channel_axis, pooled_top
from ._build import Network, Request, Shape, Tensor
from ._constructor import constructor

BLOCKS = r"((normal|reduction)_concat_.+)"  # cells

conv = partial(layers.Conv2D, kernel_size=1, padding="same", use_bias=False, kernel_initializer="he_normal")
average = partial(layers.AveragePooling2D, 3, strides=1, padding="same")


def norm(x: Tensor, name: str) -> Tensor:
    """Batch normalisation."""
    return layers.BatchNormalization(axis=channel_axis(last=-1), momentum=0.9997, epsilon=1e-3, name=name)(x)


def padded(x: Tensor, kernel: int, name: str) -> Tensor:
    """Zeros around the feature map, for windows with stride 2; before an even side one less."""
    sides = x.shape[2:] if channel_axis() == 1 else x.shape[1:3]
    return layers.ZeroPadding2D([(kernel // 2 - 1 + side % 2, kernel // 2) for side in sides], name=name)(x)


def separable(x: Tensor, filters: int, kernel: int, name: str, stride: int = 1) -> Tensor:
    """(N, H, W, C) -> (N, H/stride, W/stride, filters): rectifier, convolution and normalisation, twice."""
    conv = partial(layers.SeparableConv2D, filters, kernel, use_bias=False)
    x = layers.Activation("relu")(x)
    x = x if stride == 1 else padded(x, kernel, f"separable_conv_1_pad_{name}")
    x = conv(strides=stride, padding="same" if stride == 1 else "valid", name=f"separable_conv_1_{name}")(x)
    x = layers.Activation("relu")(norm(x, f"separable_conv_1_bn_{name}"))
    return norm(conv(padding="same", name=f"separable_conv_2_{name}")(x), f"separable_conv_2_bn_{name}")


def adjusted(previous: Tensor, x: Tensor, filters: int, name: str) -> Tensor:
    """The output of the cell before the last, with the sides of the last one: (N, H', W', C) -> (N, H, W, filters)."""
    if previous is x:  # before the first cell there is the stem alone
        return x
    if previous.shape[2] != x.shape[2]:  # a side in both data formats
        previous = layers.Activation("relu", name=f"adjust_relu_1_{name}")(previous)
        moved = layers.Cropping2D(((1, 0), (1, 0)))(layers.ZeroPadding2D(((0, 1), (0, 1)))(previous))
        halves = []
        for number, pixels in ((1, previous), (2, moved)):  # every second pixel, and those between them
            half = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{number}_{name}")(pixels)
            halves.append(conv(filters // 2, name=f"adjust_conv_{number}_{name}")(half))
        return norm(layers.Concatenate(axis=channel_axis(last=-1))(halves), f"adjust_bn_{name}")
    if previous.shape[channel_axis()] == filters:
        return previous
    previous = conv(filters, name=f"adjust_conv_projection_{name}")(layers.Activation("relu")(previous))
    return norm(previous, f"adjust_bn_{name}")


def normal_cell(x: Tensor, previous: Tensor, filters: int, number: int) -> Tensor:
    """(N, H, W, C) -> (N, H, W, 6 * filters)."""
    name = f"normal_{{}}_{number}".format
    p = adjusted(previous, x, filters, str(number))
    h = norm(conv(filters, name=name("conv_1"))(layers.Activation("relu")(x)), name("bn_1"))
    pairs = (
        [separable(h, filters, 5, name("left1")), separable(p, filters, 3, name("right1"))],
        [separable(p, filters, 5, name("left2")), separable(p, filters, 3, name("right2"))],
        [average(name=name("left3"))(h), p],
        [average(name=name("left4"))(p), average(name=name("right4"))(p)],
        [separable(h, filters, 3, name("left5")), h],
    )
    sums = (layers.Add(name=name(f"add_{step}"))(pair) for step, pair in enumerate(pairs, start=1))
    return layers.Concatenate(axis=channel_axis(last=-1), name=name("concat"))([p, *sums])


def reduction_cell(x: Tensor, previous: Tensor, filters: int, number: str) -> Tensor:
    """(N, H, W, C) -> (N, H/2, W/2, 4 * filters)."""
    name = f"reduction_{{}}_{number}".format
    p = adjusted(previous, x, filters, number)
    h = norm(conv(filters, name=name("conv_1"))(layers.Activation("relu")(x)), name("bn_1"))
    wide = padded(h, 3, name("pad_1"))
    left = separable(h, filters, 5, name("left1"), 2)
    one = layers.Add(name=name("add_1"))([left, separable(p, filters, 7, name("right1"), 2)])
    left = layers.MaxPooling2D(3, strides=2, name=name("left2"))(wide)
    two = layers.Add(name=name("add_2"))([left, separable(p, filters, 7, name("right2"), 2)])
    left = layers.AveragePooling2D(3, strides=2, name=name("left3"))(wide)
    three = layers.Add(name=name("add3"))([left, separable(p, filters, 5, name("right3"), 2)])
    four = layers.Add()([two, average(name=name("left4"))(one)])
    right = layers.MaxPooling2D(3, strides=2, name=name("right5"))(wide)
    five = layers.Add(name=name("add4"))([separable(one, filters, 3, name("left4")), right])
    return layers.Concatenate(axis=channel_axis(last=-1), name=name("concat"))([two, three, four, five])


def body(x: Tensor, repeats: int, features: int, stem: int, skip: bool) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, features); a network may skip reductions: cells after them read around them."""
    filters = features // 24  # the last cells have four times as many, six times side by side
    start = layers.Conv2D(stem, 3, strides=2, use_bias=False, kernel_initializer="he_normal", name="stem_conv1")
    x = previous = norm(start(x), "stem_bn1")
    x, previous = reduction_cell(x, previous, filters // 4, "stem_1"), x
    x, previous = reduction_cell(x, previous, filters // 2, "stem_2"), x
    for stage in range(3):
        first, width = stage * repeats, filters * 2**stage
        if stage > 0:
            x, previous = reduction_cell(x, previous, width, f"reduce_{first}"), previous if skip else x
        for number in range(first, first + repeats):
            x, previous = normal_cell(x, previous, width, number + (stage > 0)), x
    return layers.Activation("relu")(x)


def arguments(
    input_shape: Shape | None = None,
    include_top: bool = True,
    weights: str | PathLike[str] | None = "imagenet",
    input_tensor: Tensor | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Request:
    """Those of all networks; the shape comes first, as in Keras."""
    return Request(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


_network = partial(Network, top=partial(pooled_top, pool_name=None), body_takes_any_size=False)
# N @ features in the paper's words
MOBILE = _network("NASNetMobile", partial(body, repeats=4, features=1056, stem=32, skip=False))
LARGE = _network("NASNetLarge", partial(body, repeats=6, features=4032, stem=96, skip=True))
NASNetMobile, NASNetLarge = constructor(MOBILE, arguments), constructor(LARGE, arguments)
