"""Inception-ResNet: Inception's branches compute a correction, of which a fraction is added to their input.

Version 2: Szegedy, Ioffe, Vanhoucke & Alemi, AAAI 2017, https://arxiv.org/abs/1602.07261, figures 15 to 19 and 7.

As in the weights' source, the stem is that of Inception version 3 with one more unit, and the units are narrower than
the paper's. Layers of a unit have no names of their own; Keras numbers them.
"""

from dataclasses import dataclass

from keras import layers

from .. import _keras
from ._blocks import channel_axis
from ._build import Network, Request, Tensor
from ._constructor import constructor
from .inception import Steps, averaged, branch, halved, joined, stem

CustomScaleLayer = _keras.custom_scale_layer()


@dataclass(frozen=True, slots=True)
class Residual:
    """A block that is repeated.

    Attributes:
        name: of its layers, before the number.
        repeats: how often it comes.
        scale: fraction of the correction that is added.
        branches: (filters, kernel size) of each convolution of each branch.
    """

    name: str
    repeats: int
    scale: float
    branches: tuple[Steps, ...]


A = Residual("block35", 10, 0.17, (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))))  # figure 16
B = Residual("block17", 20, 0.1, (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1)))))  # figure 17
C = Residual("block8", 9, 0.2, (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1)))))  # figure 19

BLOCKS = r"(mixed_\d[ab]|block\d+_\d+)|custom_scale_layer"


def correction(x: Tensor, kind: Residual, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H, W, C)."""
    y = joined([branch(x, *steps) for steps in kind.branches], f"{name}_mixed")
    return layers.Conv2D(x.shape[channel_axis()], 1, padding="same", name=f"{name}_conv")(y)


def repeated(x: Tensor, kind: Residual) -> Tensor:
    """(N, H, W, C) -> (N, H, W, C)."""
    for number in range(1, kind.repeats + 1):
        name = f"{kind.name}_{number}"
        x = CustomScaleLayer(kind.scale)([x, correction(x, kind, name)])
        x = layers.Activation("relu", name=f"{name}_ac")(x)
    return x


def mixed_5b(x: Tensor) -> Tensor:
    """(N, 35, 35, 192) -> (N, 35, 35, 320)."""
    one = branch(x, (96, 1))
    five = branch(x, (48, 1), (64, 5))
    double = branch(x, (64, 1), (96, 3), (96, 3))
    return joined([one, five, double, averaged(x, 64)], "mixed_5b")


def mixed_6a(x: Tensor) -> Tensor:
    """(N, 35, 35, 320) -> (N, 17, 17, 1088); figure 7."""
    three = halved(x, 384)
    double = halved(branch(x, (256, 1), (256, 3)), 384)
    return joined([three, double, layers.MaxPooling2D(3, strides=2)(x)], "mixed_6a")


def mixed_7a(x: Tensor) -> Tensor:
    """(N, 17, 17, 1088) -> (N, 8, 8, 2080); figure 18."""
    three = halved(branch(x, (256, 1)), 384)
    other = halved(branch(x, (256, 1)), 288)
    double = halved(branch(x, (256, 1), (288, 3)), 320)
    return joined([three, other, double, layers.MaxPooling2D(3, strides=2)(x)], "mixed_7a")


def body(x: Tensor) -> Tensor:
    """(N, 299, 299, 3) -> (N, 8, 8, 1536)."""
    x = repeated(mixed_5b(stem(x)), A)
    x = repeated(mixed_6a(x), B)
    x = repeated(mixed_7a(x), C)
    # The last correction counts in full, and no rectifier follows it.
    x = CustomScaleLayer(1.0)([x, correction(x, C, f"{C.name}_{C.repeats + 1}")])
    x = layers.Conv2D(1536, 1, padding="same", use_bias=False, name="conv_7b")(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False, name="conv_7b_bn")(x)
    return layers.Activation("relu", name="conv_7b_ac")(x)


InceptionResNetV2 = constructor(Network("InceptionResNetV2", body), Request)
