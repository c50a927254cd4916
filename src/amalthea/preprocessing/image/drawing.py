"""The random transformations of ``ImageDataGenerator``: drawn, and applied."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import images
from ...images import augmentation
from . import settings
from .parameters import Parameters

RANDOM_NUMBERS = 12  # of one transformation
_NO_MOVE = images.Transform()


def draw(parameters: Parameters, shape: Sequence[int], random: np.random.Generator) -> dict[str, Any]:
    """The parameters of one transformation of a picture of this shape.

    Each has random numbers of its own, so that it does not depend on which others are wanted.
    """
    return _drawn(parameters, shape, random.random(RANDOM_NUMBERS).tolist())


def _drawn(parameters: Parameters, shape: Sequence[int], numbers: Sequence[float]) -> dict[str, Any]:
    turn, row, up, column, left, lean, wide, high, mirror, stand, shift, light = numbers
    height, width = shape[parameters.row_axis - 1], shape[parameters.col_axis - 1]
    low, zoom = parameters.zoom_range[0], parameters.zoom_range[1] - parameters.zoom_range[0]
    still = low == 1 and zoom == 0
    channel_shift, brightness = parameters.channel_shift_range, parameters.brightness_range
    return {
        "theta": _either_way(parameters.rotation_range, turn),
        "tx": _shift(parameters.height_shift_range, height, row, up),
        "ty": _shift(parameters.width_shift_range, width, column, left),
        "shear": _either_way(parameters.shear_range, lean),
        "zx": 1 if still else low + zoom * wide,
        "zy": 1 if still else low + zoom * high,
        "flip_horizontal": bool(parameters.horizontal_flip) and mirror < 0.5,
        "flip_vertical": bool(parameters.vertical_flip) and stand < 0.5,
        "channel_shift_intensity": _either_way(channel_shift, shift) if channel_shift else None,
        "brightness": None if brightness is None else brightness[0] + (brightness[1] - brightness[0]) * light,
    }


def transform(parameters: Parameters, x: NDArray[Any], wanted: Mapping[str, Any]) -> NDArray[Any]:
    """Apply one transformation to a picture; the flips and all that is affine in a single warp."""
    channels = parameters.channel_axis - 1
    picture = x if channels == 2 else np.moveaxis(x, channels, 2)
    move = _move(parameters, picture.shape, wanted)
    if move is not None:
        moved = move.apply(picture)
        x = moved if channels == 2 else np.moveaxis(moved, 2, channels)
    if (intensity := wanted.get("channel_shift_intensity")) is not None:
        x = augmentation.shift_channels(x, intensity)
    if (brightness := wanted.get("brightness")) is not None:
        # Keras takes its own data format here; that serves pictures that are not in the generator's.
        fits = x.shape[parameters.channel_axis - 1] in (1, 3, 4)
        data_format = settings.data_format(parameters.data_format if fits else None)
        stretch = parameters.compat == "1.1.2"
        x = augmentation.brighten_through_pillow(x, brightness, stretch, data_format, settings.floatx(None))
    return x


def moves_alone(parameters: Parameters) -> bool:
    """Whether all that may be drawn is affine, for pictures with their channels last: what ``move_all`` does."""
    return parameters.channel_axis == 3 and not parameters.channel_shift_range and parameters.brightness_range is None


def move_all(
    parameters: Parameters, pictures: Sequence[NDArray[Any]], numbers: NDArray[np.float64], results: NDArray[Any]
) -> None:
    """Draw a transformation for each of several pictures of one shape, and apply it.

    Args:
        parameters: of which ``moves_alone`` is true.
        pictures: floating; they are not changed.
        numbers: the first random ones of each picture, shape (N, ``RANDOM_NUMBERS``).
        results: room for what becomes of them, stacked, in one piece.
    """
    shape = pictures[0].shape
    moves = [_move(parameters, shape, _drawn(parameters, shape, row)) or _NO_MOVE for row in numbers.tolist()]
    augmentation.apply_all(moves, pictures, results)


def _move(parameters: Parameters, shape: Sequence[int], wanted: Mapping[str, Any]) -> images.Transform | None:
    """All that is affine, for a picture of this shape with its channels last; None where that is nothing."""
    theta, tx, ty, shear = (wanted.get(name, 0) for name in ("theta", "tx", "ty", "shear"))
    zx, zy = wanted.get("zx", 1), wanted.get("zy", 1)
    horizontal, vertical = bool(wanted.get("flip_horizontal")), bool(wanted.get("flip_vertical"))
    matrix = None
    if (theta, tx, ty, shear, zx, zy) != (0, 0, 0, 0, 1, 1):
        height, width, _ = shape
        matrix = augmentation.legacy_matrix(theta, tx, ty, shear, zx, zy, height, width, parameters.compat)
    elif not horizontal and not vertical:
        return None
    return images.Transform(
        matrix=matrix,
        horizontal_flip=horizontal,
        vertical_flip=vertical,
        fill_mode=parameters.fill_mode,
        fill_value=parameters.cval,
        order=parameters.interpolation_order,
    )


def _either_way(reach: float, random: float) -> float:
    return reach * (2 * random - 1) if reach else 0


def _shift(reach: Any, side: int, random: float, direction: float) -> float:
    """Pixels, of what ``width_shift_range`` may be: a distance up to which, or distances to choose from."""
    if not isinstance(reach, int | float):
        reach = np.asarray(reach).tolist()  # NumPy's numbers and arrays
    if isinstance(reach, float) or not reach:
        distance, greatest = _either_way(reach, random), reach
    else:
        choices = range(reach) if isinstance(reach, int) else reach
        distance = choices[int(random * len(choices))] * (1 if direction < 0.5 else -1)
        greatest = max(choices) + isinstance(reach, int)
    return distance * side if greatest < 1 else distance
