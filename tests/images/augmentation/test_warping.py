"""What a warp does without OpenCV: the nearest pixel, splines, and refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError
from amalthea.images.augmentation import FILL_MODES, affine_matrix, warp
from tests.images.augmentation.photographs import HEIGHT, WIDTH, by_scipy, photographs, random_matrices

pytestmark = pytest.mark.single_backend

PICTURE = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
SHIFTED = affine_matrix(4, 2, shift=(0.25, 0))


def test_the_identity_is_a_copy() -> None:
    result = warp(PICTURE, np.eye(3))
    np.testing.assert_array_equal(result, PICTURE)
    assert not np.shares_memory(result, PICTURE)


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_the_nearest_pixel_is_scipys(test_data: Path, fill_mode: str) -> None:
    pictures = photographs(test_data)
    for number, matrix in enumerate(random_matrices(20)):
        picture = pictures[number % len(pictures)]
        result = warp(picture, matrix, fill_mode, 77, order=0)
        np.testing.assert_array_equal(result, by_scipy(picture, matrix, fill_mode, 77, order=0))


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("zoom", [(0.5, 0.5), (2, 2), (-1, 1), (3, -1)])
def test_half_pixels_go_where_scipy_puts_them(test_data: Path, zoom: tuple[float, float], fill_mode: str) -> None:
    picture = photographs(test_data)[0]
    matrix = affine_matrix(HEIGHT, WIDTH, zoom=zoom, shift=(0.5, 100))
    result = warp(picture, matrix, fill_mode, 77, order=0)
    np.testing.assert_array_equal(result, by_scipy(picture, matrix, fill_mode, 77, order=0))


@pytest.mark.parametrize("order", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_splines_are_scipys(test_data: Path, order: int, dtype: Any) -> None:
    picture = photographs(test_data)[1].astype(dtype)
    [matrix] = random_matrices(1)
    result = warp(picture, matrix, "reflect", order=order)
    np.testing.assert_array_equal(result, by_scipy(picture, matrix, "reflect", order=order))


@pytest.mark.parametrize(
    "picture", [PICTURE[0], PICTURE[np.newaxis], PICTURE[:0], PICTURE[..., :0], PICTURE.astype(str), 1j * PICTURE]
)
def test_arrays_that_are_no_picture(picture: Any) -> None:
    with pytest.raises(ImageError, match=r"shape \(height, width, channels\) of real numbers; given was .* of type"):
        warp(picture, SHIFTED)


@pytest.mark.parametrize("fill_mode", ["mirror", "NEAREST", "", None])
def test_an_unknown_fill_mode_lists_the_known(fill_mode: Any) -> None:
    with pytest.raises(ArgumentError, match=f"fill_mode={fill_mode!r} is unknown; choose one of nearest, reflect, wr"):
        warp(PICTURE, SHIFTED, fill_mode)


@pytest.mark.parametrize("order", [-1, 6, 1.5, "linear", None])
def test_an_unknown_order(order: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"order={order!r}; choose 0 \(nearest pixel\), 1 \(linear\) or 2 to 5"):
        warp(PICTURE, SHIFTED, order=order)


@pytest.mark.parametrize("matrix", [np.eye(2), np.eye(4), np.eye(3)[::-1], np.ones((3, 3)), np.diag([1, np.nan, 1])])
def test_a_matrix_that_is_not_affine(matrix: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"has shape \(3, 3\), finite numbers and the last row 0, 0, 1; given was \[\["
    ):
        warp(PICTURE, matrix)


@pytest.mark.parametrize("number", [1e12, -1e300])
def test_a_matrix_that_leads_nowhere(number: float) -> None:
    for place in ((0, 0), (1, 0), (0, 2)):
        matrix = np.eye(3)
        matrix[place] = number
        with pytest.raises(ArgumentError, match="leads more than 2147483648 pixels away"):
            warp(PICTURE, matrix)
