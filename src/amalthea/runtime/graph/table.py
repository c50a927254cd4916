"""Which converter serves which layer."""

from collections.abc import Callable
from typing import Any

from keras import layers

from . import activations, convolution, merging, normalization, pooling, reshaping
from .tensor import Tensor
from .unsupported import unsupported

Converter = Callable[..., Tensor]

CONVERTERS: dict[type, Converter] = {
    layers.Activation: activations.activated,
    layers.Add: merging.add,
    layers.AveragePooling2D: pooling.average_pooling,
    layers.BatchNormalization: normalization.batch_normalization,
    layers.Concatenate: merging.concatenate,
    layers.Conv2D: convolution.convolution,
    layers.Dense: convolution.dense,
    layers.DepthwiseConv2D: convolution.depthwise_convolution,
    layers.Dropout: reshaping.unchanged,
    layers.Flatten: reshaping.flatten,
    layers.GlobalAveragePooling2D: pooling.global_average_pooling,
    layers.GlobalMaxPooling2D: pooling.global_max_pooling,
    layers.MaxPooling2D: pooling.max_pooling,
    layers.ReLU: activations.relu,
    layers.Reshape: reshaping.reshape,
    layers.Softmax: activations.softmax,
    layers.ZeroPadding2D: reshaping.zero_padding,
}

_HARMLESS = {"__init__", "build", "compute_output_shape", "compute_output_spec", "from_config", "get_config"}


def converter_of(layer: Any) -> Converter:
    """The converter of a layer's class, or of the class that it derives from without computing otherwise.

    Raises:
        UnsupportedLayerError: there is none.
    """
    kinds = type(layer).__mro__
    known = next((kind for kind in kinds if kind in CONVERTERS), None)
    if known is None:
        raise unsupported(layer, "the runtime has no converter for this type")
    own = [name for kind in kinds[: kinds.index(known)] for name in vars(kind)]
    changed = sorted({name for name in own if callable(getattr(known, name, None))} - _HARMLESS)
    if "call" in vars(layer) or changed:
        raise unsupported(layer, f"it overrides {', '.join(changed or ['call'])} of {known.__name__}")
    return CONVERTERS[known]
