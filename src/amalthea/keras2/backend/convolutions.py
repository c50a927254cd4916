"""Convolutions and pooling."""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from keras import ops

from ...errors import ArgumentError
from .._spelling import Spelling
from .._spelling.era import era
from .._spelling.functions import spelt
from .settings import normalize_data_format
from .shapes import temporal_padding

__all__ = [
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "deconv2d",
    "depthwise_conv2d",
    "local_conv",
    "local_conv1d",
    "local_conv2d",
    "pool2d",
    "pool3d",
    "separable_conv1d",
    "separable_conv2d",
]

_KERAS_1 = Spelling(
    renamed={
        "border_mode": "padding",
        "dim_ordering": "data_format",
        "filter_dilation": "dilation_rate",
        "subsample": "strides",
    },
    without_effect=dict.fromkeys(("image_shape", "filter_shape", "volume_shape"), "shapes are known"),
)


@spelt(_KERAS_1)
def conv1d(
    x: Any,
    kernel: Any,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> Any:
    """Convolution along one axis; "causal" padding looks at what came before only."""
    if padding == "causal":
        x, padding = temporal_padding(x, (dilation_rate * (kernel.shape[0] - 1), 0)), "valid"
    return _conv(x, kernel, strides, padding, data_format, dilation_rate)


@spelt(_KERAS_1)
def conv2d(
    x: Any,
    kernel: Any,
    strides: int | Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = (1, 1),
) -> Any:
    """Convolution of pictures.

    Args:
        x: pictures.
        kernel: shape (height, width, channels in, channels out); in a script for Keras 1 whose pictures have their
            channels first, (channels out, channels in, height, width).
        strides: of rows and columns.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        dilation_rate: of rows and columns.
    """
    return _conv(x, _of_keras_1(kernel, data_format), strides, padding, data_format, dilation_rate)


@spelt(_KERAS_1)
def conv3d(
    x: Any,
    kernel: Any,
    strides: int | Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = (1, 1, 1),
) -> Any:
    """Convolution of volumes."""
    return _conv(x, _of_keras_1(kernel, data_format), strides, padding, data_format, dilation_rate)


@spelt(_KERAS_1)
def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Sequence[Any],
    strides: int | Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = (1, 1),
) -> Any:
    """Transposed convolution of pictures to a given shape.

    Raises:
        ArgumentError: no convolution makes that shape.
    """
    data_format, kernel = normalize_data_format(data_format), _of_keras_1(kernel, data_format)
    steps = (strides, strides) if isinstance(strides, int) else tuple(strides)
    place = 2 if data_format == "channels_first" else 1
    more = tuple(
        _more_at_the_end(x.shape[place + axis], output_shape[place + axis], kernel.shape[axis], steps[axis], padding)
        for axis in (0, 1)
    )
    return ops.conv_transpose(x, kernel, steps, padding, more, data_format, dilation_rate)


deconv2d = conv2d_transpose


def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> Any:
    """Convolution of each channel on its own along one axis, then of all channels at each place."""
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, normalize_data_format(data_format), dilation_rate
    )


@spelt(_KERAS_1)
def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: int | Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = (1, 1),
) -> Any:
    """Convolution of each channel of pictures on its own, then of all channels at each place."""
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, normalize_data_format(data_format), dilation_rate
    )


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: int | Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = (1, 1),
) -> Any:
    """Convolution of each channel of pictures on its own."""
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, normalize_data_format(data_format), dilation_rate)


@spelt(_KERAS_1)
def pool2d(
    x: Any,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The greatest number ("max") or the mean ("avg") of each window of pictures.

    Raises:
        ArgumentError: another ``pool_mode``.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


@spelt(_KERAS_1)
def pool3d(
    x: Any,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The greatest number ("max") or the mean ("avg") of each window of volumes.

    Raises:
        ArgumentError: another ``pool_mode``.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def local_conv(
    inputs: Any,
    kernel: Any,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> Any:
    """Convolution with a kernel of its own at each place.

    Args:
        inputs: pictures, or rows of one axis.
        kernel: shape (places, numbers in a window, filters).
        kernel_size: of a window.
        strides: from window to window.
        output_shape: places along each axis.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
    """
    first = normalize_data_format(data_format) == "channels_first"
    windows = []
    for place in product(*map(range, output_shape)):
        cuts = [slice(at * step, at * step + size) for at, step, size in zip(place, strides, kernel_size, strict=True)]
        window = inputs[(slice(None), slice(None), *cuts)] if first else inputs[(slice(None), *cuts)]
        windows.append(ops.reshape(window, (-1, kernel.shape[1])))
    outputs = ops.einsum("bpi,pif->bpf", ops.stack(windows, axis=1), kernel)
    outputs = ops.reshape(outputs, (-1, *output_shape, kernel.shape[2]))
    return ops.moveaxis(outputs, -1, 1) if first else outputs


def local_conv1d(
    inputs: Any, kernel: Any, kernel_size: Sequence[int], strides: Sequence[int], data_format: str | None = None
) -> Any:
    """Convolution along one axis with a kernel of its own at each place."""
    return local_conv(inputs, kernel, kernel_size, strides, (kernel.shape[0],), data_format)


def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> Any:
    """Convolution of pictures with a kernel of its own at each place.

    Raises:
        ArgumentError: not as many places as kernels.
    """
    if prod(output_shape) != kernel.shape[0]:
        raise ArgumentError(f"local_conv2d has {kernel.shape[0]} kernels for {prod(output_shape)} places.")
    return local_conv(inputs, kernel, kernel_size, strides, output_shape, data_format)


def _conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: str | None, dilation_rate: Any) -> Any:
    if padding not in ("valid", "same"):
        raise ArgumentError(f"padding={padding!r} is unknown to Keras today; choose 'valid' or 'same'.")
    return ops.conv(x, kernel, strides, padding, normalize_data_format(data_format), dilation_rate)


def _of_keras_1(kernel: Any, data_format: str | None) -> Any:
    if era() == 1 and normalize_data_format(data_format) == "channels_first":
        return ops.transpose(kernel, (*range(2, len(kernel.shape)), 1, 0))
    return kernel


def _pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: str | None, pool_mode: str) -> Any:
    if pool_mode not in ("max", "avg"):
        raise ArgumentError(f"pool_mode={pool_mode!r} is unknown; choose 'max' or 'avg'.")
    pool = ops.max_pool if pool_mode == "max" else ops.average_pool
    return pool(x, tuple(pool_size), tuple(strides), padding, normalize_data_format(data_format))


def _more_at_the_end(given: Any, wanted: Any, size: int, step: int, padding: str) -> int | None:
    """What Keras 3 calls the output padding of a transposed convolution that makes a given length."""
    if not isinstance(given, int) or not isinstance(wanted, int):
        return None
    least = (given - 1) * step + size - (2 * (size // 2) if padding == "same" else 0)
    if not 0 <= wanted - least < max(step, 2):
        raise ArgumentError(f"A kernel of {size} at steps of {step} makes {least} of {given}, not {wanted}.")
    return wanted - least
