"""A model says how it was made, and TensorFlow is imported for it only where that is the backend."""

import sys

import keras
import pytest
from keras.src.utils.module_utils import tensorflow

from amalthea import _keras


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody had asked for it yet, and its import failed."""

    def imported() -> None:
        raise RuntimeError("imported TensorFlow")

    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setattr(tensorflow, "_available", None)
    monkeypatch.setattr(tensorflow, "initialize", imported)


@pytest.mark.skipif(keras.config.backend() == "tensorflow", reason="there it is imported by Keras itself")
@pytest.mark.usefixtures("no_tensorflow")
def test_a_configuration_without_tensorflow():
    picture = keras.Input((4, 4, 3))
    model = keras.Model(picture, keras.layers.Dense(2)(keras.layers.Flatten()(picture)))
    with pytest.raises(RuntimeError, match="imported TensorFlow"):  # else the detour is needed no more
        model.get_config()
    config = _keras.configuration(model)
    assert keras.Model.from_config(config).output_shape == (None, 2)
    assert tensorflow._available is None
    with pytest.raises(RuntimeError, match="imported TensorFlow"):
        assert tensorflow.available


def test_the_configuration_of_keras():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="relu")])
    assert _keras.configuration(model) == model.get_config()
