"""Bad input of every kind: what a classifier refuses, and how it says so."""

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured, write_coloured

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]


def test_unusable_files_are_named_counted_and_left_out(tmp_path):
    folder = write_coloured(tmp_path, 30)
    for name in ("blue/broken.png", "red/cut.png"):
        (folder / name).write_bytes((folder / "red" / "002.png").read_bytes()[:100])
    with pytest.raises(ImageError, match=r"broken.png"):
        classifier().fit(folder)
    named = r"2 of 32 pictures cannot be used and are left out:\n.*broken.png.*\n.*cut.png"
    with pytest.warns(UserWarning, match=named):
        fitted = classifier(on_error="skip").fit(folder)
    with pytest.warns(UserWarning, match="2 of 32 pictures"):
        report = fitted.evaluate(folder)
    assert (report.skipped, sum(report.support)) == (2, 30)
    with pytest.raises(ImageError, match=r"broken.png"):
        fitted.predict(folder)
    for path in folder.glob("red/0*.png"):
        path.write_bytes(b"")
    with (
        pytest.warns(UserWarning, match="12 of 32"),
        pytest.raises(ArgumentError, match="No picture of the class 'red' can be read"),
    ):
        classifier(on_error="skip").fit(folder)
    for path in folder.glob("green/*.png"):
        path.write_bytes(b"")
    with (
        pytest.warns(UserWarning, match="22 of 32"),
        pytest.raises(ArgumentError, match="No picture of the classes 'green', 'red' can be read"),
    ):
        classifier(on_error="skip").fit(folder)
    with pytest.raises(ArgumentError, match="on_error='ignore'; allowed are 'raise' and 'skip'"):
        classifier(on_error="ignore").fit(folder)
    with pytest.raises(MissingFileError, match=r"nowhere\.jpg"):
        fitted.predict(["nowhere.jpg"])


def test_no_usable_picture_to_validate_with(tmp_path, computed):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"no picture")
    broken = [tmp_path / "a.png", tmp_path / "b.png"], ["red", "blue"]
    with (
        pytest.warns(UserWarning, match="2 of 2 pictures"),
        pytest.raises(ArgumentError, match="None of the pictures to validate with can be read"),
    ):
        classifier(on_error="skip").fit(*coloured(12), validation=broken)
    assert computed == [], "it is known before those to learn from are looked at"


@pytest.mark.parametrize("wrong", [{"augment": "always"}, {"on_error": "ignore"}, {"precision": "float8"}])
def test_parameters_are_checked_before_a_network_is_built(wrong, monkeypatch):
    monkeypatch.setattr("amalthea.transfer.classifier.image_classifier.base_of", lambda *_: pytest.fail("built"))
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        classifier(**wrong).fit(*coloured(6))


def test_values_and_sizes_are_checked():
    pictures, names = coloured(12)
    network = get_model("MobileNet", alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
    network.trainable = False
    checked = ImageClassifier(network, epochs=1)
    message = r"lie in \[0, 1\]; MobileNet wants \[0, 255\] RGB"
    with pytest.raises(ArgumentError, match=message):
        checked.fit(pictures / 255, names)
    with pytest.raises(ArgumentError, match=message):
        checked.fit(pictures, names, validation=(pictures / 255, names))
    fitted = checked.fit(pictures.astype(np.float32), names)
    with pytest.raises(ArgumentError, match=r"lie in \[0, 1\]"):
        fitted.predict(pictures / 255)
    with pytest.raises(ArgumentError, match=r"lie in \[0, 1\]"):
        fitted.score(pictures / 255, names)
    with pytest.raises(ArgumentError, match=r"have 16 × 32 pixels; MobileNet takes 32 × 32"):
        fitted.predict(pictures[:, :16])
    as_they_are = ImageClassifier(network, epochs=1, scaling=1).fit(pictures / 127.5 - 1, names)
    np.testing.assert_allclose(
        as_they_are.predict_proba(pictures / 127.5 - 1), fitted.predict_proba(pictures), atol=1e-3
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pooling": "mean"}, "pooling='mean'"),
        ({"hidden": (0,)}, r"hidden=\(0,\)"),
        ({"hidden": 256}, r"hidden=256; allowed: positive widths, such as \(256,\), or none"),
        ({"dropout": 1.5}, "dropout=1.5"),
        ({"loss": "mse"}, "loss='mse'"),
        ({"loss": "binary_crossentropy"}, "binary_crossentropy"),
        ({"optimizer": "adamw"}, "optimizer='adamw'"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"class_weight": "even"}, "class_weight='even'"),
        ({"class_weight": {"red": 1, "green": 1, "blue": "2"}}, "class_weight of 'blue'='2'; allowed: numbers of at l"),
        ({"seed": -1}, "seed=-1"),
        ({"precision": "int4"}, "precision='int4'"),
        ({"image_size": 0}, "image_size=0"),
        ({"image_size": 64}, r"shall have \(64, 64\) pixels, but small takes 32 × 32"),
        ({"scaling": "vgg"}, "scaling='vgg'"),
        ({"interpolation": "cubic"}, "interpolation='cubic'"),
        ({"features": "conv_3"}, "no layer 'conv_3'. Did you mean"),
        ({"features": 3}, "features=3; allowed: the name of a layer, or None for the last one"),
        ({"store": "kept"}, r"store='kept'; allowed: None for the cache folder, or .*FileFeatureStore\(folder\)"),
        ({"model": "VGG61"}, "Did you mean VGG19"),
        ({"model": None}, "model=None is neither a name"),
    ],
)
def test_parameters_that_cannot_be_used(parameters, message):
    unusable = classifier(**parameters)
    with pytest.raises(ArgumentError, match=message):
        unusable.fit(*coloured(6))


def test_a_misspelt_parameter():
    with pytest.raises(TypeError, match=r"^ImageClassifier\.__init__\(\) got an unexpected keyword argument 'epoch'"):
        ImageClassifier(epoch=3)
