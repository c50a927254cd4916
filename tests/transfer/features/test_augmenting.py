"""What is drawn for a picture depends on seed, version and content, and on nothing else."""

import numpy as np
import pytest

from amalthea.images import TUTORIAL, Augmentation
from amalthea.transfer.features.augmenting import Augmenting, numbers_of
from amalthea.transfer.features.sources import digests_of

pytestmark = pytest.mark.single_backend

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 24, 3), np.uint8)


def test_versions_take_turns():
    live = Augmenting(augmentation=TUTORIAL, begun=2)
    assert [live.version(epoch) for epoch in range(4)] == [2, 3, 4, 5]
    three = Augmenting(augmentation=TUTORIAL, versions=3, begun=2)
    assert [three.version(epoch) for epoch in range(4)] == [2, 0, 1, 2]
    assert [three.taken(epochs) for epochs in (1, 2, 3, 9)] == [[2], [0, 2], [0, 1, 2], [0, 1, 2]]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_same_numbers_make_the_same_picture(picture, dtype):
    picture = picture.astype(dtype)
    before = picture.copy()
    augmenting = Augmenting(augmentation=TUTORIAL, seed=3)
    one = augmenting.augmented(picture, version=1, number=7)
    assert (one.shape, one.dtype) == (picture.shape, dtype)
    assert np.array_equal(picture, before)
    assert np.array_equal(one, augmenting.augmented(picture, version=1, number=7))
    others = [
        Augmenting(augmentation=TUTORIAL, seed=4).augmented(picture, version=1, number=7),
        augmenting.augmented(picture, version=0, number=7),
        augmenting.augmented(picture, version=1, number=8),
        picture,
    ]
    assert not any(np.array_equal(one, other) for other in others)


def test_sides_are_not_exchanged():
    """Columns that all look the same still do after a shift to the side, and rows do not."""
    picture = np.arange(0, 240, 30, np.uint8)[None, :, None].repeat(4, 0).repeat(3, 2)
    shifted = Augmenting(augmentation=Augmentation(width_shift=0.5)).augmented(picture, 0, 0)
    assert shifted.shape == (4, 8, 3)
    assert np.array_equal(shifted, shifted[:1].repeat(4, 0))
    assert not np.array_equal(shifted, picture)


def test_numbers_come_from_the_content():
    a, b = bytes(range(32)), bytes(range(32, 64))
    numbers = numbers_of(digests_of([a, b, None, a, None, a], 6)).tolist()
    beginnings = [int.from_bytes(digest[:8], "big") % 2**31 for digest in (a, b)]
    # A copy is changed in another way.
    assert numbers == [beginnings[0], beginnings[1], 0, beginnings[0] + 1, 1, beginnings[0] + 2]
    assert numbers_of(digests_of([b], 1)).tolist() == numbers[1:2]
    assert numbers_of(digests_of([b"\xff" * 32] * 3, 3)).tolist() == [2**31 - 1, 0, 1]
