"""Maps of what a network looked at, in colours, over the pictures."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ...images import Picture

# RGB at equal steps from the least to the most: dark to bright, so that a grey print or a weak eye tells them apart.
_COLOURS = np.array([(40, 10, 90), (130, 30, 130), (220, 50, 80), (255, 140, 20), (255, 240, 90)], np.float32)
_STRONGEST = 0.75  # how much a colour covers of the picture
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue, as in ITU-R BT.601
_SIDE = 360  # pixels; smaller pictures are drawn larger
_GAP, _TEXT = 10, 18  # pixels


def overlaid(picture: Picture, strengths: NDArray[np.float32]) -> Picture:
    """A picture in grey, coloured the more the stronger a map is there.

    Args:
        picture: shape (H, W, 3), RGB in [0, 255].
        strengths: shape (H, W), in [0, 1].

    Returns:
        Shape (H, W, 3), RGB in [0, 255].
    """
    steps = np.linspace(0, 1, len(_COLOURS))
    colours = np.stack([np.interp(strengths, steps, channel) for channel in _COLOURS.T], axis=-1)
    covered = _STRONGEST * np.sqrt(strengths)[..., np.newaxis]  # the root, or half of the strength would hardly show
    mixed: NDArray[np.float64] = (1 - covered) * (picture @ _GREY)[..., np.newaxis] + covered * colours
    return np.rint(mixed).astype(np.uint8)


def side_by_side(left: Picture, right: Picture, caption: Sequence[str]) -> Image.Image:
    """Two pictures of one size on white, with lines of text below, each of which is shortened to their width."""
    enlarged = ceil(_SIDE / max(left.shape[:2]))
    height, width = (side * enlarged for side in left.shape[:2])
    size = 2 * width + 3 * _GAP, height + 2 * _GAP + len(caption) * (_TEXT + _GAP)
    sheet = Image.new("RGB", size, "white")
    for number, picture in enumerate((left, right)):
        image = Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC)
        sheet.paste(image, (_GAP + number * (width + _GAP), _GAP))
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(caption):
        font = _font(line)
        place = _GAP, height + 2 * _GAP + number * (_TEXT + _GAP)
        draw.text(place, _shortened(line, font, size[0] - 2 * _GAP), "black", font)
    return sheet


def _shortened(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """What of a line has room; names may be of any length, and may hold what no font can show."""
    text = " ".join(line.encode("utf-8", "replace").decode().split())
    shown = text
    while len(shown) > 1 and font.getlength(shown) > width:
        text = text[: max(len(text) * width // (int(font.getlength(shown)) + 1) - 1, 0)]
        shown = f"{text}…"
    return shown


def _font(text: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which has Latin letters alone; for others a common one, if the system has it."""
    if not text.isascii():
        try:
            return ImageFont.truetype("DejaVuSans.ttf", _TEXT)
        except OSError:
            pass
    return ImageFont.load_default(_TEXT)
