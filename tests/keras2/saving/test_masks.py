"""Masks of words that are not there, in files of Keras 2, which have no operations between layers."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2 import backend as K
from amalthea.keras2.layers import LSTM, Dense, Dropout, Embedding, Masking
from amalthea.keras2.models import Input, Model, load_model

pytestmark = pytest.mark.single_backend

WORDS = np.array([[1, 2, 3, 0, 0], [4, 2, 0, 0, 0]])


def test_the_layers_that_mask_say_it_all(tmp_path):
    words = Input((5,))
    found = Dropout(0.5)(Embedding(9, 4, mask_zero=True)(words))
    found = LSTM(3)(Masking(0.5)(LSTM(3, return_sequences=True)(found)))
    model = Model(words, Dense(2)(found))
    assert any(each["class_name"] == "NotEqual" for each in model.get_config()["layers"])
    model.save(tmp_path / "words.h5")
    expected = model.predict(WORDS, verbose=0)
    for load in (load_model, keras.saving.load_model):
        again = load(tmp_path / "words.h5", compile=False)
        np.testing.assert_allclose(again.predict(WORDS, verbose=0), expected, atol=1e-6)
        again.set_weights([np.ones_like(weight) for weight in again.get_weights()])  # without masks all are alike
        assert np.ptp(again.predict(WORDS, verbose=0)[:, 0]) > 1e-4


def test_another_mask_is_none_of_theirs(tmp_path):
    words = Input((5,))
    found = LSTM(3)(Embedding(9, 4)(words), mask=K.not_equal(words, 0))
    with pytest.raises(ArgumentError, match=r"words.h5: the operation 'not_equal\w*' is no layer, and the format"):
        Model(words, found).save(tmp_path / "words.h5")
    found = Embedding(9, 4, mask_zero=True)(words)
    model = Model(words, [LSTM(3)(found), K.cast(found._keras_mask, "float32")])
    with pytest.raises(ArgumentError, match="is no layer"):
        model.save(tmp_path / "words.h5")
