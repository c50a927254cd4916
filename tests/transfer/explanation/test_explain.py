"""What can be explained, by whatever it is given; and what is refused."""

import keras
import numpy as np
import pytest

import amalthea
from amalthea import explain
from amalthea.errors import ArgumentError, MissingFileError, UnknownModelError
from amalthea.images import read_picture
from amalthea.transfer import Explanation, explainable
from tests.transfer.explanation.pictures import classifier, noise, pooled
from tests.transfer.training.rows import trains

ELEPHANT = (slice(0.1, 0.95), slice(0.05, 0.9))  # rows and columns, as fractions


@pytest.fixture
def elephant(test_data):
    return test_data / "images" / "elephant.jpg"


def on(box, peak):
    return all(side.start < place < side.stop for side, place in zip(box, peak, strict=True))


@pytest.mark.parametrize("method", [None, "occlusion"])
def test_a_network_by_its_name(method, elephant, backend):
    found = explain("EfficientNetLite0", elephant, method=method)
    usual = "occlusion" if backend == "openvino" else "grad_cam"
    assert (type(found), found.method) == (Explanation, method or usual)
    assert (found.target, found.map.shape) == ("African_elephant", (224, 224))
    [prediction] = amalthea.predictor("EfficientNetLite0").predict_images([elephant], top=1)
    assert found.probability == pytest.approx(prediction.classes[0].probability, abs=1e-3)
    assert on(ELEPHANT, found.peak)
    if method is None:
        assert explain("EfficientNetLite0", elephant, target="n09256479").target == "coral_reef"


@pytest.mark.single_backend
def test_pictures_of_several_kinds(elephant):
    model = classifier(*pooled())
    found = explain(model, elephant, scaling="tf")
    assert np.ptp(found.picture) > 100
    for picture in (str(elephant), elephant.read_bytes(), read_picture(elephant), found.picture.astype(np.float32)):
        np.testing.assert_array_equal(explain(model, picture, scaling="tf").map, found.map)


@pytest.mark.single_backend
def test_names_of_classes(elephant):
    predictor = amalthea.predictor("EfficientNetLite0")
    with pytest.raises(ArgumentError, match=r"target='elephant': .* no such class\. Did you mean Indian_elephant"):
        explain(predictor, elephant, target="elephant")
    with pytest.raises(ArgumentError, match=r"target='17': .* Its classes are tench, goldfish, .*, …\."):
        explain(predictor, elephant, target="17")
    with pytest.raises(ArgumentError, match=r"several classes .* the WordNet id: n02012849 or n03126707"):
        explain(predictor, elephant, target="crane")


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"method": "cam"}, "method='cam'; allowed are 'grad_cam', 'occlusion' and None"),
        ({"method": "occlusion", "layer": "base_last"}, "layer='base_last' is for Grad-CAM"),
        ({"target": "3"}, r"target='3': small has no such class\. Its classes are 0, 1, 2\."),
        ({"target": 3}, r"target=3: a whole number is the place .* small has 3 classes, from 0 to 2\. .* as text, '3'"),
        ({"target": np.int64(-1)}, "target=-1: a whole number is the place of a class"),
        ({"target": True}, "target=True: small has no such class"),
        ({"target": "b", "classes": ["a", "b", "b"]}, r"several classes of that name\. Give the place: 1 or 2\."),
        ({"classes": ["a", "b"]}, "classes: 2 names, but small has 3 classes"),
        ({"scaling": None}, r"'small' does not say which pixels it expects\. Give scaling="),
    ],
)
@pytest.mark.single_backend
def test_wishes_that_are_refused(wishes, words):
    with pytest.raises(ArgumentError, match=words):
        explain(classifier(*pooled()), noise(), **{"scaling": "tf", **wishes})


@pytest.mark.single_backend
@pytest.mark.parametrize("place", [0, np.int64(2)])
def test_a_class_by_its_place(place):
    """Whatever the classes are called."""
    model, picture = classifier(*pooled()), noise()
    found = explain(model, picture, target=place, scaling="tf", classes=["2", "twice", "twice"])
    expected = explain(model, picture, target=str(place), scaling="tf")
    np.testing.assert_array_equal(found.map, expected.map)
    assert (found.target, found.probability) == (["2", "twice", "twice"][place], expected.probability)


@pytest.mark.single_backend
def test_a_model_that_scales_pictures_itself():
    inner = classifier(*pooled())
    image = keras.Input(inner.input_shape[1:], name="image")
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1, name="scaled")(image)
    model = keras.Model(image, inner(scaled), name="outer")
    found, expected = explain(model, noise()), explain(inner, noise(), scaling="tf")
    np.testing.assert_allclose(found.map, expected.map, rtol=0, atol=1e-4)
    assert found.probability == pytest.approx(expected.probability, abs=1e-5)


@pytest.mark.single_backend
def test_a_model_of_pictures_that_were_scaled_before():
    """The advice, followed."""
    model, picture = classifier(*pooled()), (noise() / 255).astype(np.float32)
    with pytest.raises(ArgumentError, match=r"as it was read, .*explain\(model, picture, scaling=1 / 255, classes="):
        explain(model, picture, scaling=1)
    found = explain(model, 255 * picture, scaling=1 / 255, method="occlusion")
    [expected] = amalthea.predictor(model, fallback="keras")(picture[None])
    assert found.probability == pytest.approx(float(expected.max()), abs=1e-5)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((2, 8, 6, 3), np.uint8), r"given was \(2, 8, 6, 3\) of type uint8\. Of several, give one"),
        (np.zeros((8, 6), np.uint8), r"given was \(8, 6\)"),
        (np.full((8, 6, 3), 0.5, np.float32), r"lie in \[0\.5, 0\.5\]; wanted is RGB in \[0, 255\]"),
        (np.full((8, 6, 3), -1), r"lie in \[-1, -1\]"),
        (np.full((8, 6, 3), np.nan), r"lie in \[nan, nan\]"),
    ],
)
@pytest.mark.single_backend
def test_arrays_that_are_no_pictures(picture, words):
    with pytest.raises(ArgumentError, match=words):
        explain(classifier(*pooled()), picture, scaling="tf")


@pytest.mark.single_backend
def test_models_that_are_refused(tmp_path):
    with pytest.raises(UnknownModelError, match="ResNet50"):
        explain("ResNet55", noise())
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere\.onnx"):
        explain(tmp_path / "nowhere.onnx", noise())
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere\.jpg"):
        explain(classifier(*pooled()), tmp_path / "nowhere.jpg", scaling="tf")
    features = keras.Model((model := classifier(*pooled())).input, model.layers[-3].output, name="features")
    with pytest.raises(ArgumentError, match=r"features returns \(None, 8, 6, 4\); explained are the scores of classes"):
        explain(features, noise(), scaling="tf")
    amalthea.save(model, tmp_path / "scores.onnx")
    with pytest.raises(ArgumentError, match="does not say which classes it knows"):
        explain(tmp_path / "scores.onnx", noise())
    with pytest.raises(ArgumentError, match=r"alpha: only a network .* takes arguments; .*scores\.onnx is whole"):
        explainable(tmp_path / "scores.onnx", alpha=0.25)
    with pytest.raises(ArgumentError, match=r"scaling='tf': .* knows it"):
        explain(amalthea.predictor("EfficientNetLite0"), noise(), scaling="tf")


def test_gradients_where_there_are_none(backend):
    model = classifier(*pooled())
    if backend == "openvino":
        with pytest.raises(ArgumentError, match=r"none on the backend 'openvino'\. Set KERAS_BACKEND to"):
            explain(model, noise(), scaling="tf", method="grad_cam")
        assert explain(model, noise(), scaling="tf").method == "occlusion"
    else:
        assert explain(model, noise(), scaling="tf").method == "grad_cam"


@trains
@pytest.mark.single_backend
def test_a_classifier_that_was_trained(tmp_path):
    pytest.importorskip("sklearn")
    from amalthea import ImageClassifier

    pictures = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), np.uint8)
    trained = ImageClassifier("MobileNet", weights=None, alpha=0.25, features="conv_pw_5_relu", epochs=1)
    with pytest.raises(ArgumentError, match="Call fit before it can explain its answers"):
        trained.explain(pictures[0])
    trained.fit(pictures, ["cat", "dog"] * 4)
    found = trained.explain(pictures[0], target="dog")
    assert (found.target, found.layer, found.map.shape) == ("dog", "conv_pw_5_relu", (64, 64))
    assert found.probability == pytest.approx(float(trained.predict_proba(pictures[:1])[0, 1]), abs=1e-4)
    np.testing.assert_array_equal(explain(trained, pictures[0], target="dog").map, found.map)
    trained.save(tmp_path / "pets.keras")
    again = explain(tmp_path / "pets.keras", pictures[0], target="dog")
    np.testing.assert_allclose(again.map, found.map, rtol=0, atol=1e-5)
    trained.save(tmp_path / "pets.onnx")
    blurred = explain(tmp_path / "pets.onnx", pictures[0], target="dog")
    expected = trained.explain(pictures[0], target="dog", method="occlusion")
    np.testing.assert_allclose(blurred.map, expected.map, rtol=0, atol=0.01)
    with pytest.raises(ArgumentError, match=r"classes=.* ImageClassifier knows it"):
        explain(trained, pictures[0], classes=["a", "b"])
