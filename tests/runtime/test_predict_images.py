"""Pictures in, names of classes out. Known answers of real photographs: tests/test_answers.py."""

from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.applications import MobileNet
from amalthea.applications.mobilenet import decode_predictions, preprocess_input
from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import read_picture
from amalthea.preprocessing.image import img_to_array, load_img
from tests.live_weights import set_live_weights

PICTURE = Image.radial_gradient("L").convert("RGB")

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def model():
    model = MobileNet(alpha=0.25, weights=None, input_shape=(64, 48, 3))
    set_live_weights(model)
    return model


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """More pictures than are decoded at once, of many sizes."""
    folder, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [folder / f"{number:02}.png" for number in range(37)]
    for path in paths:
        size = generator.integers(20, 90, 2)
        Image.fromarray(generator.integers(0, 256, (*size, 3), np.uint8)).save(path)
    return paths


def expected_classes(model, paths, size):
    pictures = np.stack([img_to_array(load_img(path, target_size=size)) for path in paths])
    return decode_predictions(model.predict(preprocess_input(pictures), verbose=0), top=3)


def assert_same(predictions, expected):
    for prediction, classes in zip(predictions, expected, strict=True):
        assert prediction.error is None
        for found, (identity, name, probability) in zip(prediction.classes, classes, strict=True):
            assert (found.wordnet_id, found.name) == (identity, name)
            assert found.probability == pytest.approx(float(probability), abs=1e-4)


def test_many_pictures_in_their_order(model, files):
    predictions = amalthea.predictor(model).predict_images(files, top=3)
    assert [prediction.path for prediction in predictions] == [str(path) for path in files]
    assert_same(predictions, expected_classes(model, files, (64, 48)))
    assert len({prediction.classes for prediction in predictions}) == len(files)


def test_any_kind_of_path(model, files):
    predictor = amalthea.predictor(model)
    [expected] = predictor.predict_images([files[3]])
    assert len(expected.classes) == 5
    for paths in (files[3], str(files[3]), (str(files[3]),), iter([files[3]])):
        assert predictor.predict_images(paths) == [expected]
    assert predictor.predict_images([]) == []


def test_a_network_for_any_size_sees_pictures_of_its_training_size(files):
    model = MobileNet(alpha=0.25, weights=None, input_shape=(None, None, 3))
    set_live_weights(model)
    predictions = amalthea.predictor(model).predict_images(files[:2], top=3)
    assert_same(predictions, expected_classes(model, files[:2], (224, 224)))


def test_channels_first(model, files):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        other = MobileNet(alpha=0.25, weights=None, input_shape=(3, 64, 48))
    finally:
        keras.config.set_image_data_format(before)
    other.set_weights(model.get_weights())
    predictions = amalthea.predictor(other).predict_images(files[:6], top=3)
    assert_same(predictions, expected_classes(model, files[:6], (64, 48)))


def test_files_that_are_no_pictures(model, files, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    cut_off = tmp_path / "cut_off.png"
    cut_off.write_bytes(files[0].read_bytes()[:-500])
    paths = [tmp_path / "text.jpg", files[0], tmp_path / "missing.jpg", files[1], cut_off]
    predictor = amalthea.predictor(model)
    found = predictor.predict_images(paths, top=3, on_error="return")
    assert [item.path for item in found] == [str(path) for path in paths]
    assert [type(item.error) for item in found] == [ImageError, type(None), MissingFileError, type(None), ImageError]
    assert [len(item.classes) for item in found] == [0, 3, 0, 3, 0]
    assert_same([found[1], found[3]], expected_classes(model, files[:2], (64, 48)))
    for item in (found[0], found[2], found[4]):
        assert Path(item.path).name in str(item.error)

    only_bad = predictor.predict_images(paths[:1], on_error="return")
    assert isinstance(only_bad[0].error, ImageError)
    for bad, kind in ((paths[0], ImageError), (paths[2], MissingFileError)):
        with pytest.raises(kind, match=bad.name):
            predictor.predict_images([files[0], bad])


def test_a_network_of_somebody_else(model, files):
    plain = keras.Model(model.inputs, model.outputs, name="plain")
    with pytest.raises(ArgumentError, match=r"plain does not say which pixels it expects.*call predictor\(arrays\)"):
        amalthea.predictor(plain).predict_images(files)


def test_a_network_that_begins_with_other_layers(files):
    features = keras.Input((12,))
    picture = keras.layers.Reshape((32, 32, 3))(keras.layers.Dense(32 * 32 * 3)(features))
    model = MobileNet(alpha=0.25, weights=None, input_tensor=picture)
    with pytest.raises(ArgumentError, match="does not say which pixels it expects"):
        amalthea.predictor(model).predict_images(files)


@pytest.mark.parametrize(
    ("arguments", "shape"), [({"include_top": False, "pooling": "avg"}, "256"), ({"classes": 10}, "10")], ids=str
)
def test_a_network_without_the_classes_of_imagenet(files, arguments, shape):
    model = MobileNet(alpha=0.25, weights=None, **arguments)
    with pytest.raises(
        ArgumentError, match=rf"returns \({shape},\) for a picture, not the scores of classes whose names"
    ):
        amalthea.predictor(model).predict_images(files)


def test_a_network_that_returns_logits(files):
    model = MobileNet(alpha=0.25, weights=None, classifier_activation=None)
    set_live_weights(model)
    with pytest.raises(ArgumentError, match=r"returns no probabilities\. Build it with classifier_activation="):
        amalthea.predictor(model).predict_images(files[:1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"on_error": "ignore"}, "on_error='ignore'; allowed are 'raise' and 'return'"),
        *(({"top": top}, f"top={top!r} is not how many classes to return") for top in (0, 2.0, "5", None)),
    ],
    ids=str,
)
def test_wrong_arguments(model, files, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(model).predict_images(files, **arguments)


def test_contents_of_files(model, files, tmp_path):
    predictor = amalthea.predictor(model)
    contents = [path.read_bytes() for path in files[:3]]
    expected = predictor.predict_images(files[:3])
    found = predictor.predict_images([contents[0], files[1], contents[2]])
    assert [each.path for each in found] == ["", str(files[1]), ""]
    assert [each.classes for each in found] == [each.classes for each in expected]
    assert predictor.predict_images(contents[0])[0].classes == expected[0].classes
    [probabilities] = predictor.probabilities(contents[0])
    assert float(probabilities.max()) == pytest.approx(expected[0].classes[0].probability)

    [good, bad] = predictor.predict_images([contents[0], contents[1][:-500]], on_error="return")
    assert (good.error, bad.path, bad.classes) == (None, "", ())
    assert str(bad.error).startswith("<bytes> cannot be decoded")
    with pytest.raises(ImageError, match="<bytes> is empty"):
        predictor.predict_images([contents[0], b""])


def test_pictures_that_are_decoded(model, files):
    predictor = amalthea.predictor(model)
    pictures = [read_picture(path) for path in files]
    expected = predictor.predict_images(files, top=3, views=2, threshold=0.5)
    found = predictor.predict_pictures(pictures, top=3, views=2, threshold=0.5)
    assert {each.path for each in found} == {""}
    for each, wanted in zip(found, expected, strict=True):
        assert (each.answer, [found[:2] for found in each.classes]) == (
            wanted.answer,
            [found[:2] for found in wanted.classes],
        )
        np.testing.assert_allclose([one[2] for one in each.classes], [one[2] for one in wanted.classes], atol=1e-6)
    assert predictor.predict_pictures(iter([])) == []


@pytest.mark.parametrize(
    ("picture", "kind", "message"),
    [
        (np.zeros((64, 48, 3)), ImageError, r"given was \(64, 48, 3\) of type float64"),
        (np.zeros((64, 48), np.uint8), ImageError, r"A picture is an array of shape \(height, width, 3\)"),
        ([[1, 2]], ImageError, "A picture is an array of shape"),
    ],
    ids=str,
)
def test_arrays_that_are_no_pictures(model, picture, kind, message):
    with pytest.raises(kind, match=message):
        amalthea.predictor(model).predict_pictures([picture])


def test_what_is_neither_path_nor_content_is_told_where_to_go(model, files):
    content = files[0].read_bytes()
    with files[0].open("rb") as file:
        for given in (file, bytearray(content), memoryview(content), np.zeros((2, 64, 64, 3)), None, 3, PICTURE):
            message = (
                rf"takes the paths of pictures, or what stands in the files as bytes; given was "
                rf"{type(given).__name__}\. Decoded pictures, of Pillow or as arrays, go to "
                r"predictor\.predict_pictures\(\[picture\]\)\."
            )
            for argument in (given, [files[0], given]):
                with pytest.raises(ArgumentError, match=message):
                    amalthea.predictor(model).predict_images(argument)


def test_pictures_of_pillow(model):
    predictor = amalthea.predictor(model)
    assert predictor.predict_pictures([PICTURE]) == predictor.predict_pictures([np.asarray(PICTURE)])
