"""The warp that every augmented picture goes through, against SciPy's."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.errors import MissingDependencyError
from amalthea.images.augmentation import FILL_MODES, affine_matrix, warp
from tests.images.augmentation.photographs import HEIGHT, WIDTH, by_scipy, photographs, random_matrices

pytest.importorskip("cv2", reason="linear warps need OpenCV, which a plain installation does not have")
pytestmark = pytest.mark.single_backend

SHEARED = affine_matrix(HEIGHT, WIDTH, rotation=35, shear=12, zoom=(0.7, 1.3), shift=(9.3, -7.8))


@pytest.fixture
def picture(test_data: Path) -> np.ndarray:
    return photographs(test_data)[0]


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_200_random_transformations_of_photographs(test_data: Path, fill_mode: str) -> None:
    pictures = photographs(test_data)
    differences = []
    for number, matrix in enumerate(random_matrices(200)):
        floating = pictures[number % len(pictures)].astype(np.float32)
        expected = by_scipy(floating, matrix, fill_mode, 77.5)
        differences.append(np.abs(warp(floating, matrix, fill_mode, 77.5) - expected))
        assert np.abs(floating - expected).mean() > 5, "a transformation that changes nothing proves nothing"
    assert np.mean(differences) < 1e-3
    assert np.mean(np.less(differences, 0.1)) > 0.999


@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_on_whole_numbers_only_the_rounding_differs(test_data: Path, fill_mode: str) -> None:
    pictures = photographs(test_data)
    differences = []
    for number, matrix in enumerate(random_matrices(60)):
        whole = pictures[number % len(pictures)]
        result = warp(whole, matrix, fill_mode, 77.4)
        assert result.dtype == np.uint8
        expected = by_scipy(whole, matrix, fill_mode, 77.4)
        differences.append(np.abs(result.astype(int) - expected.astype(int)))
    assert not np.greater(differences, 1).any()
    assert np.mean(differences) < 1e-3


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 13])
def test_any_number_of_channels(picture: np.ndarray, channels: int, fill_mode: str) -> None:
    planes = [np.roll(picture[..., number % 3], number, axis=0) for number in range(channels)]
    floating = np.stack(planes, axis=2).astype(np.float32)
    result = warp(floating, SHEARED, fill_mode)
    assert result.shape == floating.shape
    assert np.mean(np.abs(result - by_scipy(floating, SHEARED, fill_mode)) < 0.1) > 0.999


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize(
    "shift", [(3, 0), (0, -5), (-HEIGHT, WIDTH), (HEIGHT - 1, 0), (-3 * (HEIGHT - 1), 0), (7, 999)]
)
def test_shifts_by_whole_pixels_are_exact(picture: np.ndarray, shift: tuple[int, int], fill_mode: str) -> None:
    matrix = affine_matrix(HEIGHT, WIDTH, shift=shift)
    floating = picture.astype(np.float32)
    np.testing.assert_array_equal(warp(floating, matrix, fill_mode, 9), by_scipy(floating, matrix, fill_mode, 9))
    np.testing.assert_array_equal(warp(picture, matrix, fill_mode, 9), by_scipy(picture, matrix, fill_mode, 9))


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("zoom", [1e3, 1e6])
def test_places_far_outside(picture: np.ndarray, zoom: float, fill_mode: str) -> None:
    matrix = affine_matrix(HEIGHT, WIDTH, rotation=30, zoom=(zoom, zoom), shift=(0.4, 0.3))
    floating = picture.astype(np.float32)
    difference = np.abs(warp(floating, matrix, fill_mode) - by_scipy(floating, matrix, fill_mode))
    assert np.mean(difference < 0.1) > 0.995


def test_a_side_that_opencv_does_not_take() -> None:
    line = np.arange(40_000, dtype=np.float32).reshape(1, -1, 1)
    matrix = affine_matrix(1, 40_000, shift=(0, 2.5))
    result = warp(line, matrix)
    np.testing.assert_allclose(result[0, 3:, 0], np.arange(0.5, 39_997), rtol=1e-6)
    np.testing.assert_allclose(result[0, :3, 0], 0)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32, np.uint16, bool])
def test_other_types_keep_theirs(picture: np.ndarray, dtype: Any) -> None:
    values = picture.astype(dtype)
    result = warp(values, SHEARED)
    assert result.dtype == dtype
    expected = by_scipy(picture.astype(bool if dtype is bool else np.float64), SHEARED, "nearest")
    assert np.abs(result.astype(np.float64) - expected).max() <= (0.1 if dtype == np.float64 else 1)


def test_views_in_any_order_of_memory(picture: np.ndarray) -> None:
    expected = warp(picture, SHEARED)
    planes = np.moveaxis(np.ascontiguousarray(np.moveaxis(picture, 2, 0)), 0, 2)
    np.testing.assert_array_equal(warp(planes, SHEARED), expected)
    backwards = np.ascontiguousarray(picture[::-1, ::-1])[::-1, ::-1]
    np.testing.assert_array_equal(warp(backwards, SHEARED), expected)


def test_the_callers_picture_stays(picture: np.ndarray) -> None:
    untouched = picture.copy()
    untouched.flags.writeable = False
    for matrix in (np.eye(3), SHEARED):
        for fill_mode in FILL_MODES:
            warp(untouched, matrix, fill_mode)[:] = 0
    np.testing.assert_array_equal(untouched, picture)


def test_what_is_outside_is_filled_and_nothing_else(picture: np.ndarray) -> None:
    result = warp(picture, affine_matrix(HEIGHT, WIDTH, zoom=(2, 2)), "constant", 300)
    assert (result[: HEIGHT // 4] == 255).all(), "fill values are clipped to what the type holds"
    assert (warp(picture, affine_matrix(HEIGHT, WIDTH, zoom=(2, 2)), "constant", -7.5)[: HEIGHT // 4] == 0).all()
    magnified = affine_matrix(HEIGHT, WIDTH, zoom=(0.5, 0.5))
    everywhere = [warp(picture, magnified, fill_mode, 123) for fill_mode in FILL_MODES]
    for result in everywhere:
        np.testing.assert_array_equal(result, everywhere[0])


def test_threads_do_not_disturb_each_other(test_data: Path) -> None:
    pictures, matrices = photographs(test_data), random_matrices(20)
    expected = [warp(picture, matrix) for picture, matrix in zip(pictures, matrices, strict=True)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for result, right in zip(pool.map(warp, pictures, matrices), expected, strict=True):
                np.testing.assert_array_equal(result, right)


def test_without_opencv(picture: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingDependencyError, match=r'needs OpenCV: pip install "amalthea\[training\]"'):
        warp(picture, SHEARED)
    np.testing.assert_array_equal(warp(picture, np.eye(3)), picture)


@settings(max_examples=150, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 6)),
    dtype=st.sampled_from([np.uint8, np.float16, np.float32, np.float64]),
    rotation=st.floats(-180, 180),
    shear=st.floats(-80, 80),
    zoom=st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)),
    shift=st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)),
    fill_mode=st.sampled_from(FILL_MODES),
    order=st.integers(0, 5),
)
def test_whatever_comes(
    shape: tuple[int, int, int],
    dtype: Any,
    rotation: float,
    shear: float,
    zoom: tuple[float, float],
    shift: tuple[float, float],
    fill_mode: str,
    order: int,
) -> None:
    picture = np.random.default_rng(0).uniform(0, 255, shape).astype(dtype)
    matrix = affine_matrix(*shape[:2], rotation=rotation, shear=shear, zoom=zoom, shift=shift)
    result = warp(picture, matrix, fill_mode, 50, order)
    assert (result.shape, result.dtype) == (picture.shape, picture.dtype)
    assert np.isfinite(result).all()
    if order < 2 and fill_mode != "constant":  # no interpolation leaves the values that there are
        assert picture.min() - 0.5 <= result.min() <= result.max() <= picture.max() + 0.5
