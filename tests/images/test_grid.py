"""The grid of a preview: its first picture is the original, the others are what augmentation makes of it."""

import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError
from amalthea.images import PREVIEW, Augmentation, generator_of, preview, preview_size, read_picture, resize

pytestmark = pytest.mark.single_backend

FLIP = Augmentation(vertical_flip=True)


@pytest.fixture(scope="module")
def cat(test_data):
    return read_picture(test_data / "images" / "cat_720p.jpg")


def cells(grid, rows, columns, height, width):
    """The pictures of a grid, which stand four white pixels apart."""
    places = [(4 + row * (height + 4), 4 + column * (width + 4)) for row in range(rows) for column in range(columns)]
    inside = np.zeros(grid.shape[:2], bool)
    for top, left in places:
        inside[top : top + height, left : left + width] = True
    assert grid.shape == (4 + rows * (height + 4), 4 + columns * (width + 4), 3)
    assert (grid[~inside] == 255).all()
    return [grid[top : top + height, left : left + width] for top, left in places]


def test_each_cell_is_one_draw(cat):
    pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    height, width = round(cat.shape[0] * 160 / cat.shape[1]), 160
    small = resize(cat, (height, width), "lanczos")
    first, *others = cells(preview(cat, PREVIEW, rows=2, columns=3, side=160, seed=5), 2, 3, height, width)
    np.testing.assert_array_equal(first, small)
    for number, other in enumerate(others, start=1):
        transform = PREVIEW.draw(height, width, generator_of(5, 0, number))
        np.testing.assert_array_equal(other, transform.apply(small))
        assert np.abs(other - small.astype(float)).mean() > 5


def test_flips_alone_need_no_opencv():
    picture = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    first, *others = cells(preview(picture, FLIP, rows=3, columns=3, side=30), 3, 3, 30, 20)
    np.testing.assert_array_equal(first, picture)
    assert all(np.array_equal(other, picture) or np.array_equal(other, picture[::-1]) for other in others)
    assert 0 < sum(np.array_equal(other, picture) for other in others) < 8


def test_a_seed_repeats_its_grid(cat):
    one, again, other = (preview(cat, FLIP, rows=5, columns=4, side=20, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1)])
def test_narrow_pictures(shape):
    grid = preview(np.zeros((*shape, 3), np.uint8), FLIP, rows=1, columns=2, side=50)
    assert (grid.shape[0] - 8, (grid.shape[1] - 12) // 2) == tuple(50 if side == max(shape) else 1 for side in shape)


@pytest.mark.parametrize("shape", [(3, 4), (7, 2), (1, 90)])
def test_its_size_is_known_before(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    layout = {"rows": 2, "columns": 5, "side": 30}
    assert preview(picture, FLIP, **layout).shape[:2] == preview_size(picture, **layout)


def test_what_is_refused():
    picture = np.zeros((3, 4, 3), np.uint8)
    with pytest.raises(ArgumentError, match="rows=0, columns=4, side=200; each must be at least 1"):
        preview(picture, FLIP, rows=0)
    with pytest.raises(ArgumentError, match="seed=-1"):
        preview(picture, FLIP, seed=-1)
    with pytest.raises(ImageError, match="A picture is an array of shape"):
        preview(picture[..., :1], FLIP)
