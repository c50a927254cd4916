"""What identifies features: whatever changes them is a miss, all else a hit."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.catalog import scaling_steps
from amalthea.images import Preparation, read_picture, resize, scale
from amalthea.storage import file_hashes
from amalthea.transfer.features.extraction import extract
from tests.live_weights import copy_weights
from tests.transfer.features.networks import PREPARATION, picture_files, small_network
from tests.transfer.features.test_extraction import expected

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return small_network()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return picture_files(tmp_path_factory.mktemp("pictures"), 4)


def test_a_new_time_is_no_change(network, paths, tmp_path, computed):
    path = Path(shutil.copy(paths[0], tmp_path))
    for moment in (1_000_000_000, 1_500_000_000):
        os.utime(path, (moment, moment))
        extract(network, [path], PREPARATION)
    assert computed == [1]


def changed_weights(network: keras.Model) -> keras.Model:
    other = small_network(seed=1)
    assert other.count_params() == network.count_params()
    return other


def another_cut(network: keras.Model) -> keras.Model:
    return keras.Model(network.inputs, network.layers[-2].output)


PREPARATIONS = {
    "size": Preparation(size=(30, 24), scaling=PREPARATION.scaling),
    "scaling": replace(PREPARATION, scaling=scaling_steps("caffe")),
    "interpolation": replace(PREPARATION, interpolation="bilinear"),
}


@pytest.mark.parametrize("change", [changed_weights, another_cut])
def test_another_network_is_a_miss(change, network, paths, computed):
    extract(network, paths[:3], PREPARATION)
    extract(change(network), paths[:3], PREPARATION)
    assert computed == [3, 3]


@pytest.mark.parametrize("name", PREPARATIONS)
def test_another_preparation_is_a_miss(name, paths, computed):
    """Of a network for any size."""
    network = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(4, 3)])
    extract(network, paths[:3], PREPARATION)
    found = extract(network, paths[:3], PREPARATIONS[name])
    assert computed == [3, 3]
    pictures = [resize(read_picture(path), PREPARATIONS[name].size, PREPARATIONS[name].interpolation) for path in paths]
    keras_features = network.predict(scale(np.stack(pictures[:3]), PREPARATIONS[name].scaling), verbose=0)
    assert found.features.shapes == (keras_features.shape[1:],)
    np.testing.assert_allclose(found.features.take(range(3))[0], keras_features, rtol=1e-4, atol=1e-3)


def test_changed_pixels_are_a_miss(network, paths, tmp_path, computed):
    path = Path(shutil.copy(paths[0], tmp_path))
    first = extract(network, [path], PREPARATION)
    shutil.copy(paths[1], path)
    second = extract(network, [path], PREPARATION)
    assert computed == [1, 1]
    np.testing.assert_allclose(second.features.take([0])[0], expected(network, paths[1:2]), atol=1e-4)
    np.testing.assert_allclose(first.features.take([0])[0], expected(network, paths[:1]), atol=1e-4)


def test_verify_reads_files_that_look_unchanged(network, paths, tmp_path, computed, monkeypatch):
    """Here by taking the new file for the old one, which no real file system makes easy."""
    path = Path(shutil.copy(paths[0], tmp_path))
    monkeypatch.setattr(file_hashes, "identity", lambda status: [0, 0, 0, 0])
    monkeypatch.setattr(file_hashes, "settled", lambda status: True)
    extract(network, [path], PREPARATION)
    shutil.copy(paths[1], path)
    extract(network, [path], PREPARATION)
    assert computed == [1]
    extract(network, [path], PREPARATION, verify=True)
    assert computed == [1, 1]


def test_another_network_of_equal_weights_is_a_hit(network, paths, computed):
    twin = small_network(seed=7)
    copy_weights(network, twin)
    extract(network, paths[:3], PREPARATION)
    extract(twin, paths[:3], PREPARATION)
    assert computed == [3]


@pytest.mark.parametrize("change", ["PIL.__version__", "openvino.get_version"])
def test_another_version_is_a_miss(change, network, paths, computed, monkeypatch):
    """Of what decodes and resizes, or of what computes."""
    extract(network, paths[:3], PREPARATION)
    monkeypatch.setattr(change, "0.1" if change.endswith("__") else lambda: "0.1")
    extract(network, paths[:3], PREPARATION)
    assert computed == [3, 3]
