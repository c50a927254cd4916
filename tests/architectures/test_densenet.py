"""``DenseNet(blocks, …)``, which is any of the published networks or none of them."""

import inspect
import re

import numpy as np
import pytest
from keras.src.applications.densenet import DenseNet as KerasDenseNet

from amalthea import _keras
from amalthea.architectures import variant_of
from amalthea.architectures.densenet import DenseNet
from amalthea.errors import ArgumentError, DownloadError
from tests.live_weights import clearly_different, set_live_weights, two_pictures

pytestmark = pytest.mark.single_backend

SMALL = {"weights": None, "input_shape": (40, 40, 3)}


def test_signature_is_that_of_keras():
    ours, theirs = (inspect.signature(function).parameters for function in (DenseNet, KerasDenseNet))
    assert list(ours) == list(theirs)
    assert all(ours[name].default == theirs[name].default for name in theirs if name != "name")
    for argument in ours:
        assert f"        {argument}: " in DenseNet.__doc__


@pytest.mark.parametrize("blocks", [(2, 1, 3, 1), [1, 1, 1, 1]], ids=str)
@pytest.mark.parametrize("arguments", [{"classes": 7, "classifier_activation": None}, {"include_top": False}], ids=str)
def test_any_depth_is_what_keras_builds(blocks, arguments):
    theirs = KerasDenseNet(blocks, **SMALL, **arguments)
    ours = DenseNet(blocks, **SMALL, **arguments)
    assert ours.name == theirs.name == "densenet"
    assert [layer.name for layer in ours.layers[3:5]] == [layer.name for layer in theirs.layers[3:5]]
    set_live_weights(theirs)
    ours.set_weights(theirs.get_weights())
    pictures = two_pictures((40, 40, 3))
    expected = theirs.predict(pictures, verbose=0)
    assert clearly_different(expected[0], expected[1])
    np.testing.assert_array_equal(ours.predict(pictures, verbose=0), expected)


def test_an_unpublished_depth_is_no_variant():
    """Nobody knows which pixels its weights will expect."""
    assert variant_of(DenseNet((1, 1, 1, 1), **SMALL)) is None


@pytest.mark.parametrize(("blocks", "name"), [((6, 12, 24, 16), "DenseNet121"), ([6, 12, 32, 32], "DenseNet169")])
def test_a_published_depth_is_that_variant(monkeypatch, blocks, name):
    with _keras.no_initial_values():
        model = DenseNet(blocks, include_top=False, **SMALL)
    assert variant_of(model).name == name
    assert model.name == name.lower()
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    with pytest.raises(DownloadError, match=f"{name.lower()}_weights_tf_dim_ordering_tf_kernels.h5"):
        DenseNet(blocks)


def test_own_weights(tmp_path):
    trained = DenseNet((1, 2, 1, 1), classes=3, **SMALL)
    set_live_weights(trained)
    path = tmp_path / "own.weights.h5"
    trained.save_weights(path)
    again = DenseNet((1, 2, 1, 1), classes=3, weights=path, input_shape=(40, 40, 3))
    for found, expected in zip(again.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_names_of_ones_own():
    assert DenseNet((1, 1, 1, 1), name="mine", **SMALL).name == "mine"


WRONG = {
    "three": (lambda: DenseNet((6, 12, 24)), r"DenseNet: blocks=\(6, 12, 24\) are not four positive whole numbers"),
    "zero": (lambda: DenseNet((6, 0, 24, 16)), r"DenseNet: blocks=\(6, 0, 24, 16\) are not four positive whole"),
    "fraction": (lambda: DenseNet((6, 12.5, 24, 16)), r"DenseNet: blocks=\(6, 12.5, 24, 16\) are not four positive"),
    "text": (lambda: DenseNet("6,12"), "DenseNet: blocks='6,12' are not four positive whole numbers"),
    "number": (lambda: DenseNet(121), "DenseNet: blocks=121 are not four positive whole numbers"),
    "imagenet": (
        lambda: DenseNet([2, 2, 2, 2]),
        r"DenseNet: weights='imagenet' exist for blocks \(6, 12, 24, 16\), \(6, 12, 32, 32\), \(6, 12, 48, 32\), "
        r"not for \[2, 2, 2, 2\].*weights=None, or the path",
    ),
    "path": (lambda: DenseNet((1, 1, 1, 1), weights="no.h5"), "DenseNet: weights='no.h5' is no file"),
    "size": (
        lambda: DenseNet((1, 1, 1, 1), weights=None, input_shape=(31, 40, 3)),
        r"DenseNet: pictures of shape \(31, 40, 3\).*at least 32 pixels",
    ),
    "pooling": (lambda: DenseNet((1, 1, 1, 1), weights=None, pooling="mean"), "DenseNet: pooling='mean'; allowed are"),
    "classes": (lambda: DenseNet((6, 12, 24, 16), classes=5), "DenseNet121: classes=5, but the classifier of"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments(case):
    build, message = WRONG[case]
    with pytest.raises(ArgumentError, match=re.compile(message, re.DOTALL)):
        build()


def test_both_data_formats(data_format):
    shape = (40, 40, 3) if data_format == "channels_last" else (3, 40, 40)
    model = DenseNet((1, 1, 1, 1), weights=None, include_top=False, input_shape=shape)
    channels = ((((64 + 32) // 2 + 32) // 2 + 32) // 2) + 32  # a layer adds 32, a transition halves
    maps = (1, 1, channels) if data_format == "channels_last" else (channels, 1, 1)
    assert model.output_shape == (None, *maps)
