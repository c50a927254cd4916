"""Summaries of models, and kernels turned round."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from ..backend.values import get_value
from .conv_utils import convert_kernel

__all__ = [
    "convert_all_kernels_in_model",
    "convert_dense_weights_data_format",
    "count_params",
    "get_source_inputs",
    "print_summary",
]

get_source_inputs = keras.utils.get_source_inputs


def count_params(weights: Sequence[Any]) -> int:
    """How many numbers there are in weights, each counted once."""
    return sum(int(np.prod(weight.shape)) for weight in {id(weight): weight for weight in weights}.values())


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
) -> None:
    """Print the layers of a model."""
    model.summary(line_length=line_length, positions=positions, print_fn=print_fn)


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn all kernels of convolutions by half a turn, as weights that Theano trained need."""
    layers = keras.layers
    for layer in model.layers:
        if type(layer).__name__ in ("Functional", "Sequential"):
            convert_all_kernels_in_model(layer)
        elif isinstance(layer, layers.Conv1D | layers.Conv2D | layers.Conv3D | layers.Conv2DTranspose):
            layer.kernel.assign(convert_kernel(get_value(layer.kernel)))


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: Sequence[int], target_data_format: str = "channels_first"
) -> None:
    """Put the rows of a dense layer's kernel, which follows a ``Flatten``, into the order of another data format.

    Args:
        dense: the layer.
        previous_feature_map_shape: of what is flattened, without the batch, in the target's order.
        target_data_format: "channels_first" or "channels_last".
    """
    kernel = get_value(dense.kernel)
    shape = tuple(previous_feature_map_shape)
    if target_data_format == "channels_first":
        before, order = (*shape[1:], shape[0]), (2, 0, 1)
    else:
        before, order = (shape[-1], *shape[:-1]), (1, 2, 0)
    rows = np.arange(kernel.shape[0]).reshape(before).transpose(order).ravel()
    dense.kernel.assign(kernel[rows])
