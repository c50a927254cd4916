from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import WeightsError
from amalthea.weights import load_weights, read_weights
from tests.weights.small_files import SMALL_WEIGHTS, edited, small_h5_network, write_small_h5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_small_h5(tmp_path / "small.h5")


@pytest.fixture(scope="module")
def small_model():
    import keras

    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.ReLU(name="relu"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(5, name="dense"),
        ]
    )


def test_layers_and_tensors_are_those_of_the_file(path: Path) -> None:
    layers = read_weights(path)
    assert [layer.name for layer in layers] == ["input", "conv", "norm", "dense"]
    for layer in layers:
        assert [tensor.name for tensor in layer.tensors] == list(SMALL_WEIGHTS[layer.name])
        for tensor in layer.tensors:
            expected = SMALL_WEIGHTS[layer.name][tensor.name]
            assert (tensor.shape, tensor.dtype) == (expected.shape, expected.dtype)
            assert np.array_equal(tensor.read(), expected)


def test_official_layout_equals_what_h5py_reads(test_data: Path) -> None:
    official = test_data / "weights" / "mobilenet_2_5_224_tf.h5"
    layers = read_weights(official)
    with h5py.File(official) as file:
        assert [layer.name for layer in layers] == list(file.attrs["layer_names"])
        for layer in layers:
            assert [tensor.name for tensor in layer.tensors] == list(file[layer.name].attrs["weight_names"])
            for tensor in layer.tensors:
                assert np.array_equal(tensor.read(), file[layer.name][tensor.name])
    assert sum(tensor.read().size for layer in layers for tensor in layer.tensors) == 475_544


@pytest.mark.parametrize("options", [{"compression": "gzip"}, {"chunks": True, "fletcher32": True}, {"dtype": ">f4"}])
def test_datasets_may_be_stored_in_any_way(options: dict[str, object], tmp_path: Path) -> None:
    network = small_h5_network()
    load_weights(network, write_small_h5(tmp_path / "other.h5", **options))
    for layer in network:
        for variable, expected in zip(layer.weights, SMALL_WEIGHTS[layer.name].values(), strict=True):
            assert np.array_equal(variable.value, expected)


def test_whole_model_of_keras_is_read(tmp_path: Path, small_model) -> None:
    small_model.save(tmp_path / "whole.h5")
    layers = [layer for layer in read_weights(tmp_path / "whole.h5") if layer.tensors]
    assert [layer.name for layer in layers] == ["conv", "norm", "dense"]
    arrays = [tensor.read() for layer in layers for tensor in layer.tensors]
    for array, expected in zip(arrays, small_model.get_weights(), strict=True):
        assert np.array_equal(array, expected)


def test_names_that_keras_splits_over_attributes_are_joined(tmp_path: Path) -> None:
    import keras

    names = [f"{'long' * 500}_{number:02}" for number in range(40)]  # over the 64 KiB of an attribute
    model = keras.Sequential([keras.Input((2,)), *(keras.layers.Dense(2, name=name) for name in names)])
    model.save(tmp_path / "whole.h5")
    with h5py.File(tmp_path / "whole.h5") as file:
        assert "layer_names" not in file["model_weights"].attrs
        assert {"layer_names0", "layer_names1"} <= set(file["model_weights"].attrs)
    assert [layer.name for layer in read_weights(tmp_path / "whole.h5") if layer.tensors] == names


def test_names_may_be_of_varying_length(path: Path) -> None:
    edited(path, lambda file: file.attrs.__setitem__("layer_names", ["conv", "déjà", "dense"]))
    edited(path, lambda file: file.move("norm", "déjà"))
    assert [layer.name for layer in read_weights(path)] == ["conv", "déjà", "dense"]


def test_weights_of_keras_3_are_told(tmp_path: Path, small_model) -> None:
    small_model.save_weights(tmp_path / "new.weights.h5")
    with pytest.raises(WeightsError, match=r"new.weights.h5 holds weights in the format of Keras 3.*later version"):
        read_weights(tmp_path / "new.weights.h5")
