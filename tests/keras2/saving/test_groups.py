"""Weights of layers from a file that the script itself has opened, by the functions of ``engine``."""

from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentTypeError, WeightsMismatchError
from amalthea.keras2.engine import saving, topology
from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Sequential

pytestmark = pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A whole model, as plain Keras writes it."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="a"), keras.layers.Dense(4, name="b")])
    model.set_weights([np.full(array.shape, number) for number, array in enumerate(model.get_weights(), 1)])
    model.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


def network(last: str = "c", units: int = 4) -> Sequential:
    zeros = {"kernel_initializer": "zeros", "bias_initializer": "zeros"}
    return Sequential([Dense(3, input_dim=2, name="a", **zeros), Dense(units, name=last, **zeros)])


def firsts(model: Sequential) -> list[float]:
    return [float(array.flat[0]) for array in model.get_weights()]


def test_by_name(path: Path) -> None:
    model = network()
    with h5py.File(path) as file:
        topology.load_weights_from_hdf5_group_by_name(file, filter(lambda layer: layer.weights, model.layers))
    assert firsts(model) == [1, 2, 0, 0]


def test_in_their_order(path: Path) -> None:
    model = network()
    with h5py.File(path) as file:
        saving.load_weights_from_hdf5_group(file["model_weights"], model.layers)
    assert firsts(model) == [1, 2, 3, 4]


def test_other_shapes(path: Path) -> None:
    model = network("b", units=5)
    with h5py.File(path) as file:
        with pytest.raises(WeightsMismatchError):
            topology.load_weights_from_hdf5_group(file, model.layers)
        with pytest.raises(WeightsMismatchError, match="2 layers, and 'the list of layers' has 1"):
            saving.load_weights_from_hdf5_group(file, model.layers[:1])
        assert firsts(model) == [0, 0, 0, 0]
        saving.load_weights_from_hdf5_group_by_name(file, model.layers, skip_mismatch=True)
    assert firsts(model) == [1, 2, 0, 0]


def test_a_path_is_no_open_file(path: Path) -> None:
    with pytest.raises(ArgumentTypeError, match=r"is no open HDF5 file\. For a path: model\.load_weights\(path\)"):
        saving.load_weights_from_hdf5_group(str(path), [])
