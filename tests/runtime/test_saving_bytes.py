"""Models with an input of bytes, which scale pictures themselves."""

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.images import read_picture, resize
from tests.runtime.agreement import answers_of_keras
from tests.runtime.test_saving import CLASSES, classifier


@pytest.fixture
def photographs(test_data):
    return sorted((test_data / "images").glob("*.jpg"))[:5]


@pytest.mark.parametrize("scaling", [None, 1])
@pytest.mark.parametrize("sides", [(40, 36), (None, None)])
def test_a_model_that_scales_pictures_itself_takes_them_as_they_are(tmp_path, photographs, scaling, sides):
    inputs = keras.Input((*sides, 3), dtype="uint8")
    model = keras.Model(inputs, classifier((*sides, 3))(layers.Rescaling(1 / 255)(inputs)), name="bytes")
    path = tmp_path / "bytes.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling=scaling, size=(40, 36))
    pixels = np.stack([resize(read_picture(file), (40, 36), "nearest") for file in photographs])
    [expected] = answers_of_keras(model, [pixels])
    predictor = amalthea.load(path, verify=True)
    np.testing.assert_allclose(predictor(pixels), expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(list(predictor.probabilities(photographs)), expected, rtol=0, atol=1e-5)
    words = r"'bytes' takes .*uint8.* scales them itself: give no scaling"
    with pytest.warns(AmaltheaWarning, match="scales pictures in its first"), pytest.raises(ArgumentError, match=words):
        amalthea.save(model, path, classes=CLASSES, scaling="tf", size=(40, 36))
