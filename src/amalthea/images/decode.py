"""From a file to the pixels of one picture. What the bytes say decides, never the name of the file."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from ..errors import AmaltheaError, ArgumentError, ImageError, MissingFileError

Picture: TypeAlias = NDArray[np.uint8]
Source: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes]

# Formats that Pillow decodes whole or not at all. JPEG 2000 is missing because a file cut off after its header is
# decoded to grey without a complaint; EPS because reading it starts another program.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM")

# What makes a picture upright, by the number of its EXIF orientation.
_UPRIGHT: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = {_UPRIGHT[number] for number in (5, 6, 7, 8)}


def read_picture(source: Source, at_least: tuple[int, int] | None = None) -> Picture:
    """Read a picture upright and in colour.

    The format is recognised by content: JPEG, PNG, GIF, BMP, TIFF, WebP, AVIF and PPM. Of several frames or pages the
    first is read. The EXIF orientation is applied. Greyscale, palette and CMYK become RGB. An alpha channel is dropped,
    not blended with a background: transparent pixels show the colour that is stored in them. Of 16 bits the upper 8
    are kept.

    Args:
        source: path of the file, its content, or a file opened for reading bytes. A file that can seek is read from
            its start.
        at_least: rows and columns that are enough. A JPEG file is then decoded at a half, a quarter or an eighth of
            its size if that is not smaller, in a fraction of the time; other formats come whole. None asks for all
            pixels, exactly.

    Returns:
        Shape (height, width, 3), RGB in [0, 255].

    Raises:
        MissingFileError: there is no such file.
        ImageError: it is no picture, is damaged or cut off, has 32-bit pixels, or has more pixels than
            ``PIL.Image.MAX_IMAGE_PIXELS``, about 89 million, which the environment variable AMALTHEA_MAX_PIXELS sets.
            No part of a cut-off picture is returned.

    Example:
        >>> read_picture(b"P3 2 1 255  10 20 30  40 50 60").tolist()
        [[[10, 20, 30], [40, 50, 60]]]
    """
    return np.array(read_image(source, at_least))


def read_image(source: Source, at_least: tuple[int, int] | None = None) -> Image.Image:
    """The same as an image of Pillow, in RGB."""
    with open_picture(source) as image:
        return upright(image, at_least)


def upright(image: Image.Image, at_least: tuple[int, int] | None = None) -> Image.Image:
    """The same of an image that ``open_picture`` has opened."""
    check_pixels(image)
    turn = _UPRIGHT.get(orientation(image))
    if at_least is not None:
        rows, columns = reversed(at_least) if turn in _ON_ITS_SIDE else at_least
        image.draft(None, (columns, rows))
    image.load()
    colour = _in_colour(image)
    return colour if turn is None else colour.transpose(turn)


def check_pixels(image: Image.Image) -> None:
    """Refuse more pixels than are allowed, where Pillow itself only warns; ``open_picture`` makes it an ImageError."""
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise Image.DecompressionBombError


def stands_upright(image: Image.Image) -> bool:
    """Whether its pixels need not be turned."""
    return orientation(image) not in _UPRIGHT


@contextmanager
def open_picture(source: Source) -> Iterator[Image.Image]:
    """Open a picture without decoding it; errors from here on are those of ``open_source``."""
    with open_source(source) as stream:
        yield identified(stream)


def identified(stream: IO[bytes]) -> Image.Image:
    """The picture that ``open_source`` has opened, not decoded yet."""
    return Image.open(stream, formats=_FORMATS)


@contextmanager
def open_source(source: Source) -> Iterator[IO[bytes]]:
    """Open a file, or whatever else is read; what Pillow raises from here on becomes an error that names the source.

    Pillow raises exceptions of many types on damaged files, so that all of them count.
    """
    pixel_limit()  # Pillow compares with a variable of its module alone, which this sets
    with _byte_stream(source) as stream:
        try:
            yield stream
        except AmaltheaError:
            raise
        except UnidentifiedImageError as error:
            raise ImageError(_unidentified(stream, _name(source))) from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ImageError(
                f"{_name(source)} has more pixels than the limit of {Image.MAX_IMAGE_PIXELS:,}, like files that are "
                "made to exhaust the memory. Make it smaller; or, if you trust it, set the environment variable "
                "AMALTHEA_MAX_PIXELS (or PIL.Image.MAX_IMAGE_PIXELS) higher."
            ) from error
        except Exception as error:
            raise ImageError(
                f"{_name(source)} cannot be decoded: {error}. The file is damaged, cut off or of a kind that cannot be "
                "read; fetch it again, or convert it to JPEG or PNG."
            ) from error


def pixel_limit() -> int | None:
    """How many pixels a picture may have, as AMALTHEA_MAX_PIXELS says, else Pillow; None: any number.

    Raises:
        ArgumentError: AMALTHEA_MAX_PIXELS is no whole number above 0.
    """
    if wanted := os.environ.get("AMALTHEA_MAX_PIXELS"):
        if not wanted.isdecimal() or int(wanted) < 1:
            raise ArgumentError(
                f"AMALTHEA_MAX_PIXELS={wanted!r}; give the pixels that a picture may have, as 200000000."
            )
        Image.MAX_IMAGE_PIXELS = int(wanted)
    return Image.MAX_IMAGE_PIXELS


def _name(source: Source) -> str:
    if isinstance(source, bytes):
        return "<bytes>"
    path = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    return str(Path(path)) if isinstance(path, str | os.PathLike) else "<file>"


def _byte_stream(source: Source) -> AbstractContextManager[IO[bytes]]:
    if isinstance(source, bytes):
        return BytesIO(source)
    if isinstance(source, str | os.PathLike):
        return _open_file(source)
    if hasattr(source, "read") and isinstance(source.read(0), bytes):
        return nullcontext(source)
    raise ArgumentError(
        "A picture is read from a path, from bytes, or from a file opened with mode 'rb'; "
        f"given was {type(source).__name__}."
    )


def _open_file(path: str | os.PathLike[str]) -> IO[bytes]:
    try:
        return open(path, "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        place = os.path.abspath(path)
        raise MissingFileError(f"There is no file {_name(path)} (looked for at {place}). Check the path.") from error
    except (OSError, ValueError) as error:
        name = _name(path)
        if os.path.isdir(path):
            raise ImageError(
                f"{name} is a folder, not a picture. If it holds pictures, give their paths, which "
                f"amalthea.images.find_pictures([{name!r}]) lists."
            ) from error
        raise ImageError(f"{name} cannot be opened: {error}. Check the path and its permissions.") from error


def _unidentified(stream: IO[bytes], name: str) -> str:
    if stream.seekable() and stream.seek(0, os.SEEK_END) == 0:
        return f"{name} is empty (zero bytes). Fetch it again."
    return (
        f"{name} is no picture in a format that is read here ({', '.join(_FORMATS)}), or it is cut off near its start. "
        "Open it in a viewer; fetch it again, or convert it to JPEG or PNG."
    )


def orientation(image: Image.Image) -> object:
    """Its EXIF orientation: 1 or None where it stands upright as it is, 2 to 8 where it does not."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # of any type, as above; a damaged description does not cost the picture
        return None


def _in_colour(image: Image.Image) -> Image.Image:
    """RGB of any mode. Pillow alone would make 16-bit greyscale white: it clips at 255 instead of scaling."""
    # A PGM file of 16 bits arrives as 32-bit pixels in [0, 65535].
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "RGB":
        return image  # converting would copy it
    if image.mode in ("I", "F"):
        raise ValueError("its 32-bit greyscale pixels do not say which value is white; save it with 8 or 16 bits")
    return image.convert("RGB")
