"""Every file that Keras 2 writes, loaded into the network of Keras 3."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from amalthea.weights import load_weights
from tests.conftest import ROOT
from tests.weights.small_files import equal, set_random_weights

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(not find_spec("tf_keras"), reason="tf_keras, which is Keras 2, is not installed"),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    program = [sys.executable, "-m", "tests.weights.formats.tf_keras_files", str(folder)]
    subprocess.run(program, check=True, cwd=ROOT, env={**os.environ, "CUDA_VISIBLE_DEVICES": ""}, timeout=200)
    return folder


@pytest.mark.parametrize("name", ["weights.h5", "whole.h5", "new.weights.h5", "whole.keras"])
@pytest.mark.parametrize("by_name", [True, False])
def test_files_are_loaded(by_name: bool, name: str, written: Path) -> None:
    from keras import Input, Model, Sequential, layers

    inner = [layers.Conv2D(4, 1, name="a"), layers.BatchNormalization(name="norm"), layers.Conv2D(4, 1, name="b")]
    image = Input((8, 8, 3))
    x = layers.SeparableConv2D(4, 3, name="separable")(image)
    x = Sequential([Input((6, 6, 4)), *inner], name="inner")(x)
    x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = layers.Dropout(0.5)(layers.BatchNormalization(name="last_norm", scale=False)(x))
    model = set_random_weights(Model(image, layers.Dense(2, name="predictions")(layers.Flatten()(x))), seed=2)
    if by_name and name == "new.weights.h5":
        pytest.skip("the one format without names")
    load_weights(model, written / name, by_name=by_name)
    assert equal(model.get_weights(), list(np.load(written / "expected.npz").values()))
