"""Which pictures look the same, against ImageHash's own distance and on real photographs."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from amalthea.images import read_picture
from amalthea.images.checking.fingerprints import fingerprinter, near_groups

imagehash = pytest.importorskip("imagehash", reason="ImageHash is not installed: amalthea[check]")

pytestmark = pytest.mark.single_backend

NAMES = ("elephant.jpg", "parrot.jpg", "hot_dog.jpg", "grace_hopper.bmp", "cat_720p.jpg", "pets.jpg", "owl.jpg")


@pytest.fixture(scope="module")
def photographs(test_data):
    return [read_picture(test_data / "images" / name) for name in NAMES]


def compressed(picture, quality):
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return read_picture(stream.getvalue())


def changed(picture):
    """As pictures change on their way through other programs."""
    height, width, _ = picture.shape
    small = Image.fromarray(picture).resize((width // 3, height // 3), Image.Resampling.BILINEAR)
    return [
        compressed(picture, 30),
        np.array(small),
        np.clip(picture * 0.9 + 10, 0, 255).astype(np.uint8),
        np.array(Image.fromarray(picture).convert("L").convert("RGB")),
    ]


def test_the_same_photographs_are_found_and_others_are_not(photographs):
    pictures = [version for picture in photographs for version in (picture, *changed(picture))]
    groups = near_groups([fingerprinter()(picture) for picture in pictures])
    assert groups == [list(range(first, first + 5)) for first in range(0, len(pictures), 5)]


def test_the_distance_is_that_of_imagehash(photographs):
    fingerprint = fingerprinter()
    first, *others = photographs
    reference = imagehash.phash(Image.fromarray(first))
    for other in others:
        distance = reference - imagehash.phash(Image.fromarray(other))
        assert (fingerprint(first) ^ fingerprint(other)).bit_count() == distance > 10


@pytest.mark.parametrize("value", [0, 127, 255])
def test_an_even_picture_looks_like_no_other(value):
    assert fingerprinter()(np.full((50, 60, 3), value, np.uint8)) is None
    assert near_groups([None, None, 5, None]) == []


def test_groups_are_those_of_a_plain_search():
    generator = np.random.default_rng(0)
    centres = generator.integers(0, 2**63, 30, dtype=np.uint64)
    flips = np.uint64(1) << generator.integers(0, 64, 200, dtype=np.uint64)
    codes = [int(code) for code in centres[generator.integers(0, 30, 200)] ^ flips]
    chain = [0, 0o77, 0o7777]  # the ends are far from each other, and the middle near to both
    codes += chain
    groups = [{number} for number in range(len(codes))]
    for first, one in enumerate(codes):
        for second, other in enumerate(codes):
            if (one ^ other).bit_count() <= 6:
                joined = [group for group in groups if first in group or second in group]
                groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    expected = sorted(sorted(group) for group in groups if len(group) > 1)
    assert len(expected) > 20
    assert near_groups(codes) == expected
    assert [200, 201, 202] in expected
