"""Networks as a user names them."""

import keras
import pytest

from amalthea.errors import ArgumentError, UnknownModelError
from amalthea.transfer import ImageClassifier
from amalthea.transfer.selection.contenders import contenders_of
from tests.transfer.classifier.classes import small_network

pytestmark = pytest.mark.single_backend


def test_names_widths_models_dictionaries_and_classifiers():
    network, own = small_network(), ImageClassifier("VGG16", epochs=3)
    models = ["mobilenet:0.25", network, {"model": "ResNet50", "hidden": (256,), "epochs": 5}, own, "EfficientNetLite0"]
    found = contenders_of(models, {"epochs": 9})
    assert list(found) == [
        "MobileNet:0.25",
        "small",
        "ResNet50, epochs=5, hidden=(256,)",
        "VGG16, epochs=3",
        "EfficientNetLite0",
    ]
    small, lite, resnet = found["MobileNet:0.25"], found["EfficientNetLite0"], found[list(found)[2]]
    assert (small.model, small.alpha, small.epochs) == ("mobilenet", 0.25, 9)
    assert (resnet.model, resnet.hidden, resnet.epochs) == ("ResNet50", (256,), 5)
    assert (lite.model, lite.alpha, lite.epochs) == ("EfficientNetLite0", None, 9)
    assert found["small"].model is network
    assert found["VGG16, epochs=3"] is own


def test_the_same_name_twice_gets_a_number():
    found = contenders_of(["VGG16", {"model": "VGG16", "weights": "a.h5"}, {"model": "VGG16", "weights": "b.h5"}], {})
    assert list(found) == ["VGG16", "VGG16 (2)", "VGG16 (3)"]
    assert [each.weights for each in found.values()] == ["imagenet", "a.h5", "b.h5"]


def test_a_width_in_the_name_counts_more_than_the_common_one():
    found = contenders_of(["MobileNet:0.5", "MobileNetV2"], {"alpha": 0.75})
    assert [each.alpha for each in found.values()] == [0.5, 0.75]


@pytest.mark.parametrize(
    ("models", "parameters", "error", "message"),
    [
        ("MobileNet", {}, ArgumentError, "allowed is a list of them"),
        ({"model": "MobileNet"}, {}, ArgumentError, "allowed is a list of them"),
        ([], {}, ArgumentError, "models is empty"),
        (
            ["MobileNet:wide"],
            {},
            ArgumentError,
            "after the colon stands a width of the network, such as MobileNet:0.25",
        ),
        (["MobilNet"], {}, UnknownModelError, "MobileNet"),
        (["MobileNet"], {"epoch": 3}, TypeError, "epoch"),
        ([{"model": "MobileNet", "hiden": (3,)}], {}, TypeError, "hiden"),
    ],
)
def test_what_takes_no_part(models, parameters, error, message):
    with pytest.raises(error, match=message):
        contenders_of(models, parameters)


def test_an_optimizer_of_keras_for_all():
    assert list(contenders_of(["VGG16"], {"optimizer": keras.optimizers.Adam(1e-3)})) == ["VGG16"]
