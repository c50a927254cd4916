"""Between files, Pillow's images and arrays, with exactly the results of Keras' functions.

Keras' conventions differ from those of ``read_picture``: the EXIF orientation is ignored, and 16-bit greyscale is
clipped where it becomes RGB. ``amalthea.preprocessing.image`` gives these functions Keras' names and global settings.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from ..errors import AmaltheaWarning, ArgumentError, ImageError, MissingFileError
from . import jpeg
from .decode import Picture, Source, identified, open_source
from .resizing import nearest, pillow_size, resampling
from .scaling import check_data_format

# Pillow's modes that are left as they are; all others are converted to the first.
_MODES = {"grayscale": ("L", "I;16", "I"), "rgb": ("RGB",), "rgba": ("RGBA",)}


def load_image(
    source: Source,
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    decode: str = "exact",
) -> Image.Image:
    """Load a picture as Keras does.

    Args:
        source: as for ``read_picture``, and the same formats.
        color_mode: "grayscale" (which leaves 16 and 32 bits as they are), "rgb" or "rgba".
        target_size: (height, width) in pixels; None keeps the picture's own.
        interpolation: a filter of ``resize``.
        keep_aspect_ratio: resize the largest central part that has the target's proportions, instead of distorting.
        decode: "exact", or "fast", which lets JPEG files be decoded at a reduced scale not below ``target_size``.

    Raises:
        MissingFileError: there is no such file.
        ImageError: it is no picture, damaged, cut off, or has more than twice ``PIL.Image.MAX_IMAGE_PIXELS``.
        ArgumentError: an unknown color mode or interpolation, or a size below 1.

    Example:
        >>> load_image("elephant.jpg", color_mode="grayscale", target_size=(100, 200))
        <PIL.Image.Image image mode=L size=200x100 at ...>
    """
    loaded = load(source, color_mode, target_size, interpolation, keep_aspect_ratio, decode)
    return loaded if isinstance(loaded, Image.Image) else Image.fromarray(loaded)


def load(
    source: Source,
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    decode: str = "exact",
) -> Image.Image | Picture:
    """The same for ``image_to_array``, which takes both: an array where no image is needed on the way."""
    if color_mode not in _MODES:
        raise ArgumentError(f"color_mode={color_mode!r} is unknown; choose one of {', '.join(_MODES)}.")
    modes = _MODES[color_mode]
    size = None if target_size is None else pillow_size(target_size)
    smoothing = None if size is None else resampling(interpolation)
    with open_source(source) as stream:
        if size and color_mode == "rgb" and smoothing == Image.Resampling.NEAREST and not keep_aspect_ratio:
            rows_and_columns = size[1], size[0]
            pixels = jpeg.decoded(stream, rows_and_columns if decode == "fast" else None)
            if pixels is not None:
                return nearest(pixels, rows_and_columns)
        image = identified(stream)
        if decode == "fast" and size is not None:
            image.draft(None, size)
        image.load()
        converted = image if image.mode in modes else image.convert(modes[0])
        if size is None or size == image.size:
            return converted
        return converted.resize(size, smoothing, _largest_part(image.size, size) if keep_aspect_ratio else None)


def image_to_array(image: Image.Image | ArrayLike, data_format: str, dtype: DTypeLike) -> NDArray[Any]:
    """Pixels of a Pillow image, in its own range.

    Returns:
        A new array of shape (height, width, channels), or (channels, height, width) for "channels_first".

    Raises:
        ArgumentError: an unknown data format.
        ImageError: an array that has not 2 or 3 axes.

    Example:
        >>> image_to_array(Image.new("RGB", (4, 2), "red"), "channels_first", "float32").shape
        (3, 2, 4)
    """
    check_data_format(data_format)
    pixels = np.array(image, dtype=dtype)
    if pixels.ndim not in (2, 3):
        raise ImageError(f"A picture has 2 or 3 axes; given was an array of shape {pixels.shape}.")
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    return np.moveaxis(pixels, -1, 0) if data_format == "channels_first" else pixels


def array_to_image(pixels: ArrayLike, data_format: str, scale: bool, dtype: DTypeLike) -> Image.Image:
    """A Pillow image of an array.

    Args:
        pixels: shape (height, width, channels), or (channels, height, width) for "channels_first", of 1, 3 or 4
            channels.
        data_format: "channels_last" or "channels_first".
        scale: stretch the values so that the least becomes 0 and the greatest 255; otherwise they should lie in
            [0, 255], and only a single channel may exceed it (Pillow's mode "I").
        dtype: floating type to compute in.

    Raises:
        ArgumentError: an unknown data format.
        ImageError: another rank or number of channels, or no pixel.

    Example:
        >>> array_to_image([[[0.5, 1.0, 0.0]]], "channels_last", scale=True, dtype="float32").getpixel((0, 0))
        (127, 255, 0)
    """
    check_data_format(data_format)
    values = np.asarray(pixels, dtype=dtype)
    if values.ndim == 3 and data_format == "channels_first":
        values = np.moveaxis(values, 0, -1)
    if values.ndim != 3 or values.shape[2] not in (1, 3, 4) or values.size == 0:
        raise ImageError(
            f"A picture is an array of 3 axes with 1, 3 or 4 channels in {data_format!r}; given was shape "
            f"{np.shape(pixels)}. Of a batch, give one picture at a time."
        )
    if scale:
        values = values - values.min()
        values = values / (values.max() or 1) * 255
    if values.shape[2] > 1:
        return Image.fromarray(values.astype(np.uint8))
    return Image.fromarray(values[..., 0].astype(np.int32 if values.max() > 255 else np.uint8))


def save_image(
    path: str | os.PathLike[str] | IO[bytes], image: Image.Image, file_format: str | None = None, **options: Any
) -> None:
    """Write a Pillow image.

    Args:
        path: where to; or a file opened for writing bytes.
        image: JPEG drops its alpha channel with a warning.
        file_format: as "png" or "jpeg"; None takes it from the path's suffix.
        **options: what Pillow's writer of this format understands, as ``quality``.

    Raises:
        MissingFileError: the folder does not exist.
        ArgumentError: no or an unknown format, or an option that it does not allow.
        ImageError: the format cannot hold such an image, or the file cannot be written.

    Example:
        >>> save_image("small.webp", load_image("elephant.jpg", target_size=(224, 224)), quality=80)
    """
    suffix = Path(path).suffix if isinstance(path, str | os.PathLike) else ""
    chosen = (file_format or suffix).lower().removeprefix(".")
    if chosen in ("jpg", "jpeg") and image.mode == "RGBA":
        warn(f"JPEG has no alpha channel; {path} is written without it.", AmaltheaWarning, stacklevel=3)
        image = image.convert("RGB")
    try:
        image.save(path, format="jpeg" if chosen == "jpg" else file_format, **options)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path} cannot be written, for its folder does not exist. Make it first.") from error
    except (KeyError, ValueError) as error:
        raise ArgumentError(
            f"{path} cannot be written as {chosen!r}: {error}. Give file_format='png', 'jpeg' or another of Pillow's."
        ) from error
    except OSError as error:
        raise ImageError(f"{path} cannot be written: {error}. PNG holds every kind of image.") from error


def _largest_part(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """Box of the largest central part with the target's proportions, in whole pixels as Keras; sizes as (W, H)."""
    (width, height), (target_width, target_height) = size, target
    part_width = min(width, height * target_width // target_height)
    part_height = min(height, width * target_height // target_width)
    left, top = (width - part_width) // 2, (height - part_height) // 2
    return left, top, left + part_width, top + part_height
