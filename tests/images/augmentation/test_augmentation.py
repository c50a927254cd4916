"""What may be drawn, and what is refused."""

import json
import pickle
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.images import PREVIEW, TUTORIAL, Augmentation, Transform, generator_of
from amalthea.images.augmentation import FILL_MODES, Matrix, affine_matrix
from tests.images.augmentation.photographs import photographs

pytestmark = pytest.mark.single_backend

EVERYTHING = Augmentation(
    rotation=30, width_shift=0.1, height_shift=0.3, shear=10, zoom=(0.5, 1.5), channel_shift=40, brightness=(0.5, 1.5),
    horizontal_flip=True, vertical_flip=True,
)  # fmt: skip


def draws(augmentation: Augmentation, count: int = 400, height: int = 20, width: int = 50) -> list[Transform]:
    return [augmentation.draw(height, width, generator_of(1, 0, index)) for index in range(count)]


def matrices(augmentation: Augmentation, count: int = 400) -> np.ndarray:
    found: list[Matrix] = [drawn.matrix for drawn in draws(augmentation, count) if drawn.matrix is not None]
    return np.stack(found)


def test_nothing_is_drawn_unless_it_is_given() -> None:
    drawn = draws(Augmentation(), 20)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 50, 3), np.uint8)
    for transform in drawn:
        np.testing.assert_array_equal(transform.apply(pixels), pixels)


def test_shifts_are_fractions_of_their_own_side() -> None:
    down = -matrices(Augmentation(height_shift=0.3))[:, 0, 2]
    assert np.abs(down).max() <= 0.3 * 20
    assert (down.min(), down.max()) == pytest.approx((-6, 6), abs=0.2)
    right = -matrices(Augmentation(width_shift=0.1))[:, 1, 2]
    assert (right.min(), right.max()) == pytest.approx((-5, 5), abs=0.2)
    assert np.abs(matrices(Augmentation(width_shift=0.1))[:, 0, 2]).max() == 0, "rows stay"


def test_angles_are_degrees() -> None:
    turned = matrices(Augmentation(rotation=30))
    angles = np.degrees(np.arctan2(turned[:, 0, 1], turned[:, 0, 0]))
    assert (angles.min(), angles.max()) == pytest.approx((-30, 30), abs=0.5)
    leaning = np.degrees(np.arcsin(-matrices(Augmentation(shear=11.5))[:, 1, 0]))
    assert (leaning.min(), leaning.max()) == pytest.approx((-11.5, 11.5), abs=0.3)


def test_zoom_is_drawn_for_each_side() -> None:
    zoomed = matrices(Augmentation(zoom=(0.5, 1.5)))
    rows, columns = zoomed[:, 0, 0], zoomed[:, 1, 1]
    assert (rows.min(), rows.max()) == pytest.approx((0.5, 1.5), abs=0.02)
    assert (columns.min(), columns.max()) == pytest.approx((0.5, 1.5), abs=0.02)
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.15


def test_flips_come_in_half_of_the_draws() -> None:
    drawn = draws(EVERYTHING)
    assert np.mean([transform.horizontal_flip for transform in drawn]) == pytest.approx(0.5, abs=0.1)
    assert np.mean([transform.vertical_flip for transform in drawn]) == pytest.approx(0.5, abs=0.1)
    assert not any(transform.vertical_flip for transform in draws(TUTORIAL))


def test_colours() -> None:
    drawn = draws(EVERYTHING)
    shifts = [transform.channel_shift for transform in drawn]
    factors = [transform.brightness or 0 for transform in drawn]
    assert (min(shifts), max(shifts)) == pytest.approx((-40, 40), abs=1)
    assert (min(factors), max(factors)) == pytest.approx((0.5, 1.5), abs=0.02)


def test_every_parameter_has_its_own_place_in_the_draw() -> None:
    plain = replace(EVERYTHING, rotation=0, vertical_flip=False, brightness=None, zoom=(1, 1))
    for one, other in zip(draws(EVERYTHING, 20), draws(plain, 20), strict=True):
        assert (one.horizontal_flip, one.channel_shift) == (other.horizontal_flip, other.channel_shift)


def test_the_same_generator_draws_the_same() -> None:
    one, other = (EVERYTHING.draw(20, 50, generator_of(3, 4, 5)) for _ in range(2))
    assert one.matrix is not None and other.matrix is not None
    np.testing.assert_array_equal(one.matrix, other.matrix)
    assert one.brightness == other.brightness
    different = EVERYTHING.draw(20, 50, generator_of(3, 5, 5))
    assert different.brightness != one.brightness


def test_the_tutorials_parameters() -> None:
    assert Augmentation(shear=np.degrees(0.2).round(1), zoom=(0.8, 1.2), horizontal_flip=True) == TUTORIAL
    assert replace(TUTORIAL, rotation=40, width_shift=0.2, height_shift=0.2) == PREVIEW


def test_it_comes_back_from_json_as_it_was() -> None:
    again = Augmentation(**json.loads(json.dumps(asdict(EVERYTHING))))
    assert again == EVERYTHING
    assert hash(again) == hash(EVERYTHING)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rotation": -40}, "rotation=-40; give a number from 0 to 180: degrees to either side"),
        ({"rotation": 181}, "rotation=181; give a number from 0 to 180"),
        ({"rotation": "40"}, "rotation='40'; give a number"),
        ({"rotation": True}, "rotation=True; give a number"),
        ({"zoom": (True, 2)}, r"zoom=\(True, 2\); give two numbers"),
        ({"horizontal_flip": "no"}, "horizontal_flip='no'; give True or False"),
        ({"vertical_flip": 1}, "vertical_flip=1; give True or False"),
        ({"width_shift": 20}, "width_shift=20; give a number from 0 to 1: a fraction of the width, not pixels"),
        ({"height_shift": 1.5}, "height_shift=1.5; give a number from 0 to 1: a fraction of the height, not pixels"),
        ({"shear": 90}, "shear=90; give a number from 0 to 89: degrees"),
        ({"shear": float("nan")}, "shear=nan; give a number"),
        ({"channel_shift": 256}, "channel_shift=256; give a number from 0 to 255: in the unit of the pixels"),
        ({"zoom": 0.2}, r"zoom=0.2; give two numbers from 0.01 on, the lesser first: shares .* as \(0.8, 1.2\)"),
        ({"zoom": (1.2, 0.8)}, r"zoom=\(1.2, 0.8\); give two numbers"),
        ({"zoom": (0, 1)}, r"zoom=\(0, 1\); give two numbers from 0.01 on"),
        ({"zoom": (0.8, 1, 1.2)}, r"zoom=\(0.8, 1, 1.2\); give two numbers"),
        ({"brightness": 0.5}, "brightness=0.5; give two numbers from 0 on, the lesser first: factors"),
        ({"brightness": (-1, 1)}, r"brightness=\(-1, 1\); give two numbers from 0 on"),
        ({"fill_mode": "mirror"}, "fill_mode='mirror' is unknown; choose one of nearest, reflect, wrap, constant"),
        ({"fill_value": 300}, "fill_value=300; give a number from 0 to 255: a value of pixels"),
        ({"fill_value": 9}, "fill_value=9 is used by fill_mode='constant' alone, and fill_mode is 'nearest'"),
    ],
)
def test_wrong_parameters(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Augmentation(**wrong)


def test_numbers_of_numpy_are_numbers() -> None:
    given = Augmentation(
        rotation=np.int64(3), shear=np.float32(0), zoom=np.array([0.5, 2]), horizontal_flip=np.bool_(True)
    )  # fmt: skip
    assert json.loads(json.dumps(asdict(given))) == {
        **asdict(Augmentation(rotation=3, horizontal_flip=True)),
        "zoom": [0.5, 2],
    }


def test_a_shear_in_radians_is_told() -> None:
    with pytest.warns(
        AmaltheaWarning, match=r"shear=0\.2 is at most 0\.2 degrees, .* write shear=11\.5 for the same"
    ) as told:
        Augmentation(shear=0.2)
    assert len(told) == 1
    Augmentation(shear=1)


def test_parameters_have_names() -> None:
    with pytest.raises(TypeError):
        Augmentation(40)  # type: ignore[misc]
    with pytest.raises(TypeError, match=r"Augmentation has no argument 'rotaton'\. Did you mean rotation\?"):
        Augmentation(rotaton=40)  # type: ignore[call-arg]
    with pytest.raises(ArgumentError, match=r"no argument 'mosaic'\. There are rotation, .*, fill_value\."):
        replace(TUTORIAL, mosaic=2)  # type: ignore[call-arg]
    assert pickle.loads(pickle.dumps(PREVIEW)) == PREVIEW


def test_a_photograph_changes_and_stays_one(test_data: Path) -> None:
    pytest.importorskip("cv2", reason="linear warps need OpenCV, which a plain installation does not have")
    picture = photographs(test_data)[0]
    for index in range(10):
        result = PREVIEW.draw(*picture.shape[:2], generator_of(0, 0, index)).apply(picture)
        difference = np.abs(result.astype(int) - picture).mean()
        assert 5 < difference < 110
        assert abs(result.mean() - picture.mean()) < 60


@settings(max_examples=100, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 4)),
    dtype=st.sampled_from([np.uint8, np.float16, np.float32, np.float64]),
    parameters=st.fixed_dictionaries(
        {
            "rotation": st.floats(0, 180),
            "width_shift": st.floats(0, 1),
            "height_shift": st.floats(0, 1),
            "shear": st.just(0.0) | st.floats(1, 89),
            "zoom": st.tuples(st.floats(0.01, 1), st.floats(1, 100)),
            "channel_shift": st.floats(0, 255),
            "brightness": st.none() | st.tuples(st.floats(0, 1), st.floats(1, 9)),
            "horizontal_flip": st.booleans(),
            "vertical_flip": st.booleans(),
            "fill_mode": st.sampled_from(FILL_MODES),
            "fill_value": st.floats(0, 255),
        }
    ),
    seed=st.integers(0, 2**40),
)
def test_whatever_is_drawn_leaves_a_picture(
    shape: tuple[int, int, int], dtype: Any, parameters: dict[str, Any], seed: int
) -> None:
    pytest.importorskip("cv2", reason="linear warps need OpenCV, which a plain installation does not have")
    picture = np.random.default_rng(0).uniform(0, 255, shape).astype(dtype)
    if parameters["fill_mode"] != "constant":
        parameters["fill_value"] = 0
    result = Augmentation(**parameters).draw(*shape[:2], generator_of(seed, 0, 0)).apply(picture)
    assert (result.shape, result.dtype) == (picture.shape, picture.dtype)
    assert np.isfinite(result).all()
    assert 0 <= result.min() <= result.max() <= 255


def test_a_turn_of_the_whole_is_the_matrix_of_its_numbers() -> None:
    [drawn] = draws(Augmentation(rotation=30, zoom=(0.7, 0.7)), 1)
    assert drawn.matrix is not None
    angle = np.degrees(np.arctan2(drawn.matrix[0, 1], drawn.matrix[0, 0]))
    np.testing.assert_allclose(drawn.matrix, affine_matrix(20, 50, rotation=angle, zoom=(0.7, 0.7)), atol=1e-9)
