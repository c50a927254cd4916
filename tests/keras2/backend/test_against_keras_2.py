"""Each function of K returns the numbers that Keras 2 returns."""

import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest

from amalthea.keras2 import backend as K
from tests.keras2.backend.cases import CASES

pytestmark = pytest.mark.skipif(not find_spec("tf_keras"), reason="tf_keras, which is Keras 2, is not installed")


@pytest.fixture(scope="module")
def then(tmp_path_factory):
    file = tmp_path_factory.mktemp("reference") / "numbers.npz"
    program = [sys.executable, "-m", "tests.keras2.backend.reference", str(file)]
    result = subprocess.run(program, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stderr
    with np.load(file) as numbers:
        return dict(numbers)


@pytest.mark.parametrize("name", CASES)
def test_same_numbers(name, then):
    found = keras.ops.convert_to_numpy(CASES[name](K))
    assert found.shape == then[name].shape
    assert then[name].size
    np.testing.assert_allclose(found, then[name], rtol=1e-4, atol=1e-5)


def test_the_cases_tell_right_from_wrong(then):
    """No reference is constant where its case is not, or empty, or not finite."""
    constant = {"constant", "ones", "zeros_like", "clip the wrong way round", "all", "any", "mean of truths", "sum"}
    for name, numbers in then.items():
        assert np.isfinite(numbers).all(), name
        assert numbers.size == 1 or np.unique(numbers).size > 1 or name in constant, name
