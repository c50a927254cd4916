"""Which converter serves which layer."""

from collections.abc import Callable
from typing import Any

from keras import layers

from ... import _keras
from . import (
    activation_layers,
    attention,
    convolution,
    dense,
    merging,
    normalization,
    pooling,
    rescaling,
    reshaping,
    resizing,
    wrappers,
)
from .tensor import Tensor
from .unsupported import unsupported

Converter = Callable[..., Tensor]

_LayerScale, _StochasticDepth = _keras.convnext_layers()

CONVERTERS: dict[type, Converter] = {
    layers.Activation: activation_layers.activated,
    layers.ActivityRegularization: reshaping.unchanged,
    layers.AdaptiveAveragePooling1D: pooling.adaptive_average_pooling,
    layers.AdaptiveAveragePooling2D: pooling.adaptive_average_pooling,
    layers.AdaptiveAveragePooling3D: pooling.adaptive_average_pooling,
    layers.AdaptiveMaxPooling1D: pooling.adaptive_max_pooling,
    layers.AdaptiveMaxPooling2D: pooling.adaptive_max_pooling,
    layers.AdaptiveMaxPooling3D: pooling.adaptive_max_pooling,
    layers.Add: merging.add,
    layers.AlphaDropout: reshaping.unchanged,
    layers.Attention: attention.attention,
    layers.AugMix: reshaping.unchanged,
    layers.Average: merging.average,
    layers.AveragePooling1D: pooling.average_pooling,
    layers.AveragePooling2D: pooling.average_pooling,
    layers.AveragePooling3D: pooling.average_pooling,
    layers.BatchNormalization: normalization.batch_normalization,
    layers.CenterCrop: resizing.center_crop,
    layers.Concatenate: merging.concatenate,
    layers.Conv1D: convolution.convolution,
    layers.Conv1DTranspose: convolution.transposed_convolution,
    layers.Conv2D: convolution.convolution,
    layers.Conv2DTranspose: convolution.transposed_convolution,
    layers.Conv3D: convolution.convolution,
    layers.Conv3DTranspose: convolution.transposed_convolution,
    layers.Cropping1D: reshaping.cropping,
    layers.Cropping2D: reshaping.cropping,
    layers.Cropping3D: reshaping.cropping,
    layers.CutMix: reshaping.unchanged,
    layers.Dense: dense.dense,
    layers.DepthwiseConv1D: convolution.depthwise_convolution,
    layers.DepthwiseConv2D: convolution.depthwise_convolution,
    layers.Dot: merging.dot,
    layers.Dropout: reshaping.unchanged,
    layers.ELU: activation_layers.elu,
    layers.EinsumDense: dense.einsum_dense,
    layers.Embedding: dense.embedding,
    layers.Flatten: reshaping.flatten,
    layers.GaussianDropout: reshaping.unchanged,
    layers.GaussianNoise: reshaping.unchanged,
    layers.GlobalAveragePooling1D: pooling.global_average_pooling,
    layers.GlobalAveragePooling2D: pooling.global_average_pooling,
    layers.GlobalAveragePooling3D: pooling.global_average_pooling,
    layers.GlobalMaxPooling1D: pooling.global_max_pooling,
    layers.GlobalMaxPooling2D: pooling.global_max_pooling,
    layers.GlobalMaxPooling3D: pooling.global_max_pooling,
    layers.GroupNormalization: normalization.group_normalization,
    layers.Identity: reshaping.unchanged,
    layers.LayerNormalization: normalization.layer_normalization,
    layers.LeakyReLU: activation_layers.leaky_relu,
    layers.MaxPooling1D: pooling.max_pooling,
    layers.MaxPooling2D: pooling.max_pooling,
    layers.MaxPooling3D: pooling.max_pooling,
    layers.Maximum: merging.maximum,
    layers.Minimum: merging.minimum,
    layers.MixUp: reshaping.unchanged,
    layers.MultiHeadAttention: attention.multi_head_attention,
    layers.Multiply: merging.multiply,
    layers.Normalization: rescaling.normalization,
    layers.PReLU: activation_layers.parametric_relu,
    layers.Permute: reshaping.permute,
    layers.Pipeline: wrappers.pipeline,
    layers.RMSNormalization: normalization.rms_normalization,
    layers.RandAugment: reshaping.unchanged,
    layers.RandomBrightness: reshaping.unchanged,
    layers.RandomColorDegeneration: reshaping.unchanged,
    layers.RandomColorJitter: reshaping.unchanged,
    layers.RandomContrast: reshaping.unchanged,
    layers.RandomCrop: resizing.random_crop,
    layers.RandomElasticTransform: reshaping.unchanged,
    layers.RandomErasing: reshaping.unchanged,
    layers.RandomFlip: reshaping.unchanged,
    layers.RandomGaussianBlur: reshaping.unchanged,
    layers.RandomGrayscale: reshaping.unchanged,
    layers.RandomHue: reshaping.unchanged,
    layers.RandomInvert: reshaping.unchanged,
    layers.RandomPerspective: reshaping.unchanged,
    layers.RandomPosterization: reshaping.unchanged,
    layers.RandomRotation: reshaping.unchanged,
    layers.RandomSaturation: reshaping.unchanged,
    layers.RandomSharpness: reshaping.unchanged,
    layers.RandomShear: reshaping.unchanged,
    layers.RandomTranslation: reshaping.unchanged,
    layers.RandomZoom: reshaping.unchanged,
    layers.ReLU: activation_layers.relu,
    layers.RepeatVector: reshaping.repeat_vector,
    layers.Rescaling: rescaling.rescaling,
    layers.Reshape: reshaping.reshape,
    layers.Resizing: resizing.resizing,
    layers.SeparableConv1D: convolution.separable_convolution,
    layers.SeparableConv2D: convolution.separable_convolution,
    layers.Softmax: activation_layers.softmax,
    layers.Solarization: reshaping.unchanged,
    layers.SpatialDropout1D: reshaping.unchanged,
    layers.SpatialDropout2D: reshaping.unchanged,
    layers.SpatialDropout3D: reshaping.unchanged,
    layers.SpectralNormalization: wrappers.spectral_normalization,
    layers.Subtract: merging.subtract,
    layers.TimeDistributed: wrappers.time_distributed,
    layers.UnitNormalization: normalization.unit_normalization,
    layers.UpSampling1D: resizing.up_sampling,
    layers.UpSampling2D: resizing.up_sampling,
    layers.UpSampling3D: resizing.up_sampling,
    layers.ZeroPadding1D: reshaping.zero_padding,
    layers.ZeroPadding2D: reshaping.zero_padding,
    layers.ZeroPadding3D: reshaping.zero_padding,
    _keras.custom_scale_layer(): merging.add_scaled,
    _LayerScale: normalization.layer_scale,
    _StochasticDepth: reshaping.unchanged,
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
    own = [name for kind in _keras.own_classes(layer, known) for name in vars(kind)]
    changed = {name for name in own if callable(getattr(known, name, None))} - _HARMLESS
    changed |= {name for name in _HOOKS & vars(layer).keys() if not hasattr(vars(layer)[name], "keeps_answers")}
    if changed:
        raise unsupported(layer, f"it overrides {', '.join(sorted(changed))} of {known.__name__}")
    return CONVERTERS[known]
