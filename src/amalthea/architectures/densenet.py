"""DenseNet: within a block, every layer reads the outputs of all layers before it, and adds 32 channels of its own.

Huang, Liu, van der Maaten & Weinberger, CVPR 2017, https://arxiv.org/abs/1608.06993, table 1, version with bottlenecks
and compression (DenseNet-BC).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from numbers import Integral
from os import PathLike
from typing import Any

import keras
from keras import layers

from ..catalog import variant
from ..errors import ArgumentError
from ._blocks import channel_axis
from ._build import Network, Request, Shape, Tensor, assemble
from ._constructor import constructor

GROWTH = 32  # channels that each layer adds, the paper's k
#                  layers of each dense block, by the paper's columns
LAYERS = {
    "DenseNet121": (6, 12, 24, 16),
    "DenseNet169": (6, 12, 32, 32),
    "DenseNet201": (6, 12, 48, 32),
}

BLOCKS = r"(conv\d)_block"


def norm(x: Tensor, name: str, relu: str) -> Tensor:
    """Batch normalisation, and a rectifier after it."""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name)(x)
    return layers.Activation("relu", name=relu)(x)


def dense_layer(x: Tensor, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H, W, C + 32)."""
    new = norm(x, f"{name}_0_bn", f"{name}_0_relu")
    new = layers.Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = norm(new, f"{name}_1_bn", f"{name}_1_relu")
    new = layers.Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, new])


def transition(x: Tensor, name: str) -> Tensor:
    """(N, H, W, C) -> (N, H/2, W/2, C/2)."""
    x = norm(x, f"{name}_bn", f"{name}_relu")
    x = layers.Conv2D(x.shape[channel_axis()] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, name=f"{name}_pool")(x)


def body(x: Tensor, blocks: Sequence[int]) -> Tensor:
    """(N, H, W, 3) -> (N, H/32, W/32, C)."""
    x = layers.ZeroPadding2D(3)(x)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = norm(x, "conv1_bn", "conv1_relu")
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(blocks, start=2):
        x = x if stage == 2 else transition(x, f"pool{stage - 1}")
        for number in range(1, depth + 1):
            x = dense_layer(x, f"conv{stage}_block{number}")
    return norm(x, "bn", "relu")


def _network(variant: str, blocks: Sequence[int]) -> Network:
    return Network(variant, partial(body, blocks=blocks), pool_names=("avg_pool", "max_pool"))


DenseNet121 = constructor(_network("DenseNet121", LAYERS["DenseNet121"]), Request)
DenseNet169 = constructor(_network("DenseNet169", LAYERS["DenseNet169"]), Request)
DenseNet201 = constructor(_network("DenseNet201", LAYERS["DenseNet201"]), Request)


def DenseNet(
    blocks: Sequence[int],
    include_top: bool = True,
    weights: str | PathLike[str] | None = "imagenet",
    input_tensor: Tensor | None = None,
    input_shape: Shape | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build a DenseNet of any depth.

    Args:
        blocks: layers of each of the four dense blocks. Where they are those of DenseNet121, (6, 12, 24, 16), of
            DenseNet169, (6, 12, 32, 32), or of DenseNet201, (6, 12, 48, 32), the model is that one.
        include_top: whether the classifier is part of the model.
        weights: the path of a weight file, None for random weights, or ``"imagenet"``, which exist for these three.
        input_tensor: the pictures: an ``Input``, or the output of another layer or model.
        input_shape: shape of one picture in Keras' data format, sides of at least 32 pixels; None is (224, 224, 3)
            with the classifier, and any size without.
        pooling: without the classifier, ``"avg"`` or ``"max"`` turns the last feature map into features (N, C).
        classes: width of the classifier; 1000 with ``weights="imagenet"``.
        classifier_activation: ``"softmax"``; None returns logits.
        name: of the model; None takes Keras' own.

    Returns:
        A ``keras.Model``. It takes float32 pictures (N, H, W, 3) and returns scores (N, classes), or without the
        classifier feature maps (N, H', W', C). Its own depth and weights decide how pictures must be scaled; those
        of the three networks expect ``amalthea.applications.densenet.preprocess_input``.

    Raises:
        ArgumentError: an argument cannot be used; the message says which and what is allowed.
        MissingFileError, DownloadError, WeightsError: about the weight file.

    Source: Densely Connected Convolutional Networks, https://arxiv.org/abs/1608.06993
    """
    request = Request(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    if not _four_depths(blocks):
        raise ArgumentError(
            f"DenseNet: blocks={blocks!r} are not four positive whole numbers, such as (6, 12, 24, 16)."
        )
    published = next((variant for variant, layers in LAYERS.items() if layers == tuple(blocks)), None)
    if published:
        return assemble(_network(published, blocks), request)
    if request.pretrained:
        raise ArgumentError(
            f"DenseNet: weights='imagenet' exist for blocks {', '.join(map(str, LAYERS.values()))}, not for {blocks}. "
            "Choose one of these, or weights=None, or the path of a weight file."
        )
    # It has the rules about pictures in common with the published ones, but no files; its other numbers are not used.
    row = replace(variant("DenseNet121"), name="DenseNet", keras_name="densenet", files=())
    return assemble(_network(row.name, blocks), request, row=row)


def _four_depths(blocks: object) -> bool:
    if not (isinstance(blocks, Sequence) and len(blocks) == 4):
        return False
    return all(isinstance(depth, Integral) and int(depth) > 0 for depth in blocks)
