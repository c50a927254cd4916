"""A model inside a Sequential, as in the book: the file opens in plain Keras."""

import keras
import numpy as np
import pytest

from amalthea.keras2.layers import Dense, Flatten, Input, MaxPooling2D
from amalthea.keras2.models import Model, Sequential


@pytest.mark.single_backend
def test_a_base_inside_a_sequential_opens_in_keras(tmp_path):
    picture = Input((4, 4, 3))
    base = Model(picture, MaxPooling2D()(picture))
    model = Sequential([base, Flatten(), Dense(2)])
    model.save(tmp_path / "whole.h5")
    x = np.random.default_rng(0).random((2, 4, 4, 3), np.float32)
    plain = keras.saving.load_model(tmp_path / "whole.h5", compile=False)
    np.testing.assert_allclose(plain.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
