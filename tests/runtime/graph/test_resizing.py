"""Layers that change the height and width of pictures."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different
from tests.runtime.agreement import answers_of_graph, assert_agreement, numbers
from tests.runtime.graph.layer_models import FORMATS, convolved, model_of, model_of_each, picture_shape

pytestmark = pytest.mark.single_backend

LAST = {"data_format": "channels_last"}
SMOOTH = ["bilinear", "bicubic"]
if keras.config.backend() in ("tensorflow", "jax"):
    SMOOTH += ["lanczos3"]  # Keras 3.15.1 has it on no other


def assert_resized(candidates, shape, given=None, before=()):
    """Layers in Keras and as a graph; ``given`` is the shape of the pictures where the model leaves it open."""
    return assert_agreement(model_of_each(candidates, shape, before), numbers(2, *(given or shape)))


@pytest.mark.parametrize("data_format", FORMATS)
def test_up_sampling(data_format):
    choices = itertools.product([(2, 2), (1, 3), (3, 2)], ["nearest", *SMOOTH])
    candidates = [layers.UpSampling2D(size, data_format, interpolation=name) for size, name in choices]
    assert_resized(candidates, picture_shape(data_format, (4, 5), 3))


def test_up_sampling_of_open_sizes():
    candidates = [layers.UpSampling2D(2, interpolation=name, **LAST) for name in ("nearest", "bilinear")]
    assert_resized(candidates, (None, None, 3), (4, 5, 3), before=[convolved(3)])


@pytest.mark.parametrize("data_format", FORMATS)
def test_up_sampling_of_other_ranks(data_format):
    assert_resized([layers.UpSampling1D(3)], (4, 5))
    assert_resized([layers.UpSampling3D((1, 2, 3), data_format)], picture_shape(data_format, (2, 3, 4), 3))


@pytest.mark.parametrize("data_format", FORMATS)
# With Keras 3.15.1 on OpenVINO, how antialiased pictures look depends on what else is compiled with the layer.
@pytest.mark.parametrize("antialias", [False, True] if keras.config.backend() != "openvino" else [False])
def test_resizing(antialias, data_format):
    choices = itertools.product([(8, 9), (3, 4), (13, 4), (7, 10)], ["nearest", *SMOOTH])
    settings = {"antialias": antialias, "data_format": data_format}
    candidates = [layers.Resizing(*target, interpolation=name, **settings) for target, name in choices]
    assert_resized(candidates, picture_shape(data_format, (7, 10), 3))


def test_nearest_pixels_are_exactly_those_of_keras():
    candidates = [layers.Resizing(side, 2 * side + 1, interpolation="nearest", **LAST) for side in range(1, 60, 3)]
    model = model_of_each(candidates, (23, 31, 1))
    given = numbers(2, 23, 31, 1)
    answers, _ = assert_agreement(model, given)
    assert all(set(answer.flat) <= set(given.flat) for answer in answers)


@pytest.mark.parametrize("given", [(4, 9, 3), (30, 20, 3)], ids=str)
def test_bilinear_resizing_of_open_sizes(given):
    (expected,), _ = assert_resized([layers.Resizing(8, 12, **LAST)], (None, None, 3), given)
    assert expected.shape == (2, 8, 12, 3)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("sides", [(20, 9), (9, 20), (10, 11), (5, 6)], ids=str)
def test_resizing_that_keeps_the_aspect_ratio(sides, data_format):
    ways = [{}, {"crop_to_aspect_ratio": True}]
    if keras.config.backend() != "openvino":  # where Keras 3.15.1 pads to another size
        ways += [{"pad_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 0.5}]
    candidates = [
        layers.Resizing(8, 12, name, data_format=data_format, **way) for name in ("bilinear", "nearest") for way in ways
    ]
    answers, _ = assert_resized(candidates, picture_shape(data_format, sides, 2))
    if sides != (5, 6):  # which has nearly the aspect ratio
        assert all(clearly_different(answers[0], answer) for answer in answers[1 : len(ways)])


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("sides", [(8, 9), (13, 12), (9, 30), (5, 7), (7, 20)], ids=str)
def test_center_crop(sides, data_format):
    layer = layers.CenterCrop(8, 9, data_format=data_format)
    (expected,), _ = assert_resized([layer], picture_shape(data_format, sides, 3))
    assert expected.shape[1:] == picture_shape(data_format, (8, 9), 3)


@pytest.mark.parametrize("data_format", FORMATS)
def test_random_crop_crops_in_training_alone(data_format):
    shape = picture_shape(data_format, (8, 9), 3)
    (expected,), _ = assert_resized([layers.RandomCrop(8, 9, data_format=data_format)], shape)
    np.testing.assert_array_equal(expected, numbers(2, *shape))
    # What it says of others is not what it does.
    larger = keras.Sequential([keras.Input((12, 9, 3)), layers.RandomCrop(8, 9, name="own", **LAST)])
    assert (larger.output_shape, larger.predict(numbers(1, 12, 9, 3), verbose=0).shape) == (
        (None, 8, 9, 3),
        (1, 12, 9, 3),
    )
    with pytest.raises(UnsupportedLayerError, match=r"'own' of type RandomCrop .*\(12, 9\) pixels pass as they are"):
        to_onnx(larger)


@pytest.mark.parametrize("interpolation", ["nearest", *SMOOTH])
def test_whole_numbers(interpolation):
    """``predict`` rounds them, and what bicubic interpolation puts beyond 255 is 255; on TensorFlow it does neither."""
    if (keras.config.backend(), interpolation) == ("openvino", "bicubic"):
        pytest.skip("Keras 3.15.1 moves bicubic results by 1 there")
    given = keras.Input((9, 7, 3), dtype="uint8")
    ways = {}, {"pad_to_aspect_ratio": True, "fill_value": 9}
    resized = [layers.Resizing(14, 5, interpolation=interpolation, **way, **LAST)(given) for way in ways]
    pictures = (np.random.default_rng(0).random((2, 9, 7, 3)) * 256).astype(np.uint8)
    pictures[:, 2:6, 2:5] = 255
    model = keras.Model(given, [layers.Rescaling(1.0)(x) for x in resized])
    expected = model.predict(pictures, verbose=0)
    rounds = keras.config.backend() != "tensorflow"
    for answers in answers_of_graph(to_onnx(model), [pictures]).values():
        for found, wanted in zip(answers, expected, strict=True):
            assert (set(found.flat) <= set(range(256))) == (rounds or interpolation == "nearest")
            # Halves are rounded to either side, as the last bit happens to be.
            assert np.abs(found - wanted).max() <= (1 if rounds else 1e-3)
            assert (np.abs(found - wanted) > 1e-3).mean() < 0.01


@pytest.mark.parametrize(
    ("make", "purpose"),
    [
        (lambda: layers.Resizing(8, 8, interpolation="nearest", name="own"), "for interpolation='nearest'"),
        (lambda: layers.Resizing(8, 8, interpolation="bicubic", name="own"), "for interpolation='bicubic'"),
        (lambda: layers.Resizing(8, 8, crop_to_aspect_ratio=True, name="own"), "for an aspect ratio"),
        (lambda: layers.CenterCrop(8, 8, name="own"), "for its middle"),
    ],
    ids=["nearest", "bicubic", "ratio", "middle"],
)
def test_what_needs_a_known_size(make, purpose):
    model = keras.Sequential([keras.Input((None, 9, 3)), make()])
    known = rf"height and width of its input must be known {purpose}; its shape is \(None, None, 9"
    with pytest.raises(UnsupportedLayerError, match=rf"'own' of type \w+ .*{known}"):
        to_onnx(model)


def test_the_matrices_are_no_large_part_of_the_graph():
    graph = to_onnx(model_of(layers.Resizing(30, 20, interpolation="bicubic", **LAST), shape=(12, 10, 3)))
    assert sum(np.prod(weight.dims) for weight in graph.graph.initializer) == 30 * 12 + 20 * 10
