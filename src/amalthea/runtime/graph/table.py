"""Which converter serves which layer."""

from collections.abc import Callable
from typing import Any

from keras import layers

from ... import _keras
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
    layers.Cropping2D: reshaping.cropping,
    layers.Dense: convolution.dense,
    layers.DepthwiseConv2D: convolution.depthwise_convolution,
    layers.Dropout: reshaping.unchanged,
    layers.Flatten: reshaping.flatten,
    layers.GlobalAveragePooling2D: pooling.global_average_pooling,
    layers.GlobalMaxPooling2D: pooling.global_max_pooling,
    layers.MaxPooling2D: pooling.max_pooling,
    layers.ReLU: activations.relu,
    layers.Reshape: reshaping.reshape,
    layers.SeparableConv2D: convolution.separable_convolution,
    layers.Softmax: activations.softmax,
    layers.ZeroPadding2D: reshaping.zero_padding,
    _keras.custom_scale_layer(): merging.add_scaled,
}

_HARMLESS = {"__init__", "build", "compute_output_shape", "compute_output_spec", "from_config", "get_config"}
_HOOKS = {"call", "convolution_op"}  # which may be replaced on the layer itself


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
    changed = {name for name in own if callable(getattr(known, name, None))} - _HARMLESS
    changed |= {name for name in _HOOKS & vars(layer).keys() if not hasattr(vars(layer)[name], "keeps_answers")}
    if changed:
        raise unsupported(layer, f"it overrides {', '.join(sorted(changed))} of {known.__name__}")
    return CONVERTERS[known]
