"""Pictures that several tests read."""

import struct
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Every pixel differs, so that no flip, turn or swap of channels goes unnoticed.
HEIGHT, WIDTH = 24, 32
PIXELS: NDArray[np.uint8] = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
SMOOTH: NDArray[np.uint8] = np.stack(
    [np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) * factor for factor in (1, 2, 4)], axis=-1
).astype(np.uint8)


def encoded(pixels: NDArray[np.uint8] | Image.Image, file_format: str, **options: object) -> bytes:
    """A picture file in memory."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A tiny PNG file whose header claims a size that its data do not have."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
