"""Changes of a picture's values, wherever they stand."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from PIL import ImageEnhance

from ..conversion import array_to_image, image_to_array

_Number = TypeVar("_Number", bound=np.generic)


def shift_channels(pixels: NDArray[Any], intensity: float) -> NDArray[Any]:
    """Add one number to all values and clip them to the least and greatest that the picture had.

    Bit-equal to Keras' ``apply_channel_shift``, wherever the channels stand.

    Args:
        pixels: any shape; it is not changed.
        intensity: in the unit of the values: up to 255 for pixels in [0, 255].

    Returns:
        A new array. Its type is what NumPy makes of the sum with a Python number: floating arrays keep theirs,
        integers become float64.
    """
    return np.clip(pixels + float(intensity), pixels.min(), pixels.max())


def brighten(pixels: NDArray[Any], factor: float) -> NDArray[Any]:
    """Multiply all values and clip them to [0, 255].

    Args:
        pixels: any shape, in [0, 255]; it is not changed.
        factor: 0 is black, 1 changes nothing, 2 doubles.

    Returns:
        A new array; floating arrays keep their type, integers become float64.
    """
    return np.clip(pixels * float(factor), 0, 255)


def brighten_through_pillow(
    pixels: NDArray[Any], factor: float, scale: bool, data_format: str, dtype: DTypeLike
) -> NDArray[Any]:
    """Keras' ``apply_brightness_shift``, whose pixels pass through whole numbers in [0, 255].

    Args:
        pixels: one picture in ``data_format``, of 1, 3 or 4 channels; it is not changed.
        factor: 0 is black, 1 changes nothing, 2 doubles.
        scale: stretch the values to [0, 255] first, and leave them so, as keras-preprocessing 1.1.2 always does.
            Without it they are stretched only if they leave [0, 255], and brought back afterwards.
        data_format: "channels_last" or "channels_first".
        dtype: floating type to compute in and of the result: Keras' ``floatx``.
    """
    least, greatest = pixels.min(), pixels.max()
    stretched = bool(least < 0 or greatest > 255)
    image = array_to_image(pixels, data_format, scale or stretched, dtype)
    result = image_to_array(ImageEnhance.Brightness(image).enhance(factor), data_format, dtype)
    return result / 255 * (greatest - least) + least if stretched and not scale else result
