"""VGG: stacks of 3 x 3 convolutions, each stack halving the picture.

Simonyan & Zisserman, ICLR 2015, https://arxiv.org/abs/1409.1556, table 1.
"""

from functools import partial

from keras import layers

from ._build import Network, Request, Tensor
from ._constructor import constructor

FILTERS = (64, 128, 256, 512, 512)
D = (2, 2, 3, 3, 3)  # convolutions of each stack, by the paper's columns
E = (2, 2, 4, 4, 4)

BLOCKS = r"(block\d)_"


def body(x: Tensor, stacks: tuple[int, ...]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, 512)."""
    for stack, (filters, convolutions) in enumerate(zip(FILTERS, stacks, strict=True), start=1):
        for number in range(1, convolutions + 1):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{stack}_conv{number}")(x)
        x = layers.MaxPooling2D(2, name=f"block{stack}_pool")(x)
    return x


def top(x: Tensor, classes: int, activation: object) -> Tensor:
    """(N, 7, 7, 512) -> (N, classes)."""
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)


VGG16 = constructor(Network("VGG16", partial(body, stacks=D), top, top_takes_any_size=False), Request)
VGG19 = constructor(Network("VGG19", partial(body, stacks=E), top, top_takes_any_size=False), Request)
