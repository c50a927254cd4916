"""From pixels to the numbers that a network was trained on, with NumPy; the numbers stand in the catalogue."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..catalog import Scaling, ScalingSteps, scaling_steps
from ..errors import ArgumentError


def scale(
    pixels: NDArray[Any],
    scaling: Scaling | ScalingSteps | str | float,
    data_format: str = "channels_last",
    dtype: DTypeLike = np.float32,
) -> NDArray[Any]:
    """Apply a network's scaling to pictures; bit-equal to Keras' ``preprocess_input`` in float32 and float64.

    Args:
        pixels: RGB in [0, 255], shape (H, W, 3) or (N, H, W, 3), or (3, H, W) or (N, 3, H, W); it is not changed.
        scaling: the convention of the network's weights, as ``amalthea.catalog.scaling_steps`` takes it.
        data_format: "channels_last" or "channels_first".
        dtype: floating type of the result where the pixels are integers or booleans; floating pixels keep theirs.

    Returns:
        A new array of the same shape. Types below 32 bits are computed in float32 and rounded once, where Keras
        rounds the mean, too.

    Raises:
        ArgumentError: another scaling, data format, rank or number of channels, or pixels that are no real numbers.

    Example:
        >>> scale(np.array([[[0, 255, 51]]]), Scaling.TF).tolist()
        [[[-1.0, 1.0, -0.6000000238418579]]]
    """
    axis = channel_axis(pixels.shape, data_format)
    if pixels.dtype.kind not in "biuf":
        raise ArgumentError(f"Pixels are real numbers in [0, 255]; given was an array of type {pixels.dtype}.")
    wanted = pixels.dtype if pixels.dtype.kind == "f" else np.dtype(dtype)
    working = np.result_type(wanted, np.float32)
    steps = scaling_steps(scaling)
    if steps.reverse_channels:
        result = _reversed_copy(pixels, working, axis)
        if steps.divisor != 1:
            result /= steps.divisor
    else:
        result = np.divide(pixels, steps.divisor, dtype=working, order="C")  # the copy, too
    if any(steps.mean):
        result -= _by_channel(steps.mean, result, axis)
    if set(steps.deviation) != {1}:
        result /= _by_channel(steps.deviation, result, axis)
    return result.astype(wanted, copy=False)


def check_data_format(data_format: str) -> None:
    """Refuse anything but the two formats, before it is taken for one of them.

    Raises:
        ArgumentError: another data format.
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ArgumentError(f"data_format={data_format!r} is unknown; choose 'channels_last' or 'channels_first'.")


def channel_axis(shape: Sequence[int | None], data_format: str) -> int:
    """The axis of the three colours, counted from the end: -1 or -3.

    Args:
        shape: of one picture or a batch; None stands for a length that is not known yet.
        data_format: "channels_last" or "channels_first".

    Raises:
        ArgumentError: another data format, a rank that is not 3 or 4, or not three colours on that axis.
    """
    check_data_format(data_format)
    axis = -1 if data_format == "channels_last" else -3
    expected = "(height, width, 3)" if data_format == "channels_last" else "(3, height, width)"
    given = f"data_format={data_format!r} expects shape {expected} or a batch of it; given was {tuple(shape)}."
    if len(shape) not in (3, 4):
        raise ArgumentError(f"{given} Give one picture, or several of the same size stacked into one array.")
    if shape[axis] not in (3, None):
        raise ArgumentError(f"{given} {_advice(shape, axis)}")
    return axis


def _advice(shape: Sequence[int | None], axis: int) -> str:
    other = -4 - axis
    if shape[other] == 3:
        return f"Did you mean data_format={'channels_first' if other == -3 else 'channels_last'!r}?"
    return "The networks want the three colours of RGB: repeat a single channel three times, drop an alpha channel."


def _reversed_copy(pixels: NDArray[Any], dtype: np.dtype[Any], axis: int) -> NDArray[Any]:
    """RGB to BGR; channel by channel, because NumPy copies a view that is reversed along a short axis slowly."""
    result = np.empty(pixels.shape, dtype)
    for target, channel in zip(np.moveaxis(result, axis, 0), np.moveaxis(pixels, axis, 0)[::-1], strict=True):
        target[...] = channel
    return result


def _by_channel(values: tuple[float, float, float], pixels: NDArray[Any], axis: int) -> NDArray[Any] | float:
    """A number a channel, to be broadcast; a whole row of them in channels_last, which NumPy runs through faster."""
    if len(set(values)) == 1:
        return values[0]
    numbers = np.array(values, pixels.dtype)
    return np.tile(numbers, (pixels.shape[-2], 1)) if axis == -1 else numbers.reshape(3, 1, 1)
