"""Our own matrices by what they do to a picture, the old ones by what Keras and keras-preprocessing do."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amalthea.errors import ArgumentError
from amalthea.images.augmentation import affine_matrix, exchange_axes, legacy_matrix, warp
from tests.images.augmentation.photographs import by_scipy

pytestmark = pytest.mark.single_backend

SQUARE = np.arange(75, dtype=np.uint8).reshape(5, 5, 3)
OBLONG = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
# theta, tx, ty, shear, zx, zy
PARAMETERS = [
    (30, 0, 0, 0, 1, 1),
    (0, 3.5, 0, 0, 1, 1),
    (0, 0, -2.25, 0, 1, 1),
    (0, 0, 0, 17, 1, 1),
    (0, 0, 0, 0, 0.7, 1.4),
    (-145, 2.5, 4.75, -23, 1.3, 0.6),
]


@pytest.fixture
def deprecated() -> Iterator[None]:
    """Both originals reach into a name space that SciPy has given up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


@pytest.fixture
def smooth() -> np.ndarray:
    """A picture of float64 without edges, on which two matrices that differ by rounding look alike."""
    return np.random.default_rng(3).random((23, 30, 2)).cumsum(axis=0).cumsum(axis=1)


def test_positive_rotations_are_counterclockwise() -> None:
    result = warp(SQUARE, affine_matrix(5, 5, rotation=90), order=0)
    np.testing.assert_array_equal(result, np.rot90(SQUARE))
    result = warp(OBLONG, affine_matrix(4, 6, rotation=180), order=0)
    np.testing.assert_array_equal(result, OBLONG[::-1, ::-1])


def test_positive_shifts_go_down_and_to_the_right() -> None:
    result = warp(OBLONG, affine_matrix(4, 6, shift=(1, 2)), "constant", 255, order=0)
    np.testing.assert_array_equal(result[1:, 2:], OBLONG[:-1, :-2])
    assert (result[0] == 255).all()
    assert (result[:, :2] == 255).all()


def test_a_shift_is_not_turned_with_the_picture() -> None:
    turned = warp(SQUARE, affine_matrix(5, 5, rotation=90), order=0)
    result = warp(SQUARE, affine_matrix(5, 5, rotation=90, shift=(1, 0)), order=0)
    np.testing.assert_array_equal(result[1:], turned[:-1])


def test_zoom_is_the_share_that_is_seen() -> None:
    matrix = affine_matrix(9, 17, zoom=(0.5, 1.25))
    np.testing.assert_allclose(matrix @ (0, 0, 1), (2, -2, 1))
    np.testing.assert_allclose(matrix @ (8, 16, 1), (6, 18, 1))


@given(
    sides=st.tuples(st.integers(1, 500), st.integers(1, 500)),
    angles=st.tuples(st.floats(-180, 180), st.floats(-80, 80)),
    zoom=st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)),
    shift=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_the_middle_of_the_picture_moves_by_the_shift_alone(
    sides: tuple[int, int], angles: tuple[float, float], zoom: tuple[float, float], shift: tuple[float, float]
) -> None:
    matrix = affine_matrix(*sides, rotation=angles[0], shear=angles[1], zoom=zoom, shift=shift)
    middle = np.array([(sides[0] - 1) / 2, (sides[1] - 1) / 2, 1])
    np.testing.assert_allclose(matrix @ (middle + np.array([*shift, 0])), middle, atol=1e-8)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_ours_are_keras_matrices_where_those_are_right(parameters: tuple[float, ...]) -> None:
    """On squares, and without a shift, which Keras turns with the picture."""
    theta, _, _, shear, zx, zy = parameters
    ours = affine_matrix(23, 23, rotation=theta, shear=shear, zoom=(zy, zx))
    np.testing.assert_allclose(ours, legacy_matrix(theta, 0, 0, shear, zx, zy, 23, 23), atol=1e-12)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_old_matrix_as_keras_3_has_it(parameters: Any, smooth: np.ndarray, deprecated: None) -> None:
    from keras.src.legacy.preprocessing.image import apply_affine_transform

    expected = apply_affine_transform(smooth, *parameters, row_axis=0, col_axis=1, channel_axis=2)
    result = by_scipy(smooth, legacy_matrix(*parameters, 23, 30), "nearest")
    np.testing.assert_allclose(result, expected, rtol=1e-9)
    assert np.abs(expected - smooth).max() > 1
    wrong = by_scipy(smooth, legacy_matrix(*parameters, 23, 30, "1.1.2"), "nearest")
    assert np.abs(wrong - expected).max() > 0.1


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_old_matrix_where_columns_come_first(parameters: Any, smooth: np.ndarray, deprecated: None) -> None:
    from keras.src.legacy.preprocessing.image import apply_affine_transform

    expected = apply_affine_transform(smooth, *parameters, row_axis=1, col_axis=0, channel_axis=2)
    matrix = exchange_axes(legacy_matrix(*parameters, height=30, width=23))
    np.testing.assert_allclose(by_scipy(smooth, matrix, "nearest"), expected, rtol=1e-9)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_old_matrix_as_keras_preprocessing_has_it(parameters: Any, smooth: np.ndarray, deprecated: None) -> None:
    originals = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    expected = originals.apply_affine_transform(smooth, *parameters)
    result = by_scipy(smooth, legacy_matrix(*parameters, 23, 30, "1.1.2"), "nearest")
    np.testing.assert_allclose(result, expected, rtol=1e-9)


@pytest.mark.parametrize("compat", ["1.1.1", "", 2])
def test_an_unknown_release(compat: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"compat={compat!r} is unknown; choose None \(as Keras 3\) or '1.1.2'"):
        legacy_matrix(0, 0, 0, 0, 1, 1, 5, 5, compat)
