"""Each layer, in the spelling of then, returns what the layer of Keras 2 returns with the same weights."""

import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from amalthea.keras2 import layers
from tests.keras2.layers.cases import CASES, computed

pytestmark = [
    pytest.mark.skipif(not find_spec("tf_keras"), reason="tf_keras, which is Keras 2, is not installed"),
    pytest.mark.single_backend,
]


@pytest.fixture(scope="module")
def then(tmp_path_factory):
    file = tmp_path_factory.mktemp("reference") / "outputs.npz"
    program = [sys.executable, "-m", "tests.keras2.layers.reference", str(file)]
    result = subprocess.run(program, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stderr
    with np.load(file) as outputs:
        return dict(outputs)


@pytest.mark.parametrize("name", CASES)
def test_same_outputs(name, then):
    case = CASES[name]
    found, shape = computed(layers, keras.Model, case.old, case.shapes)
    assert found.shape == then[name].shape
    assert shape == (None, *then[name].shape[1:])
    np.testing.assert_allclose(found, then[name], rtol=2e-4, atol=2e-5)


def test_the_cases_tell_right_from_wrong(then):
    assert all(np.unique(outputs).size > 3 and np.isfinite(outputs).all() for outputs in then.values())
