"""The names of ``keras.layers.convolutional``."""

from dataclasses import replace
from typing import Any, ClassVar

import keras

from .._spelling import Older, Spelling, saved_as_keras
from ._arguments import VALUES, WINDOW
from ._kernels import (
    ALONG_A_LINE,
    CONV1D,
    CONV2D,
    CONV3D,
    IN_A_PLANE,
    LATER_OF_KERAS_1,
    SEPARABLE,
    both_kernels,
    has_sides,
    rows_and_columns,
    third_is_a_name,
)
from ._old_layer import OldLayer
from ._output_size import output_padding
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from .reshaping import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)

__all__ = [
    "AtrousConv1D",
    "AtrousConv2D",
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Deconv2D",
    "Deconvolution2D",
    "Deconvolution3D",
    "DepthwiseConv2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]


@saved_as_keras
class Conv1D(OldLayer, keras.layers.Conv1D):
    """A convolution along one axis."""

    spelling = replace(CONV1D, defaults={"data_format": "channels_last"})
    takes_sequences = True


@saved_as_keras
class Conv2D(OldLayer, keras.layers.Conv2D):
    """A convolution of pictures."""

    spelling = CONV2D


@saved_as_keras
class Conv3D(OldLayer, keras.layers.Conv3D):
    """A convolution of volumes."""

    spelling = CONV3D


@saved_as_keras
class AtrousConvolution1D(Conv1D):
    """``Conv1D`` with holes in its kernel: ``dilation_rate``."""

    spelling = replace(
        CONV1D,
        defaults={"data_format": "channels_last"},
        older=Older((*ALONG_A_LINE, "atrous_rate", *LATER_OF_KERAS_1), third_is_a_name),
    )


@saved_as_keras
class AtrousConvolution2D(Conv2D):
    """``Conv2D`` with holes in its kernel: ``dilation_rate``."""

    spelling = replace(
        CONV2D, older=Older((*IN_A_PLANE, "atrous_rate", "dim_ordering", *LATER_OF_KERAS_1), has_sides(2))
    )


@saved_as_keras
class DepthwiseConv2D(OldLayer, keras.layers.DepthwiseConv2D):
    """A convolution of each channel by itself."""

    spelling = Spelling(
        renamed={
            "kernel_initializer": "depthwise_initializer",
            "kernel_regularizer": "depthwise_regularizer",
            "kernel_constraint": "depthwise_constraint",
            "init": "depthwise_initializer",
            "b_regularizer": "bias_regularizer",
            "b_constraint": "bias_constraint",
            "bias": "use_bias",
            "subsample": "strides",
            **WINDOW,
        },
        values=VALUES,
        without_effect={"groups": "each channel is its own group", "filters": "depth_multiplier says it"},
    )
    weight_names: ClassVar = {"W": "kernel", "b": "bias", "depthwise_kernel": "kernel"}


@saved_as_keras
class SeparableConv1D(OldLayer, keras.layers.SeparableConv1D):
    """A convolution of each channel by itself, then of all at each place."""

    spelling = replace(SEPARABLE, older=None, together=both_kernels, defaults={"data_format": "channels_last"})
    takes_sequences = True


@saved_as_keras
class SeparableConv2D(OldLayer, keras.layers.SeparableConv2D):
    """A convolution of each channel by itself, then of all at each place."""

    spelling = replace(SEPARABLE, together=both_kernels)


class _WithOutputShape(OldLayer):
    """Mixed into a transposed convolution, it takes the shape that Keras 1 wanted to be told."""

    output_padding: Any
    _wanted: tuple[int | None, ...] | None = None

    def _take_out(self, named: dict[str, Any]) -> None:
        wanted = named.pop("output_shape", None)
        if wanted is not None:
            object.__setattr__(self, "_wanted", tuple(wanted))

    def build(self, input_shape: Any) -> None:
        """Make the weights, and know what is added at the border for the shape that is wanted."""
        if self._wanted is not None and self.output_padding is None:
            self.output_padding = output_padding(self, input_shape, self._wanted)
        super().build(input_shape)  # type: ignore[misc]


_TRANSPOSED_OF_KERAS_1 = (*IN_A_PLANE[:3], "output_shape", *IN_A_PLANE[3:], "dim_ordering", *LATER_OF_KERAS_1)


@saved_as_keras
class Conv2DTranspose(_WithOutputShape, keras.layers.Conv2DTranspose):
    """A convolution backwards, from small pictures to large ones."""

    spelling = replace(
        CONV2D,
        positions=(),
        older=Older(_TRANSPOSED_OF_KERAS_1, has_sides(2), rows_and_columns, ("Deconvolution2D",)),
    )


@saved_as_keras
class Conv3DTranspose(_WithOutputShape, keras.layers.Conv3DTranspose):
    """A convolution backwards, from small volumes to large ones."""

    spelling = replace(CONV3D, positions=(), older=None)


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
AtrousConv1D, AtrousConv2D = AtrousConvolution1D, AtrousConvolution2D
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
Convolution2DTranspose = Deconv2D = Deconvolution2D = Conv2DTranspose
Deconvolution3D = Conv3DTranspose
