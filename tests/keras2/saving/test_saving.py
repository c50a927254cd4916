"""``save``, ``save_weights`` and ``load_weights``: names, formats, refusals."""

import gc
import os
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from amalthea.errors import (
    AmaltheaWarning,
    ArgumentError,
    ArgumentTypeError,
    BrokenWeightsError,
    MissingFileError,
    ModelFileError,
    UnsafeWeightsError,
    WeightsMismatchError,
)
from amalthea.keras2.layers import Conv2D, Dense, Flatten
from amalthea.keras2.models import Model, Sequential, load_model, model_from_json, save_model


def network(units: int = 3) -> Any:
    return Sequential([Conv2D(4, (3, 3), input_shape=(6, 6, 2), name="conv"), Flatten(), Dense(units, name="top")])


def values(model: Any) -> list[np.ndarray]:
    return model.get_weights()  # type: ignore[no-any-return]


def same(one: Any, other: Any) -> bool:
    pairs = zip(values(one), values(other), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", ["weights.h5", "weights.hdf5", "weights", "top.weights.h5"])
def test_weights_come_back(name: str, tmp_path: Path) -> None:
    model, other = network(), network()
    assert not same(model, other)
    model.save_weights(str(tmp_path / name))
    other.load_weights(str(tmp_path / name))
    assert same(model, other)


def test_weights_have_the_layout_of_keras_2(tmp_path: Path) -> None:
    model = network()
    model.save_weights(tmp_path / "weights.h5")
    with h5py.File(tmp_path / "weights.h5") as file:
        names = [name.decode() for name in file.attrs["layer_names"]]
        assert names[0] == "conv" and names[-1] == "top" and len(names) == 3
        assert [name.decode() for name in file["top"].attrs["weight_names"]] == ["top/kernel:0", "top/bias:0"]
        np.testing.assert_array_equal(file["top/top/kernel:0"][()], values(model)[2])
        assert file.attrs["keras_version"] == keras.__version__


def test_the_name_of_keras_3_gets_the_format_of_keras_3(tmp_path: Path) -> None:
    model, plain = network(), keras.Sequential([keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3)])
    plain.add(keras.layers.Flatten())
    plain.add(keras.layers.Dense(3))
    model.save_weights(tmp_path / "x.weights.h5")
    plain.load_weights(tmp_path / "x.weights.h5")
    assert same(model, plain)


@pytest.mark.parametrize("name", ["model.h5", "model", "model.keras", "model.hdf5"])
def test_whole_models_come_back(name: str, tmp_path: Path) -> None:
    model = network()
    model.compile("sgd", "mse")
    model.save(tmp_path / name)
    other = load_model(tmp_path / name)
    assert isinstance(other, Sequential)
    assert same(model, other)
    x = np.ones((2, 6, 6, 2), "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), other.predict(x, verbose=0), rtol=1e-6)
    assert other.optimizer is not None


def test_a_model_that_was_never_trained_begins_with_a_fresh_optimizer(tmp_path: Path) -> None:
    model = network()
    model.compile("adam", "mse")
    model.save(tmp_path / "model.h5")
    other = load_model(tmp_path / "model.h5")  # no advice: there is nothing to take over
    assert int(other.optimizer.iterations) == 0
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        [name] = file["optimizer_weights"].attrs["weight_names"]
        file["optimizer_weights"][name][...] = 7
    with pytest.warns(AmaltheaWarning, match="the state of its optimizer does not fit"):
        load_model(tmp_path / "model.h5")


def test_plain_models_are_saved_too(tmp_path: Path) -> None:
    plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    save_model(plain, tmp_path / "plain.h5")
    assert same(plain, load_model(tmp_path / "plain.h5", compile=False))


def test_layers_are_found_by_name(tmp_path: Path) -> None:
    model, other = network(), network(units=5)
    before = values(other)
    model.save_weights(tmp_path / "weights.h5")
    with pytest.raises(WeightsMismatchError, match="top"):
        other.load_weights(tmp_path / "weights.h5", by_name=True)
    assert all(np.array_equal(a, b) for a, b in zip(values(other), before, strict=True))
    other.load_weights(tmp_path / "weights.h5", by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(values(other)[0], values(model)[0])
    np.testing.assert_array_equal(values(other)[2], before[2])


def test_loading_nothing_is_said(tmp_path: Path) -> None:
    network().save_weights(tmp_path / "weights.h5")
    other = Sequential([Dense(2, input_shape=(3,), name="another")])
    with pytest.warns(AmaltheaWarning, match="loads nothing: the model's layers with weights are called another …"):
        other.load_weights(tmp_path / "weights.h5", by_name=True)


def test_another_number_of_layers_is_refused_as_then(tmp_path: Path) -> None:
    network().save_weights(tmp_path / "weights.h5")
    other = Sequential([Conv2D(4, (3, 3), input_shape=(6, 6, 2))])
    with pytest.raises(WeightsMismatchError, match=r"holds weights of 2 layers, and .* has 1 layers with weights"):
        other.load_weights(tmp_path / "weights.h5")


def test_numbers_are_brought_into_shape_if_asked(tmp_path: Path) -> None:
    Sequential([Dense(6, input_shape=(4,), name="a")]).save_weights(tmp_path / "weights.h5")
    with h5py.File(tmp_path / "weights.h5", "r+") as file:
        kernel = file["a/a/kernel:0"][()]
        del file["a/a/kernel:0"]
        file["a/a/kernel:0"] = kernel.reshape(1, 1, 4, 6)
    other = Sequential([Dense(6, input_shape=(4,), name="a")])
    with pytest.raises(WeightsMismatchError, match="does not fit"):
        other.load_weights(tmp_path / "weights.h5", by_name=True)
    other.load_weights(tmp_path / "weights.h5", by_name=True, reshape=True)
    np.testing.assert_array_equal(values(other)[0], kernel)


@pytest.mark.single_backend
def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    model = network()
    before = values(model)
    model.save_weights(tmp_path / "weights.h5")
    content = (tmp_path / "weights.h5").read_bytes()
    (tmp_path / "half.h5").write_bytes(content[: len(content) // 2])
    (tmp_path / "tf.index").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BrokenWeightsError, match=r"half\.h5 is a truncated or damaged HDF5 file"):
        model.load_weights(tmp_path / "half.h5")
    with pytest.raises(BrokenWeightsError, match=r"half\.h5"):
        load_model(tmp_path / "half.h5")
    with pytest.raises(MissingFileError, match="There is no file"):
        model.load_weights(tmp_path / "missing.h5")
    with pytest.raises(ModelFileError, match="is a checkpoint of TensorFlow"):
        model.load_weights(tmp_path / "tf")
    with pytest.raises(ModelFileError, match="SavedModel of TensorFlow"):
        load_model(tmp_path / "folder")
    with pytest.raises(ModelFileError, match="holds weights and no model"):
        load_model(tmp_path / "weights.h5")
    with pytest.raises(ArgumentTypeError, match="filepath=5 is a int"):
        load_model(5)  # type: ignore[arg-type]
    assert all(np.array_equal(a, b) for a, b in zip(values(model), before, strict=True))


@pytest.mark.single_backend
def test_files_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = network()
    with pytest.raises(ArgumentError, match=r"is a folder\. Name the file, such as"):
        model.save(tmp_path)
    with pytest.raises(ArgumentError, match="save_format='tf' is gone from Keras"):
        model.save(tmp_path / "x", save_format="tf")
    model.save(tmp_path / "x.h5")
    for answer, written in (("n", False), ("y", True)):
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        if written:
            model.save(tmp_path / "x.h5", overwrite=False)
        else:
            with pytest.raises(ArgumentError, match="exists already, and stays"):
                model.save(tmp_path / "x.h5", overwrite=False)


@pytest.mark.single_backend
def test_models_that_compute_in_a_method_keep_their_weights_only(tmp_path: Path) -> None:
    class Own(Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = Dense(2)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model, other = Own(), Own()
    model(np.ones((1, 3)))
    other(np.zeros((1, 3)))
    with pytest.raises(ArgumentError, match="says in a method of its own what it computes"):
        model.save(tmp_path / "own.h5")
    model.save_weights(tmp_path / "own.h5")
    other.load_weights(tmp_path / "own.h5")
    assert same(model, other)


@pytest.mark.single_backend
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at the open files of Linux")
def test_no_file_stays_open(tmp_path: Path) -> None:
    model = network()
    model.save(tmp_path / "model.h5")
    model.load_weights(tmp_path / "model.h5")
    load_model(tmp_path / "model.h5", compile=False)
    gc.collect()
    opened = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [path for path in opened if path.startswith(str(tmp_path))]


def test_json_holds_the_layers_and_not_their_training(tmp_path: Path) -> None:
    def own_loss(expected: Any, found: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(expected - found))

    base = network()
    model = Sequential([base, Dense(2, name="last")])
    for part in (base, model):
        part.compile("sgd", own_loss)
    for again in (model_from_json(model.to_json()), Sequential.from_config(model.get_config())):
        again.set_weights(values(model))
        pictures = np.ones((2, 6, 6, 2), np.float32)
        np.testing.assert_allclose(again.predict(pictures, verbose=0), model.predict(pictures, verbose=0), rtol=1e-5)
    assert len(model_from_json(keras.Model.to_json(model)).layers) == 2  # as Keras 3 writes it
    model.save(tmp_path / "model.keras")
    with pytest.raises(ModelFileError, match="own_loss"):
        load_model(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras", {"own_loss": own_loss}).loss is own_loss


def test_functions_in_json_of_keras_3_are_not_run() -> None:
    layers = [keras.Input((2,)), keras.layers.Lambda(lambda x: x * 3, output_shape=lambda shape: shape, name="triple")]
    text = keras.Sequential([keras.Sequential(layers)]).to_json()
    assert "__lambda__" in text
    with pytest.raises(UnsafeWeightsError, match=r"Lambda layer 'triple' is not run from a file\. Give it: custom_obj"):
        model_from_json(text)
    model = model_from_json(text, custom_objects={"triple": lambda x: x * 2})
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(np.ones((1, 2)))), [[2.0, 2.0]])
