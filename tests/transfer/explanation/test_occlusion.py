"""What is lost where a part of a picture is blurred, for networks of which it is known where they look."""

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea import _keras, explain
from amalthea.errors import ArgumentError
from amalthea.images import Picture

SIDE = 48
SEEN, UNSEEN = (slice(6, 18), slice(24, 36)), (slice(30, 42), slice(6, 18))


def two_squares() -> Picture:
    """Equally bright, on grey."""
    picture = np.full((SIDE, SIDE, 3), 60, np.uint8)
    picture[SEEN] = picture[UNSEEN] = 230
    return picture


def looking_at_one(activation: str = "softmax", gain: float = 0.01, data_format: str = "channels_last") -> keras.Model:
    """The brighter the first square, the more probable is its last class; no other pixel matters."""
    units = 1 if activation == "sigmoid" else 2
    mask = np.zeros((SIDE, SIDE, 3), np.float32)
    mask[SEEN] = 1
    if data_format == "channels_first":
        mask = mask.transpose(2, 0, 1)
    image = keras.Input(mask.shape, name="image")
    scores = layers.Dense(units, activation=activation, name="scores")
    flat = layers.Flatten(data_format="channels_last", name="flat")  # as they lie
    model = keras.Model(image, scores(flat(image)), name="looking")
    kernel = np.zeros((mask.size, units), np.float32)
    kernel[:, -1] = gain * mask.ravel()
    scores.set_weights([kernel, np.full(units, -1, np.float32)])
    _keras.pin_openvino_precision()
    return model


def assert_on_the_first_square(found):
    assert found.map.max() == 1
    row, column = (int(side * SIDE) for side in found.peak)
    assert SEEN[0].start <= row < SEEN[0].stop and SEEN[1].start <= column < SEEN[1].stop
    assert found.map[UNSEEN].max() < 0.02
    assert found.map[SEEN].mean() > 0.4


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_only_what_the_network_looks_at_counts(data_format):
    model = looking_at_one(data_format=data_format)
    found = explain(model, two_squares(), method="occlusion", target="1", scaling=1 / 255)
    assert_on_the_first_square(found)
    assert (found.method, found.layer, found.map.dtype) == ("occlusion", None, np.float32)
    pixels = two_squares()[None].astype(np.float32) / 255
    expected = model.predict(pixels.transpose(0, 3, 1, 2) if data_format == "channels_first" else pixels, verbose=0)
    assert found.probability == pytest.approx(float(expected[0, 1]), abs=1e-5)


def test_what_speaks_against_a_class_is_left_out():
    """Hiding the square makes the first class more probable: nothing speaks for it."""
    model = looking_at_one()
    assert not explain(model, two_squares(), method="occlusion", target="0", scaling=1 / 255).map.any()


@pytest.mark.single_backend
def test_one_sigmoid_tells_of_two_classes():
    model = looking_at_one("sigmoid")
    arguments = {"method": "occlusion", "scaling": 1 / 255, "classes": ["dark", "bright"]}
    assert_on_the_first_square(explain(model, two_squares(), target="bright", **arguments))
    assert not explain(model, two_squares(), target="dark", **arguments).map.any()


@pytest.mark.single_backend
def test_a_probability_of_one_still_has_a_reason():
    model = looking_at_one(gain=0.05)
    found = explain(model, two_squares(), method="occlusion", scaling=1 / 255)
    assert found.probability == 1
    assert_on_the_first_square(found)


@pytest.mark.single_backend
def test_a_file_without_keras(tmp_path):
    """Whose graph takes pictures as they are decoded, and scales them itself."""
    model, file = looking_at_one(), tmp_path / "looking.onnx"
    amalthea.save(model, file, classes=["dark", "bright"], scaling=1 / 255)
    found = explain(file, two_squares(), target="bright")
    assert_on_the_first_square(found)
    expected = explain(model, two_squares(), method="occlusion", target="1", scaling=1 / 255)
    np.testing.assert_allclose(found.map, expected.map, rtol=0, atol=1e-3)
    predictor = amalthea.load(file)
    again = explain(predictor, two_squares(), target="bright")
    np.testing.assert_array_equal(again.map, found.map)
    with pytest.raises(ArgumentError, match=r"method='grad_cam' needs gradients, which .* without Keras does not have"):
        explain(predictor, two_squares(), method="grad_cam")


@pytest.mark.single_backend
def test_a_picture_with_nothing_to_hide():
    """Blurring changes nothing of it."""
    found = explain(looking_at_one(), np.full((SIDE, SIDE, 3), 99, np.uint8), method="occlusion", scaling=1 / 255)
    assert not found.map.any()


@pytest.mark.single_backend
def test_scores_that_are_no_probabilities():
    with pytest.raises(ArgumentError, match="looking returns no probabilities of 2 classes"):
        explain(looking_at_one("linear"), two_squares(), method="occlusion", scaling=1 / 255)
