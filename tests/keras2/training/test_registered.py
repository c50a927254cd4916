"""Functions of a script by the names that it put into ``get_custom_objects``."""

import keras
import numpy as np
import pytest

from amalthea.errors import ModelFileError
from amalthea.keras2 import activations, losses
from amalthea.keras2 import backend as K
from amalthea.keras2._spelling.registered import set_in_modules
from amalthea.keras2.layers import LSTM, Activation, Dense
from amalthea.keras2.models import Sequential, load_model
from amalthea.keras2.utils import custom_object_scope
from amalthea.keras2.utils.generic_utils import get_custom_objects


def twice(x):
    return 2 * x


def far(y_true, y_pred):
    return K.mean(K.abs(y_true - y_pred)) + 5


@pytest.fixture
def names():
    """Cleared again afterwards, for they are of the whole process."""
    found = get_custom_objects()
    before = dict(found)
    yield found
    found.clear()
    found.update(before)


def test_activations_losses_and_metrics(names, backend, tmp_path):
    names.update({"twice": Activation(twice), "far": far})
    names["swish"] = twice  # before that of Keras, as then
    model = Sequential([Dense(2, activation="twice", input_shape=(3,), kernel_initializer="ones"), Activation("swish")])
    assert model.predict(np.ones((1, 3)), verbose=0).tolist() == [[12, 12]]
    assert LSTM(2, activation="twice").activation is twice
    model.save(tmp_path / "own.h5")
    again = load_model(tmp_path / "own.h5")
    assert again.predict(np.ones((1, 3)), verbose=0).tolist() == [[12, 12]]
    if backend != "openvino":
        model.compile("sgd", loss="far", metrics=["far"])
        assert model.test_on_batch(np.ones((1, 3)), np.ones((1, 2))) == pytest.approx([16, 16])


def test_within_a_scope():
    with custom_object_scope({"twice": twice}):
        layer = Dense(1, activation="twice", kernel_initializer="ones")
    assert keras.ops.convert_to_numpy(layer(np.ones((1, 1)))).tolist() == [[2]]
    with pytest.raises(ValueError, match="twice"):
        Dense(1, activation="twice")


def test_names_that_were_put_into_modules(monkeypatch, tmp_path, backend):
    """As ``keras.losses.far = far``, after which Keras 1 and 2 opened a model with this loss."""
    model = Sequential([Dense(2, activation=twice, input_shape=(3,), kernel_initializer="ones")])
    if backend != "openvino":
        model.compile("sgd", loss=far, metrics=[far])
    model.save(tmp_path / "own.h5")
    with pytest.raises(ModelFileError, match="twice"):
        load_model(tmp_path / "own.h5")
    monkeypatch.setattr(activations, "twice", twice, raising=False)
    monkeypatch.setattr(losses, "far", far, raising=False)
    again = load_model(tmp_path / "own.h5")
    assert again.predict(np.ones((1, 3)), verbose=0).tolist() == [[6, 6]]
    assert Dense(1, activation="twice").activation is twice
    if backend != "openvino":
        assert again.loss is far
        again.compile("sgd", loss="far", metrics=["far"])
        assert again.test_on_batch(np.ones((1, 3)), np.ones((1, 2))) == pytest.approx([10, 10])
    assert set_in_modules() == {"twice": twice, "far": far}
