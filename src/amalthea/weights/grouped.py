"""Kernels of grouped convolutions in files that keep them as kernels of depthwise ones.

Keras 2 had no grouped convolution when ResNeXt's weights were published. That network has a depthwise convolution with
c outputs a channel in its place, c channels to a group, and adds up what the channels of a group give.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .layer import Layer, shapes
from .stored import Layout, StoredTensor


def as_grouped(layer: Layer, tensors: Sequence[StoredTensor]) -> list[StoredTensor]:
    """The tensors of a layer, each depthwise kernel that a convolution with ``groups`` can take in its shape."""
    groups, known = getattr(layer, "groups", 1), shapes(layer)
    return [
        # What fits stays: a grouped kernel may have the shape of a depthwise one.
        _grouped(tensor, groups) if _is_depthwise(tensor, groups) and tensor.shape not in known else tensor
        for tensor in tensors
    ]


def _is_depthwise(tensor: StoredTensor, groups: int) -> bool:
    """Whether it may be (height, width, channels, channels of a group)."""
    rank_and_layout = len(tensor.shape) == 4 and tensor.layout is Layout.KERAS
    return rank_and_layout and groups > 1 and tensor.shape[2] == groups * tensor.shape[3]


def _grouped(tensor: StoredTensor, groups: int) -> StoredTensor:
    """(height, width, groups * c, c) -> (height, width, c, groups * c)."""
    height, width, channels, c = tensor.shape

    def read() -> np.ndarray:
        by_group = tensor.read().reshape(height, width, groups, c, c)  # the last two: input, output
        return by_group.transpose(0, 1, 3, 2, 4).reshape(height, width, c, channels)

    return replace(tensor, shape=(height, width, c, channels), read=read)
