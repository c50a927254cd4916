from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import WeightsMismatchError
from amalthea.weights import load_weights, read_weights
from tests.weights.small_files import (
    SMALL_WEIGHTS,
    edited,
    equal,
    set_random_weights,
    small_h5_network,
    write_small_h5,
)


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


def network_with_another(names: tuple[str | None, ...]):
    """A convolution, a network of convolution, normalisation and convolution, and a classifier."""
    from keras import Input, Sequential, layers

    first, norm, second = names
    inner = [
        Input((6, 6, 4)),
        layers.Conv2D(4, 1, name=first),
        layers.BatchNormalization(name=norm),
        layers.Conv2D(4, 1, name=second),
    ]
    outer = [Input((8, 8, 3)), layers.Conv2D(4, 3), Sequential(inner, name="inner"), layers.Flatten(), layers.Dense(2)]
    return Sequential(outer)


@pytest.mark.parametrize("names", [("a", "norm", "b"), (None, None, None)], ids=["own names", "names of Keras"])
def test_model_within_the_model_is_one_layer(names: tuple[str | None, ...], tmp_path: Path) -> None:
    theirs, ours = (set_random_weights(network_with_another(names), seed) for seed in (1, 2))
    theirs.save(tmp_path / "whole.h5")
    assert str(load_weights(ours, tmp_path / "whole.h5")) == "3 layers loaded"
    assert equal(ours.get_weights(), theirs.get_weights())


def test_names_tell_weights_apart_that_were_frozen_when_they_were_saved(tmp_path: Path) -> None:
    """Keras puts frozen weights last, and would exchange the two convolutions here without a word."""
    theirs, ours = (set_random_weights(network_with_another(("a", "norm", "b")), seed) for seed in (1, 2))
    theirs.layers[1].layers[0].trainable = False
    theirs.save(tmp_path / "whole.h5")
    load_weights(ours, tmp_path / "whole.h5")
    for our, their in zip(ours.layers[1].layers, theirs.layers[1].layers, strict=True):
        assert equal(our.get_weights(), their.get_weights()), our.name


def test_frozen_weights_without_names_are_told(tmp_path: Path) -> None:
    theirs, ours = (set_random_weights(network_with_another((None, None, None)), seed) for seed in (1, 2))
    theirs.layers[1].layers[0].trainable = False
    theirs.save(tmp_path / "whole.h5")
    with pytest.raises(
        WeightsMismatchError, match=r"1 mismatched: inner(?s:.*)freeze the layers that were frozen when"
    ):
        load_weights(ours, tmp_path / "whole.h5")
    ours.layers[1].layers[0].trainable = False
    load_weights(ours, tmp_path / "whole.h5")
    ours.layers[1].layers[0].trainable = theirs.layers[1].layers[0].trainable = True
    assert equal(ours.get_weights(), theirs.get_weights())


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    import keras

    theirs = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, dtype="bfloat16")])
    expected = [np.arange(32, dtype="float32").reshape(8, 4), np.full(4, -1.5, "float32")]
    theirs.set_weights(expected)
    theirs.save(tmp_path / "whole.h5")
    ours = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
    load_weights(ours, tmp_path / "whole.h5")
    assert equal(ours.get_weights(), expected)
