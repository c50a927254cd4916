"""Files that are no pictures, half pictures, and pictures made to do harm: each is refused with its reason."""

import random
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.images.samples import PIXELS, SMOOTH, encoded, png_of_claimed_size

from .conversation import form, picture_part, request

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend

WHOLE = {
    "JPEG": encoded(SMOOTH, "JPEG"),
    "progressive JPEG": encoded(SMOOTH, "JPEG", progressive=True),
    "PNG": encoded(PIXELS, "PNG"),
    "GIF": encoded(PIXELS, "GIF"),
    "BMP": encoded(PIXELS, "BMP"),
    "TIFF": encoded(PIXELS, "TIFF"),
    "LZW TIFF": encoded(PIXELS, "TIFF", compression="tiff_lzw"),
    "WebP": encoded(SMOOTH, "WEBP"),
    "AVIF": encoded(SMOOTH, "AVIF"),
    "PPM": encoded(PIXELS, "PPM"),
}


def png_with(kind, content):
    """A picture with a chunk of a kind in front of its pixels."""
    whole = WHOLE["PNG"]
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return whole[:33] + chunk + whole[33:]


def tiff_of_tags(count):
    """A file whose directory promises so many entries and leads back to itself."""
    return b"II*\0" + struct.pack("<IH", 8, count) + struct.pack("<HHII", 0x0111, 4, 0xFFFFFFFF, 8) * 3 + b"\x08\0\0\0"


NO_PICTURES = {
    "text": b"hello",
    "page": b"<!DOCTYPE html><title>404 Not Found</title>",
    "program for Ghostscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
    "drawing that reads files": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "script for ImageMagick": b"push graphic-context\nfill 'url(http://127.0.0.1/)'\npop graphic-context\n",
    "start of a JPEG": b"\xff\xd8\xff",
    "zeros": bytes(10_000),
    "address": b"http://127.0.0.1:1/cat.jpg",
    "path": b"/etc/passwd",
    "pickle": b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02ls\x94\x85\x94R\x94.",
    "32 bits": encoded(Image.new("F", (4, 4), 100), "TIFF"),
    "claims of 3.6 thousand million pixels": png_of_claimed_size(60_000, 60_000),
    "claims of 100 million pixels": png_of_claimed_size(10_000, 10_000),
    "claims without pixels": png_of_claimed_size(1000, 1000),
    "profile that swells": png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(2**27))),
    "directory that leads to itself": tiff_of_tags(3),
    "directory of 65535 tags": tiff_of_tags(65535),
}
BOMB = encoded(Image.new("1", (9_400, 9_400)), "PNG")  # 88 million pixels in 11 KB: below Pillow's own limit


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture(server, unharmed, kind):
    answer = server.predict(NO_PICTURES[kind])
    assert answer.status in (413, 422)
    assert "/" not in answer.error.replace("JPEG/", ""), "a path of the server"
    assert answer.error.endswith(".") and len(answer.error) > 40


def test_what_is_refused_says_why(server, picture, unharmed):
    assert server.predict(picture).status == 200
    assert "is no picture in a format that is read here (JPEG, PNG" in server.predict(b"hello").error
    assert "has 100,000,000 pixels" in server.predict(NO_PICTURES["claims of 100 million pixels"]).error
    assert "cannot be decoded" in server.predict(WHOLE["JPEG"][:-100]).error


@pytest.mark.parametrize("kind", WHOLE)
def test_pictures_that_are_cut_off(server, unharmed, kind):
    """What may be missing without a loss: the end marks of PNG and GIF."""
    whole = WHOLE[kind]
    with server.connected() as connection:
        connection.sendall(request(whole))
        assert server.heard(connection).status == 200
        for share in (0.1, 0.5, 0.9, 0.99):
            connection.sendall(request(whole[: int(share * len(whole))]))
            answer = server.heard(connection)
            assert answer.status == 422 or (kind in ("PNG", "GIF") and share > 0.9), share


@pytest.mark.parametrize("kind", WHOLE)
def test_damaged_pictures_are_answered_or_refused(server, unharmed, kind):
    numbers = random.Random(kind)
    refused = 0
    with server.connected() as connection:
        for _ in range(40):
            damaged = bytearray(WHOLE[kind])
            for _ in range(numbers.randint(1, 8)):
                damaged[numbers.randrange(min(len(damaged), 200))] = numbers.randrange(256)
            connection.sendall(request(bytes(damaged)))
            answer = server.heard(connection)
            assert answer.status in (200, 413, 422), bytes(damaged)
            refused += answer.status != 200
    assert refused > 0


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how much memory a process has")
def test_pictures_that_swell_take_no_memory(server, picture, unharmed):
    server.predict(picture)
    before = server.megabytes()
    for content in (BOMB, NO_PICTURES["profile that swells"], NO_PICTURES["claims of 100 million pixels"]):
        answer = server.predict(content)
        assert answer.status in (413, 422)
    body, kind = form([picture_part(BOMB)] * 30)
    answer = server.ask(request(body, content_type=kind))
    assert answer.status in (413, 422)
    assert server.megabytes() < before + 100


def test_a_hostile_one_among_good_ones(server, picture, unharmed):
    body, kind = form([picture_part(each) for each in (picture, NO_PICTURES["pickle"], BOMB, picture)])
    answer = server.ask(request(body, content_type=kind))
    assert answer.status == 200
    first, pickled, bomb, last = answer.json["predictions"]
    assert first["classes"] == last["classes"] and len(first["classes"]) == 3
    assert "is no picture" in pickled["error"] and "pixels" in bomb["error"]
    assert not pickled["classes"] and not bomb["classes"]


def test_odd_shapes_are_pictures(server, unharmed):
    for size in ((1, 1), (1, 5000), (5000, 1)):
        answer = server.predict(encoded(np.zeros((*size, 3), np.uint8), "PNG"))
        assert answer.status == 200
        assert sum(each["probability"] for each in answer.json["predictions"][0]["classes"]) == pytest.approx(1, 1e-3)
