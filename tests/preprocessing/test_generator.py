"""What ``ImageDataGenerator`` draws and does to single pictures, beside Keras' legacy copy and the last release."""

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.preprocessing.image import ImageDataGenerator
from tests.preprocessing.references import (
    OLD_SCIPY,
    assert_nearly_equal,
    keras_legacy,
    keras_preprocessing,
    photograph,
)

pytestmark = [pytest.mark.single_backend, pytest.mark.filterwarnings(OLD_SCIPY)]

EVERYTHING: dict[str, Any] = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 15,
    "zoom_range": 0.2,
    "channel_shift_range": 30.0,
    "horizontal_flip": True,
    "vertical_flip": True,
}


def transforms(count: int) -> list[dict[str, Any]]:
    """Parameters that Keras' own generator drew."""
    state = np.random.get_state()
    np.random.seed(4)
    generator = keras_legacy.ImageDataGenerator(**EVERYTHING, data_format="channels_last")
    drawn = [generator.get_random_transform((96, 80, 3)) for _ in range(count)]
    np.random.set_state(state)
    return drawn


@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "wrap", "constant"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_apply_transform(test_data: Path, fill_mode: str, data_format: str) -> None:
    pytest.importorskip("cv2", reason="warps need OpenCV")
    arguments: dict[str, Any] = {"fill_mode": fill_mode, "cval": 20.0, "data_format": data_format}
    mine, theirs = ImageDataGenerator(**arguments), keras_legacy.ImageDataGenerator(**arguments)
    for number, wanted in enumerate(transforms(50)):
        picture = photograph(test_data, number=number)
        picture = picture if data_format == "channels_last" else np.moveaxis(picture, 2, 0)
        before = picture.copy()
        assert_nearly_equal(mine.apply_transform(picture, wanted), theirs.apply_transform(picture, wanted))
        np.testing.assert_array_equal(picture, before)


def test_apply_transform_of_the_last_release(test_data: Path) -> None:
    pytest.importorskip("cv2", reason="warps need OpenCV")
    mine = ImageDataGenerator(compat="1.1.2", data_format="channels_last")
    theirs = keras_preprocessing().ImageDataGenerator(data_format="channels_last")
    for number, wanted in enumerate(transforms(8)):
        picture = photograph(test_data, number=number)
        assert_nearly_equal(mine.apply_transform(picture, wanted), theirs.apply_transform(picture, wanted))


def test_brightness_is_stretched_as_in_the_last_release(test_data: Path) -> None:
    picture = photograph(test_data) / 2 + 40
    theirs = keras_preprocessing().ImageDataGenerator(data_format="channels_last")
    for module, compat in ((theirs, "1.1.2"), (keras_legacy.ImageDataGenerator(data_format="channels_last"), None)):
        mine = ImageDataGenerator(data_format="channels_last", compat=compat)
        np.testing.assert_array_equal(
            mine.apply_transform(picture, {"brightness": 1.2}), module.apply_transform(picture, {"brightness": 1.2})
        )


@pytest.mark.parametrize("wanted", [{"flip_horizontal": True}, {"flip_vertical": 1, "flip_horizontal": np.True_}])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_flips_are_bit_equal(test_data: Path, wanted: dict[str, Any], data_format: str) -> None:
    picture = photograph(test_data)
    mine, expected = (
        generator(data_format=data_format).apply_transform(picture, {**wanted, "channel_shift_intensity": 12.3})
        for generator in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    )
    np.testing.assert_array_equal(mine, expected)


def test_nothing_to_do_returns_the_picture_itself() -> None:
    picture = np.zeros((4, 4, 3))
    assert ImageDataGenerator().random_transform(picture) is picture


def drawn(count: int = 300, shape: tuple[int, ...] = (50, 100, 3), **arguments: Any) -> dict[str, list[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AmaltheaWarning)
        generator = ImageDataGenerator(**arguments, data_format="channels_last")
    rows = [generator.get_random_transform(shape, seed) for seed in range(count)]
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_what_is_drawn_fills_its_range() -> None:
    values = drawn(**EVERYTHING, brightness_range=(0.5, 2))
    limits = {"theta": 40, "tx": 10, "ty": 20, "shear": 15, "channel_shift_intensity": 30}
    for name, limit in limits.items():
        assert -limit <= min(values[name]) < -0.97 * limit and 0.97 * limit < max(values[name]) <= limit, name
    for name, low, high in (("zx", 0.8, 1.2), ("zy", 0.8, 1.2), ("brightness", 0.5, 2)):
        assert low <= min(values[name]) < low + 0.02 and high - 0.02 < max(values[name]) <= high, name
    for name in ("flip_horizontal", "flip_vertical"):
        assert 120 < sum(values[name]) < 180
    numbers = np.array([values[name] for name in (*limits, "zx", "zy", "brightness")], float)
    assert np.abs(np.corrcoef(numbers) - np.eye(len(numbers))).max() < 0.25  # each on its own


def test_nothing_wanted_nothing_drawn() -> None:
    assert {name: set(values) for name, values in drawn(3).items()} == {
        "theta": {0},
        "tx": {0},
        "ty": {0},
        "shear": {0},
        "zx": {1},
        "zy": {1},
        "flip_horizontal": {False},
        "flip_vertical": {False},
        "channel_shift_intensity": {None},
        "brightness": {None},
    }


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (3, {0, 1, 2, -1, -2}),
        (np.int64(3), {0, 1, 2, -1, -2}),
        (1, {0}),
        ([5, 7], {5, -5, 7, -7}),
        (np.array([5, 7]), {5, -5, 7, -7}),
        ((0.1, 0.2), {10, -10, 20, -20}),
        ([0.5, 3], {0.5, -0.5, 3, -3}),
    ],
)
def test_shifts_by_chosen_distances(reach: Any, expected: set[float]) -> None:
    assert set(drawn(width_shift_range=reach)["ty"]) == expected
    np.random.seed(0)
    if isinstance(reach, np.ndarray):
        reach = reach.tolist()  # with arrays, Keras fails
    theirs = keras_legacy.ImageDataGenerator(width_shift_range=reach, data_format="channels_last")
    assert {theirs.get_random_transform((50, 100, 3))["ty"] for _ in range(200)} == expected


@pytest.mark.parametrize(("reach", "limit"), [(0.25, 25), (np.float32(0.25), 25), (1.0, 1), (6.5, 6.5)])
def test_shifts_within_a_distance(reach: float, limit: float) -> None:
    shifts = drawn(width_shift_range=reach)["ty"]
    assert -limit <= min(shifts) < -0.97 * limit and 0.97 * limit < max(shifts) <= limit


def test_the_same_seed_draws_the_same_and_numpys_generator_is_left_alone() -> None:
    generator = ImageDataGenerator(**EVERYTHING)
    np.random.seed(3)
    state = np.random.get_state()[1].copy()
    once, again = (generator.get_random_transform((4, 4, 3), seed=7) for _ in range(2))
    assert once == again
    assert generator.get_random_transform((4, 4, 3), seed=8) != once
    assert generator.get_random_transform((4, 4, 3), np.random.default_rng(7)) == once
    assert generator.get_random_transform((4, 4, 3)) != generator.get_random_transform((4, 4, 3))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_a_parameter_does_not_depend_on_which_others_are_wanted() -> None:
    alone, together = drawn(5, rotation_range=40), drawn(5, **EVERYTHING)
    assert alone["theta"] == together["theta"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"zoom_range": (0.5,)}, r"zoom_range=\(0.5,\); allowed are two numbers"),
        ({"zoom_range": ("a", "b")}, r"zoom_range=\('a', 'b'\); allowed is a number such as 0.2, or two"),
        ({"brightness_range": 0.1}, r"brightness_range=0.1; allowed are two numbers"),
        ({"brightness_range": (1, 2, 3)}, r"brightness_range=\(1, 2, 3\)"),
        ({"validation_split": 5}, "validation_split=5; allowed is a fraction strictly between 0 and 1"),
        ({"data_format": "channels_middle"}, "data_format='channels_middle' is unknown"),
        ({"fill_mode": "mirror"}, "fill_mode='mirror' is unknown; choose one of nearest, reflect, wrap, constant"),
        ({"compat": "2.0"}, "compat='2.0' is unknown; choose None"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ImageDataGenerator(**arguments)


def test_arguments_that_do_not_exist() -> None:
    with pytest.raises(
        TypeError, match=r"ImageDataGenerator has no argument 'rotaton_range'\. Did you mean rotation_r"
    ):
        ImageDataGenerator(rotaton_range=40)  # type: ignore[call-arg]
    with pytest.raises(ArgumentError, match=r"has no argument 'mosaic'\. There are featurewise_center, "):
        ImageDataGenerator(mosaic=1)  # type: ignore[call-arg]

    class Own(ImageDataGenerator):
        def __init__(self, own: int, **others: Any) -> None:
            super().__init__(**others)
            self.own = own

    assert (Own(own=5, rescale=2).own, Own(5).rescale) == (5, None)
    assert pickle.loads(pickle.dumps(ImageDataGenerator(rescale=2))).rescale == 2


def test_one_number_or_two_for_zoom() -> None:
    assert ImageDataGenerator(zoom_range=0.2).zoom_range == [0.8, 1.2]
    assert ImageDataGenerator(zoom_range=np.float64(0.5)).zoom_range == [0.5, 1.5]
    assert ImageDataGenerator(zoom_range=(0.9, 1.4)).zoom_range == [0.9, 1.4]


def caught(make: Callable[[], object]) -> list[str]:
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        make()
    assert all(message.filename == __file__ for message in messages)
    return [str(message.message) for message in messages]


def test_a_shear_in_radians_is_told_once() -> None:
    [message] = caught(lambda: ImageDataGenerator(shear_range=0.2))
    assert "shear_range=0.2 is at most 0.2 degrees, which nobody sees" in message
    assert "write shear_range=11.5" in message
    assert caught(lambda: ImageDataGenerator(shear_range=11.5)) == []


def test_exchanged_shifts_are_told_once_where_it_matters() -> None:
    [message] = caught(lambda: ImageDataGenerator(width_shift_range=0.2))
    assert "width_shift_range=0.2 moves rows and height_shift_range=0.0 columns, as in Keras 3" in message
    assert caught(lambda: ImageDataGenerator(width_shift_range=0.2, height_shift_range=0.2)) == []
    assert caught(lambda: ImageDataGenerator(width_shift_range=0.2, compat="1.1.2")) == []
    assert caught(lambda: ImageDataGenerator(width_shift_range=0)) == []


def test_what_needs_the_mean_sets_it_and_says_so() -> None:
    kinds = ("featurewise_std_normalization", "zca_whitening", "samplewise_std_normalization")
    centres = ("featurewise_center", "featurewise_center", "samplewise_center")
    for kind, centre in zip(kinds, centres, strict=True):
        made: list[ImageDataGenerator] = []
        [message] = caught(lambda kind=kind, made=made: made.append(ImageDataGenerator(**{kind: True})))
        assert message == f"{kind}=True needs {centre}=True, which is set."
        assert getattr(made[0], centre)
        assert caught(lambda kind=kind, centre=centre: ImageDataGenerator(**{kind: True, centre: True})) == []
    with pytest.warns(AmaltheaWarning, match="zca_whitening=True takes the place of featurewise_std_normalization"):
        both = ImageDataGenerator(True, zca_whitening=True, featurewise_std_normalization=True)
    assert not both.featurewise_std_normalization
