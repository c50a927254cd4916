import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from amalthea.errors import ArgumentError, BrokenWeightsError, MissingFileError, WeightsError
from amalthea.weights import convert_weights, load_weights, read_weights
from tests.weights.small_files import (
    SMALL_ARCHIVE,
    SMALL_STATE,
    SMALL_WEIGHTS,
    equal,
    set_random_weights,
    small_h5_network,
    small_state_network,
    write_small_h5,
)

keras = pytest.importorskip("keras")
layers = keras.layers

pytestmark = pytest.mark.single_backend

SUFFIXES = (".safetensors", ".npz", ".h5")


def network(prefix: str = "") -> "keras.Model":
    names = ("z_first", "norm", "a_last", "predictions")
    first, norm, last, predictions = (prefix + name for name in names)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.SeparableConv2D(4, 3, name=first),
            layers.BatchNormalization(name=norm),
            layers.Conv2D(4, 3, name=last),
            layers.Flatten(),
            layers.Dense(3, name=predictions),
        ]
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_small_h5(tmp_path / "small.h5")


@pytest.mark.parametrize("source", ["model.keras", "model.h5"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_order_and_names_and_numbers_stay(suffix: str, source: str, tmp_path: Path) -> None:
    theirs = set_random_weights(network(), seed=1)
    theirs.save(tmp_path / source)
    target = tmp_path / f"new{suffix}"
    written = convert_weights(tmp_path / source, target)
    assert str(written) == f"{target}: 4 layers, {theirs.count_params()} numbers"
    for ours, by_name in ((network("other_"), False), (network(), True)):
        set_random_weights(ours, seed=2)
        assert str(load_weights(ours, target, by_name=by_name)) == "4 layers loaded"
        assert equal(ours.get_weights(), theirs.get_weights())


@pytest.mark.parametrize("source", ["model.keras", "model.h5"])
@pytest.mark.parametrize("by_name", [True, False])
def test_keras_reads_what_is_written_for_it(by_name: bool, source: str, tmp_path: Path) -> None:
    theirs = set_random_weights(network(), seed=1)
    theirs.save(tmp_path / source)
    convert_weights(tmp_path / source, tmp_path / "new.h5")
    ours = set_random_weights(network(), seed=2)
    ours.load_weights(tmp_path / "new.h5", by_name=by_name)
    assert equal(ours.get_weights(), theirs.get_weights())


def test_official_file_keeps_its_numbers(test_data: Path, tmp_path: Path) -> None:
    official = test_data / "weights" / "mobilenet_2_5_224_tf.h5"
    convert_weights(official, tmp_path / "new.safetensors")
    assert str(convert_weights(tmp_path / "new.safetensors", tmp_path / "new.h5")).endswith(
        "55 layers, 475,544 numbers"
    )
    ours, theirs = read_weights(tmp_path / "new.h5"), [layer for layer in read_weights(official) if layer.tensors]
    assert [layer.name for layer in ours] == [layer.name for layer in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert equal([tensor.read() for tensor in our.tensors], [tensor.read() for tensor in their.tensors])


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_addresses_stay_where_a_file_keeps_no_order(suffix: str, tmp_path: Path) -> None:
    theirs = set_random_weights(network(), seed=1)
    theirs.save_weights(tmp_path / "old.weights.h5")
    convert_weights(tmp_path / "old.weights.h5", tmp_path / f"new{suffix}")
    ours = set_random_weights(network("other_"), seed=2)
    load_weights(ours, tmp_path / f"new{suffix}")
    assert equal(ours.get_weights(), theirs.get_weights())


@pytest.mark.parametrize("source", [SMALL_STATE, SMALL_ARCHIVE])
@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_state_dict_stays_one(suffix: str, source: Path, tmp_path: Path) -> None:
    target = tmp_path / f"new{suffix}"
    convert_weights(source, target)
    arrays = load_file(target) if suffix == ".safetensors" else dict(np.load(target))
    assert np.array_equal(arrays["0.weight"], np.arange(108).reshape(4, 3, 3, 3))
    ours, theirs = small_state_network(), small_state_network()
    load_weights(ours, target)
    load_weights(theirs, source)
    for our, their in zip(ours, theirs, strict=True):
        assert equal([variable.value for variable in our.weights], [variable.value for variable in their.weights])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_numbers_become_float32(suffix: str, path: Path, tmp_path: Path) -> None:
    convert_weights(path, tmp_path / f"new{suffix}")
    tensors = [tensor for layer in read_weights(tmp_path / f"new{suffix}") for tensor in layer.tensors]
    expected = [array for weights in SMALL_WEIGHTS.values() for array in weights.values()]
    assert {tensor.dtype for tensor in tensors} == {np.dtype("float32")}
    assert equal([tensor.read() for tensor in tensors], expected)


def test_model_within_the_model_stays_one_layer(tmp_path: Path) -> None:
    def nested() -> keras.Model:
        inner = [keras.Input((4,)), layers.Dense(4, name="a"), layers.Dense(4, name="b")]
        return keras.Sequential([keras.Input((4,)), keras.Sequential(inner, name="inner"), layers.Dense(2)])

    theirs, ours = set_random_weights(nested(), seed=1), set_random_weights(nested(), seed=2)
    theirs.save(tmp_path / "old.h5")
    for suffix in (".safetensors", ".npz"):
        with pytest.raises(WeightsError, match=rf"old.h5 holds .*a model within the model, which {suffix} cannot hold"):
            convert_weights(tmp_path / "old.h5", tmp_path / f"new{suffix}")
    convert_weights(tmp_path / "old.h5", tmp_path / "new.h5")
    load_weights(ours, tmp_path / "new.h5")
    assert equal(ours.get_weights(), theirs.get_weights())


def test_many_names_are_split_as_keras_splits_them(tmp_path: Path) -> None:
    names = [f"{'long' * 50}_{number:03}" for number in range(400)]  # over the 64 KiB of an attribute
    np.savez(tmp_path / "many.npz", **{f"{name}/kernel": np.full((2, 2), 3) for name in names})
    convert_weights(tmp_path / "many.npz", tmp_path / "many.h5")
    model = keras.Sequential([keras.Input((2,)), *(layers.Dense(2, use_bias=False, name=name) for name in names)])
    model.load_weights(tmp_path / "many.h5")
    assert equal(model.get_weights(), [np.full((2, 2), 3)] * 400)


def test_no_order_no_format_that_needs_one(tmp_path: Path) -> None:
    theirs = network()
    theirs.save_weights(tmp_path / "old.weights.h5")
    with pytest.raises(WeightsError, match=r"old.weights.h5 does not keep the order of its layers, which .h5 needs"):
        convert_weights(tmp_path / "old.weights.h5", tmp_path / "new.h5")
    save_file({"a.weight": np.ones(3, "f4")}, tmp_path / "old.safetensors")
    with pytest.raises(WeightsError, match=r"old.safetensors does not keep the order .* which .npz needs.*safetensors"):
        convert_weights(tmp_path / "old.safetensors", tmp_path / "new.npz")
    assert str(convert_weights(tmp_path / "old.safetensors", tmp_path / "new.safetensors")).endswith(
        "1 layers, 3 numbers"
    )


def test_axes_of_torch_are_not_given_to_keras(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"small_state.pth has the names and axes of PyTorch.*weights='.*pth' and save"
    ):
        convert_weights(SMALL_STATE, tmp_path / "new.h5")
    assert not (tmp_path / "new.h5").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("new.pth", r"the suffix chooses the format; allowed are .safetensors, .npz, .h5"),
        ("new", "the suffix chooses the format"),
        ("new.weights.h5", r"Keras keeps the suffix .weights.h5 for another format. Call it name.h5"),
        ("small.h5", r"small.h5 exists already\. Choose another name, or overwrite it with --force"),
    ],
)
def test_target_is_checked_first(name: str, reason: str, path: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=reason):
        convert_weights(path, tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["small.h5"]


def test_overwriting_must_be_asked_for_and_may_replace_the_source(path: Path) -> None:
    convert_weights(path, path, overwrite=True)
    network = small_h5_network()
    assert str(load_weights(network, path)) == "3 layers loaded"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damage_leaves_the_old_file(suffix: str, tmp_path: Path) -> None:
    path = write_small_h5(tmp_path / "damaged.h5", chunks=True, fletcher32=True)
    with h5py.File(path) as file:
        position = file["dense/dense/bias:0"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    target = tmp_path / f"new{suffix}"
    target.write_text("old")
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged HDF5 file"):
        convert_weights(path, target, overwrite=True)
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="There is no weight file"):
        convert_weights(tmp_path / "nowhere.h5", tmp_path / "new.h5")


@pytest.mark.parametrize("key", ["/kernel", "a\0b/kernel", "./kernel"])
def test_names_that_hdf5_cannot_hold_are_told(key: str, tmp_path: Path) -> None:
    save_file({key: np.ones(3, "f4")}, tmp_path / "old.safetensors", {"amalthea_order": json.dumps([key])})
    with pytest.raises(WeightsError, match=r"HDF5 cannot hold the name .*Convert to .safetensors"):
        convert_weights(tmp_path / "old.safetensors", tmp_path / "new.h5")
    assert not (tmp_path / "new.h5").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_new_file_has_the_usual_permissions(suffix: str, path: Path, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    target = convert_weights(path, tmp_path / f"new{suffix}").path
    assert target.stat().st_mode == (tmp_path / "usual").stat().st_mode
