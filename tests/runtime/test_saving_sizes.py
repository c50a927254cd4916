"""Sizes of pictures: those of a file, and of the question in one that takes any."""

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError
from amalthea.runtime import export
from amalthea.runtime.open_sizes import shapes_to_try
from amalthea.runtime.runners import TensorSpec
from tests.live_weights import built_alive, set_live_weights
from tests.runtime.agreement import answers_of_keras, numbers
from tests.runtime.test_saving import CLASSES, classifier, described

pytestmark = pytest.mark.single_backend


def test_sizes(tmp_path):
    path = tmp_path / "own.onnx"
    options = {"classes": CLASSES, "scaling": "tf"}

    def saved_size(model, **arguments):
        amalthea.save(model, path, **options, **arguments)
        return amalthea.load(path).preparation.size

    assert saved_size(classifier()) == (40, 36)
    assert saved_size(classifier(), size=[40, 36]) == (40, 36)
    assert saved_size(classifier((None, None, 3)), size=50) == (50, 50)
    assert saved_size(classifier((None, None, 3)), size=np.int64(50)) == (50, 50)
    assert saved_size(classifier((None, None, 3)), size=(50, 40)) == (50, 40)
    assert saved_size(classifier((None, 36, 3)), size=np.array([50, 36])) == (50, 36)
    with pytest.raises(ArgumentError, match=r"size=50, but the model takes pictures of \(40, 36\) pixels"):
        saved_size(classifier(), size=50)
    with pytest.raises(ArgumentError, match=r"takes pictures of any size; give size=\(rows, columns\), in pixels"):
        saved_size(classifier((None, 36, 3)))
    ours = MobileNet(alpha=0.25, weights=None, input_shape=(None, None, 3), classes=5)
    set_live_weights(ours)
    amalthea.save(ours, path, classes=CLASSES)
    assert amalthea.load(path).preparation.size == (224, 224)


@pytest.mark.parametrize("scaling", [None, "tf"])
@pytest.mark.parametrize("size", [0, (5, -1), (50.5, 40), (224, 224, 3), 224.0, (224,), "224", True], ids=repr)
def test_what_is_no_size(scaling, size, tmp_path):
    words = r"; give rows and columns in whole pixels above 0, such as \(224, 224\), or one number for both\."
    with pytest.raises(ArgumentError, match=words) as caught:
        amalthea.save(classifier((None, None, 3)), tmp_path / "own.onnx", scaling=scaling, size=size)
    assert str(caught.value).startswith(f"size={size!r};")
    assert list(tmp_path.iterdir()) == []


def of_many_poolings():
    """A U-Net: it computes pictures whose sides are multiples of 64."""
    given = x = keras.Input((None, None, 3))
    skipped = []
    for _ in range(6):
        x = layers.Conv2D(2, 3, padding="same", activation="relu", data_format="channels_last")(x)
        skipped.append(x)
        x = layers.MaxPooling2D(data_format="channels_last")(x)
    for before in reversed(skipped):
        x = layers.Concatenate()([layers.UpSampling2D(data_format="channels_last")(x), before])
    mask = layers.Conv2D(1, 1, activation="sigmoid", data_format="channels_last")(x)
    return keras.Model(given, mask, name="unet")


def test_a_model_that_computes_some_sizes_only(tmp_path):
    model, path = built_alive(of_many_poolings), tmp_path / "unet.onnx"
    words = (
        r"^Model 'unet' takes any size, but cannot compute \(96, 96, 3\), with .* size=256 in Python, --image-size 256 "
        r"with `amalthea export`\. The network cannot"
    )
    with pytest.raises(ArgumentError, match=words):
        amalthea.save(model, path)
    with pytest.raises(ArgumentError, match=r"cannot compute \(100, 64, 3\), with which it is tried before a file is "):
        amalthea.save(model, path, size=(100, 64))
    assert list(tmp_path.iterdir()) == []
    amalthea.save(model, path, size=(128, 64))
    assert described(path)["self_test"]["shapes"] == [[1, 128, 64, 3]]
    pictures = numbers(2, 64, 192, 3)
    found = amalthea.load(path, verify=True)(pictures)
    np.testing.assert_allclose(found, answers_of_keras(model, [pictures])[0], rtol=0, atol=1e-5)
    assert export(path, tmp_path / "unet.xml").takes.endswith("(N, 128, 64, 3)"), "it is tried with the file's question"


def test_what_no_input_has(tmp_path):
    path = tmp_path / "own.onnx"
    with pytest.raises(ArgumentError, match=r"size=50, but the model takes \(40, 36, 3\)\. Give one that fits, or "):
        amalthea.save(classifier(), path, size=50)
    words = "interpolation='bicubic' is for pictures as they are decoded, and nobody says .* Give scaling=, too, or"
    with pytest.raises(ArgumentError, match=words):
        amalthea.save(classifier((None, None, 3)), path, size=50, interpolation="bicubic")
    assert list(tmp_path.iterdir()) == []
    amalthea.save(classifier(), path, size=(40, 36))


@pytest.mark.parametrize(
    ("inputs", "size", "shapes"),
    [
        ([(None, None, None, 3)], None, [(1, 96, 96, 3)]),
        ([(None, None, None, 3)], (5, 7), [(1, 5, 7, 3)]),
        ([(None, 3, None, None)], (5, 7), [(1, 3, 5, 7)]),
        ([(None, 1, None, None)], (5, 7), [(1, 1, 5, 7)]),
        ([(None, None, 7, 1)], (5, 7), [(1, 5, 7, 1)]),
        ([(None, 16, None, None, 3)], (5, 7), [(1, 16, 5, 7, 3)]),
        ([(None, None, None, None, 1)], 5, [(1, 5, 5, 5, 1)]),
        ([(None, None, 8)], 5, [(1, 5, 8)]),
        ([(None, None)], 5, [(1, 5)]),
        ([(None, None, None, 3), (None, 4)], 5, [(1, 5, 5, 3), (1, 4)]),
    ],
)
def test_what_open_sides_become(inputs, size, shapes):
    specs = [TensorSpec("x", shape) for shape in inputs]
    assert shapes_to_try(specs, size) == shapes


def test_a_size_that_is_that_of_no_input():
    with pytest.raises(ArgumentError, match=r"size=6, but the model takes \(5, 5, 3\) and \(4,\)\. Give one that fits"):
        shapes_to_try([TensorSpec("x", (None, 5, 5, 3)), TensorSpec("y", (None, 4))], 6)
