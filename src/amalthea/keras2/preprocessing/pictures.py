"""Pictures between files, Pillow's images and arrays, with the arguments of then."""

import os
from collections.abc import Sequence
from typing import IO, Any

from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from ...preprocessing import image
from .._spelling import Spelling
from .._spelling.data_formats import todays_data_format
from .._spelling.functions import spelt


def _with_data_format(*positions: str) -> Spelling:
    return Spelling(
        positions=positions, renamed={"dim_ordering": "data_format"}, values={"data_format": todays_data_format}
    )


def load_img(
    path: str | bytes | os.PathLike[str] | IO[bytes],
    grayscale: bool | str = False,
    color_mode: str | Sequence[int] = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    **settings: Any,
) -> Image.Image:
    """Load a picture.

    Args:
        path: of the file.
        grayscale: True for ``color_mode="grayscale"``; a color mode by position is taken, too, as Keras 3 has it here.
        color_mode: "grayscale", "rgb" or "rgba"; by position also the target size, which was here until Keras 2.1.
        target_size: (height, width) in pixels.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        **settings: further ones of ``amalthea.preprocessing.image.load_img``.
    """
    if not isinstance(color_mode, str):
        target_size, color_mode = color_mode or target_size, "rgb"
    if isinstance(grayscale, str):
        color_mode = grayscale
    elif grayscale:
        color_mode = "grayscale"
    return image.load_img(path, color_mode, target_size, interpolation, **settings)


@spelt(_with_data_format("img", "data_format", "dtype"))
def img_to_array(
    img: Image.Image | ArrayLike, data_format: str | None = None, dtype: DTypeLike | None = None
) -> NDArray[Any]:
    """Pixels of a Pillow image as an array; see ``amalthea.preprocessing.image.img_to_array``."""
    return image.img_to_array(img, data_format, dtype)


@spelt(_with_data_format("x", "data_format", "scale", "dtype"))
def array_to_img(
    x: ArrayLike, data_format: str | None = None, scale: bool = True, dtype: DTypeLike | None = None
) -> Image.Image:
    """A Pillow image of an array; see ``amalthea.preprocessing.image.array_to_img``."""
    return image.array_to_img(x, data_format, scale, dtype)


@spelt(_with_data_format("path", "x", "data_format", "file_format", "scale"))
def save_img(
    path: str | os.PathLike[str] | IO[bytes],
    x: ArrayLike,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **settings: Any,
) -> None:
    """Save an array as a picture; see ``amalthea.preprocessing.image.save_img``."""
    image.save_img(path, x, data_format, file_format, scale, **settings)
