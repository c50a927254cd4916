"""What every test of a cut needs."""

import keras
import pytest


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
