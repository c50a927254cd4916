"""A small network with real weights in a file, and photographs."""

from pathlib import Path

import pytest

import amalthea
from tests.apps.distribution.pictures import copy_photographs


@pytest.fixture(scope="session")
def small_network(test_data, tmp_path_factory) -> Path:
    """MobileNet at a quarter of its width, which a process opens without Keras."""
    file = tmp_path_factory.mktemp("network") / "quarter.onnx"
    weights = test_data / "weights" / "mobilenet_2_5_224_tf.h5"
    amalthea.save(amalthea.get_model("MobileNet", alpha=0.25, weights=weights), file)
    return file


@pytest.fixture
def photographs(test_data, tmp_path) -> Path:
    """A folder of eight pets and one file that is no picture."""
    return copy_photographs(test_data, tmp_path / "photographs")
