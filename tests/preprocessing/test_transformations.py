"""Single transformations beside those of Keras' legacy copy and of keras-preprocessing 1.1.2."""

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError, MissingDependencyError
from amalthea.preprocessing import image as ours
from amalthea.preprocessing.image import transformations
from tests.preprocessing.references import (
    OLD_SCIPY,
    assert_nearly_equal,
    keras_legacy,
    keras_preprocessing,
    photograph,
)

pytestmark = [pytest.mark.single_backend, pytest.mark.filterwarnings(OLD_SCIPY)]

needs_opencv = pytest.mark.skipif(transformations.find_spec("cv2") is None, reason="warps need OpenCV")
AXES = [axes for axes in permutations(range(3)) if axes[2] != 1]
FIRST = ("theta", "tx", "ty", "shear", "zx", "zy")
WANTED = [
    (30, 0, 0, 0, 1, 1),
    (0, 5, 0, 0, 1, 1),
    (0, 0, -7.5, 0, 1, 1),
    (0, 0, 0, 20, 1, 1),
    (0, 0, 0, 0, 0.8, 1.3),
    (-25, 4.25, -3, 12, 1.1, 0.9),
]


@needs_opencv
@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("axes", AXES)
def test_affine_transform_with_any_axes(test_data: Path, wanted: tuple[float, ...], axes: tuple[int, ...]) -> None:
    picture = np.moveaxis(photograph(test_data), 2, axes[2])
    before = picture.copy()
    for fill_mode in ("nearest", "constant"):
        arguments = (*wanted, *axes, fill_mode, 40.0)
        assert_nearly_equal(
            ours.apply_affine_transform(picture, *arguments), keras_legacy.apply_affine_transform(picture, *arguments)
        )
    np.testing.assert_array_equal(picture, before)


@needs_opencv
@pytest.mark.parametrize("wanted", WANTED)
def test_affine_transform_of_the_last_release(test_data: Path, wanted: tuple[float, ...]) -> None:
    theirs = keras_preprocessing().apply_affine_transform
    picture = photograph(test_data)
    expected = theirs(picture, *wanted, 0, 1, 2, "reflect")
    assert_nearly_equal(ours.apply_affine_transform(picture, *wanted, 0, 1, 2, "reflect", compat="1.1.2"), expected)
    if wanted[:3] != (0, 0, 0) or wanted[3]:
        assert np.abs(ours.apply_affine_transform(picture, *wanted, 0, 1, 2, "reflect") - expected).mean() > 1


@pytest.mark.parametrize("order", [0, 2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int64"])
def test_affine_transform_of_other_orders_and_types(test_data: Path, order: int, dtype: str) -> None:
    picture = photograph(test_data).astype(dtype)
    arguments = (25, 3, -2, 5, 0.9, 1.1, 0, 1, 2, "nearest", 0, order)
    mine, expected = (
        module.apply_affine_transform(picture, *arguments).astype(float) for module in (ours, keras_legacy)
    )
    assert np.abs(mine - expected).mean() < 0.01


@needs_opencv
def test_whole_shifts_of_integers_are_exact() -> None:
    picture = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    for shifts in ({"tx": 1}, {"tx": -2}, {"ty": 1}, {"ty": -1, "tx": 1}):
        for fill_mode in ("nearest", "constant", "reflect"):
            mine = ours.apply_affine_transform(picture, **shifts, fill_mode=fill_mode, cval=9)
            assert mine.dtype == picture.dtype
            np.testing.assert_array_equal(
                mine, keras_legacy.apply_affine_transform(picture, **shifts, fill_mode=fill_mode, cval=9)
            )


def test_nothing_to_do_is_nothing_done() -> None:
    picture = np.zeros((3, 5, 5))
    assert ours.apply_affine_transform(picture) is picture


@pytest.mark.parametrize(
    ("shape", "axes", "message"),
    [
        ((3, 5), (1, 2, 0), r"A single picture has 3 axes; given was \(3, 5\)"),
        ((3, 5, 5), (1, 1, 0), r"row_axis, col_axis, channel_axis = \(1, 1, 0\); they are 0, 1 and 2, each once"),
        ((3, 5, 5), (0, 2, 1), r"= \(0, 2, 1\); .* the channels first or last"),
        ((3, 5, 5), (-1, 1, 0), r"= \(-1, 1, 0\)"),
    ],
)
def test_wrong_axes(shape: tuple[int, ...], axes: tuple[int, ...], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ours.apply_affine_transform(np.zeros(shape), 30, 0, 0, 0, 1, 1, *axes)
    with pytest.raises(ValueError):
        keras_legacy.apply_affine_transform(np.zeros(shape), 30, 0, 0, 0, 1, 1, *axes)


def test_unknown_choices() -> None:
    with pytest.raises(ArgumentError, match="fill_mode='mirror' is unknown; choose one of nearest, reflect"):
        ours.apply_affine_transform(np.zeros((3, 5, 5)), 30, fill_mode="mirror")
    with pytest.raises(ArgumentError, match=r"compat='1.0' is unknown"):
        ours.apply_affine_transform(np.zeros((3, 5, 5)), 30, compat="1.0")


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("intensity", [30.0, -17.5, 0.0])
def test_channel_shift_is_bit_equal(test_data: Path, dtype: str, intensity: float) -> None:
    for axis in (0, 2):
        picture = np.moveaxis(photograph(test_data), 2, axis).astype(dtype)
        mine, expected = (m.apply_channel_shift(picture, intensity, axis) for m in (ours, keras_legacy))
        assert mine.dtype == expected.dtype
        np.testing.assert_array_equal(mine, expected)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("factor", [0.3, 1, 1.7])
def test_brightness_is_bit_equal(test_data: Path, data_format: str, scale: bool, factor: float) -> None:
    picture = np.moveaxis(photograph(test_data), 2, 0) if data_format == "channels_first" else photograph(test_data)
    for pixels in (picture, picture * 3 - 50, (picture / 255).astype(np.float64), picture.astype(np.uint8)):
        mine, expected = (m.apply_brightness_shift(pixels, factor, scale) for m in (ours, keras_legacy))
        assert mine.dtype == expected.dtype
        np.testing.assert_array_equal(mine, expected)


def test_brightness_of_what_is_no_picture() -> None:
    with pytest.raises(ImageError, match="A picture is an array of 3 axes with 1, 3 or 4 channels"):
        ours.apply_brightness_shift(np.zeros((5, 5)), 1.5)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flip_axis_is_bit_equal(axis: int) -> None:
    picture = np.random.default_rng(0).random((4, 5, 3))
    np.testing.assert_array_equal(ours.flip_axis(picture, axis), keras_legacy.flip_axis(picture, axis))


def test_matrices_about_the_centre_are_bit_equal() -> None:
    matrix = np.random.default_rng(0).random((3, 3))
    for sides in ((5, 7), (6, 4)):
        np.testing.assert_array_equal(
            ours.transform_matrix_offset_center(matrix, *sides),
            keras_legacy.transform_matrix_offset_center(matrix, *sides),
        )
        np.testing.assert_array_equal(
            ours.transform_matrix_offset_center(matrix, *sides, compat="1.1.2"),
            keras_preprocessing().transform_matrix_offset_center(matrix, *sides),
        )


RANDOM: list[tuple[str, tuple[Any, ...]]] = [
    ("random_rotation", (40,)),
    ("random_shift", (0.2, 0.3)),
    ("random_shear", (20,)),
    ("random_zoom", ((0.5, 0.8),)),
    ("random_channel_shift", (30,)),
    ("random_brightness", ((0.2, 0.6),)),
]


@needs_opencv
@pytest.mark.parametrize(("name", "arguments"), RANDOM)
def test_random_functions_differ_each_time_and_leave_numpys_generator_alone(
    test_data: Path, name: str, arguments: tuple[Any, ...]
) -> None:
    picture = photograph(test_data)
    axes = () if name in ("random_channel_shift", "random_brightness") else (0, 1, 2)
    np.random.seed(3)
    state = np.random.get_state()[1].copy()
    once, again = (getattr(ours, name)(picture, *arguments, *axes) for _ in range(2))
    assert once.shape == picture.shape
    assert np.abs(once - again).mean() > 0.01
    assert np.abs(once - picture).mean() > 0.01
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_random_shift_stays_within_its_fractions() -> None:
    picture = np.zeros((1, 20, 40))
    picture[0, 10, 20] = 1
    for _ in range(20):  # as in Keras 3, the fraction of the height moves columns, and the other one rows
        _, row, column = np.unravel_index(
            ours.random_shift(picture, 0.1, 0.3, interpolation_order=0).argmax(), (1, 20, 40)
        )
        assert abs(row - 10) <= 4 and abs(column - 20) <= 6


def test_random_ranges_are_two_numbers() -> None:
    for value in ([0], 3, "ab", (1, 2, 3)):
        with pytest.raises(ArgumentError, match=r"zoom_range=.*; allowed are two numbers"):
            ours.random_zoom(np.zeros((3, 5, 5)), value)
        with pytest.raises(ArgumentError, match=r"brightness_range=.*; allowed are two numbers"):
            ours.random_brightness(np.zeros((5, 5, 3)), value)


def test_packages_that_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformations, "scipy", None)
    with pytest.raises(MissingDependencyError, match="pip install scipy"):
        ours.apply_affine_transform(np.zeros((3, 5, 5)), 30)
    monkeypatch.setattr(transformations, "ImageEnhance", None)
    with pytest.raises(MissingDependencyError, match="pip install pillow"):
        ours.apply_brightness_shift(np.zeros((5, 5, 3)), 1.5)
