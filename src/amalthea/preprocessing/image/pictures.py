"""Pictures between files, Pillow's images and arrays."""

import os
from collections.abc import Sequence
from typing import IO, Any

from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from ... import images
from .settings import data_format as the_data_format
from .settings import floatx

SUFFIXES = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")  # of the files that the old names take for pictures


def load_img(
    path: str | bytes | os.PathLike[str] | IO[bytes],
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image.Image:
    """Load a picture.

    Args:
        path: of the file, which bytes name too; or a file opened for reading bytes. The format is recognised by
            content: JPEG, PNG, GIF (first frame), BMP, TIFF, WebP, AVIF and PPM.
        color_mode: "grayscale", "rgb" or "rgba". "grayscale" leaves 16 and 32 bits as they are.
        target_size: (height, width) in pixels; None keeps the picture's own.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: resize the largest central part that has the target's proportions, instead of distorting.

    Returns:
        A Pillow image.

    Raises:
        MissingFileError: there is no such file.
        ImageError: it is no picture, is damaged or cut off, or is too large to be opened safely.
        ArgumentError: an unknown color mode or interpolation, or a size below 1.
    """
    source = os.fsdecode(path) if isinstance(path, bytes) else path
    return images.load_image(source, color_mode, target_size, interpolation, keep_aspect_ratio)


def img_to_array(
    img: Image.Image | ArrayLike, data_format: str | None = None, dtype: DTypeLike | None = None
) -> NDArray[Any]:
    """Pixels of a Pillow image as an array.

    Args:
        img: a Pillow image; arrays are taken too.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        dtype: None means Keras' ``floatx``.

    Returns:
        Shape (height, width, channels) or (channels, height, width), in the image's own range, usually [0, 255].

    Raises:
        ArgumentError: an unknown data format.
        ImageError: an array that has not 2 or 3 axes.
    """
    return images.image_to_array(img, the_data_format(data_format), floatx(dtype))


def array_to_img(
    x: ArrayLike, data_format: str | None = None, scale: bool = True, dtype: DTypeLike | None = None
) -> Image.Image:
    """A Pillow image of an array.

    Args:
        x: shape (height, width, channels) or (channels, height, width), of 1, 3 or 4 channels.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        scale: stretch the values so that the least becomes 0 and the greatest 255. Without it they should lie in
            [0, 255].
        dtype: floating type to compute in; None means Keras' ``floatx``.

    Raises:
        ArgumentError: an unknown data format.
        ImageError: another rank or number of channels.
    """
    return images.array_to_image(x, the_data_format(data_format), scale, floatx(dtype))


def save_img(
    path: str | os.PathLike[str] | IO[bytes],
    x: ArrayLike,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Save an array as a picture.

    Args:
        path: where to; or a file opened for writing bytes, which needs a ``file_format``.
        x: as in ``array_to_img``.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        file_format: as "png" or "jpeg"; None takes it from the path's suffix.
        scale: stretch the values to [0, 255] first. JPEG drops an alpha channel with a warning.
        **kwargs: options of Pillow's writer, as ``quality``.

    Raises:
        MissingFileError: the folder does not exist.
        ArgumentError: an unknown format or option.
        ImageError: the array is no picture, or the file cannot be written.
    """
    images.save_image(path, array_to_img(x, data_format, scale), file_format, **kwargs)


def list_pictures(directory: str | os.PathLike[str], ext: str | Sequence[str] = SUFFIXES) -> list[str]:
    """The pictures in a folder and all folders below it.

    Args:
        directory: path of the folder.
        ext: suffix or suffixes without their dot, in lower case; those of the files may be in either.

    Returns:
        Their paths, sorted within each folder; none where there is no such folder.

    Example:
        >>> list_pictures("nowhere")
        []
    """
    suffixes = tuple(f".{suffix}" for suffix in ((ext,) if isinstance(ext, str) else ext))
    return [
        os.path.join(folder, file)
        for folder, _, files in os.walk(directory)
        for file in sorted(files)
        if file.lower().endswith(suffixes)
    ]


def validate_filename(filename: str, white_list_formats: str | Sequence[str]) -> bool:
    """Whether a path is that of a file that is there and has one of these suffixes.

    Args:
        filename: a path.
        white_list_formats: suffix or suffixes in lower case, as "png"; that of the file may be in either.

    Example:
        >>> validate_filename("elephant.jpg", ("png", "jpg"))
        True
    """
    suffixes = white_list_formats if isinstance(white_list_formats, str) else tuple(white_list_formats)
    return filename.lower().endswith(suffixes) and os.path.isfile(filename)
