"""JPEG files decoded without Pillow's copies: the same pixels in four fifths of the time."""

from functools import cache
from typing import Any

from PIL import Image

from .decode import Picture


def decoded(image: Image.Image, at_least: tuple[int, int] | None = None) -> Picture | None:
    """The pixels of a picture that Pillow has opened and not read yet, if it is a JPEG file in colour.

    Args:
        image: opened by Pillow.
        at_least: rows and columns that are enough: the file is then decoded at a half, a quarter or an eighth of its
            size if that is not smaller. None decodes all pixels.

    Returns:
        Shape (height, width, 3), RGB in [0, 255], not turned upright; all pixels are equal to Pillow's. None leaves the
        picture to Pillow: it is something else, or damaged, so that Pillow knows best what to say, or simplejpeg is not
        installed.
    """
    simplejpeg = _simplejpeg()
    file: Any = getattr(image, "fp", None)
    if simplejpeg is None or image.format != "JPEG" or image.mode != "RGB" or file is None:
        return None
    file.seek(0)
    rows, columns = at_least or (0, 0)  # nothing is enough: all pixels
    try:
        # Other eighths would be sharper than what smoothing makes of all pixels.
        picture: Picture = simplejpeg.decode_jpeg(file.read(), "RGB", min_height=rows, min_width=columns, min_factor=2)
    except ValueError:  # also where the file only bends the rules
        return None
    whole = picture.shape[:2] == (image.height, image.width)
    return picture if whole or at_least is not None else None


@cache
def _simplejpeg() -> Any:
    """The package, or None. Asked for once, because Python looks anew for a module that is missing, in every folder."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg
