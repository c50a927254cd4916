"""Files of Keras 3, which address layers by their class: read as Keras reads them."""

import json
import zipfile
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, WeightsError, WeightsMismatchError
from amalthea.weights import assign_weights, load_weights, read_weights
from amalthea.weights.addresses import address_of
from tests.weights.small_files import edited, equal, set_random_weights

keras = pytest.importorskip("keras")
layers = keras.layers

FORMATS = ("model.weights.h5", "model.keras")


def network(classes: int | None = 3) -> "keras.Model":
    """Layers of one class in several models, and more than ten of one class: HDF5 sorts "_10" before "_2"."""
    image = keras.Input((12, 12, 3))
    x = layers.RandomFlip(seed=1)(image)
    for number in range(12):
        x = layers.Conv2D(4, 3 if number else 1, padding="same", name=f"conv_{number}")(x)
    x = layers.BatchNormalization(name="norm", scale=False)(x)
    first = [keras.Input((12, 12, 4)), layers.Conv2D(4, 1, name="a"), layers.Conv2D(4, 1, name="b")]
    x = keras.Sequential(first, name="first")(x)
    within = keras.Input((12, 12, 4))
    y = layers.BatchNormalization(name="norm")(layers.SeparableConv2D(5, 3, name="separable")(within))
    x = keras.Model(within, layers.DepthwiseConv2D(3, name="depthwise")(y), name="second")(x)
    x = layers.Dropout(0.5, seed=2)(layers.GlobalAveragePooling2D()(x))
    if classes:
        x = layers.Dense(classes, name="predictions")(x)
    return keras.Model(image, x)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple["keras.Model", Path]:
    """A network after a training step of an optimizer, and the folder where Keras has saved it."""
    folder = tmp_path_factory.mktemp("written")
    model = set_random_weights(network(), seed=1)
    if keras.config.backend() != "openvino":
        model.compile("adam", "mse", metrics=["accuracy"])
        model.train_on_batch(np.ones((2, 12, 12, 3)), np.ones((2, 3)))
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    return model, folder


@pytest.mark.parametrize("name", FORMATS)
def test_files_of_keras_are_loaded(name: str, written: tuple["keras.Model", Path]) -> None:
    theirs, folder = written
    ours = set_random_weights(network(), seed=2)
    report = load_weights(ours, folder / name)
    assert equal(ours.get_weights(), theirs.get_weights())
    assert str(report) == "19 layers loaded"
    assert report.loaded[-2:] == ("second/depthwise", "predictions")


@pytest.mark.parametrize("name", FORMATS)
def test_classifier_is_skipped(name: str, written: tuple["keras.Model", Path]) -> None:
    theirs, folder = written
    ours = set_random_weights(network(classes=None), seed=2)
    assert load_weights(ours, folder / name).skipped == ("predictions",)
    assert equal(ours.get_weights(), theirs.get_weights()[:-2])


@pytest.mark.parametrize("name", FORMATS)
def test_names_find_layers_in_models_within(name: str, written: tuple["keras.Model", Path]) -> None:
    theirs, folder = written
    ours = set_random_weights(network(classes=7), seed=2)
    before = ours.get_weights()
    report = load_weights(ours, folder / name, by_name=True, skip_mismatch=True)
    assert str(report) == "18 layers loaded; 1 mismatched: predictions"
    assert {"first/b", "second/norm", "norm"} < set(report.loaded)
    assert equal(ours.get_weights(), [*theirs.get_weights()[:-2], *before[-2:]])


def test_other_network_is_told_and_left_alone(written: tuple["keras.Model", Path]) -> None:
    _, folder = written
    ours = set_random_weights(network(classes=7), seed=2)
    before = ours.get_weights()
    for name in FORMATS:
        with pytest.raises(WeightsMismatchError, match=r"1 mismatched: predictions(?s:.*)The file has 3 classes"):
            load_weights(ours, folder / name)
    assert equal(ours.get_weights(), before)


def test_order_of_a_whole_model_is_that_of_its_layers(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), *(layers.Dense(3, name=name) for name in "zyxwvutsrqponmlk")])
    model.save(tmp_path / "model.keras")
    stored = read_weights(tmp_path / "model.keras")
    assert "".join(layer.name for layer in stored) == "zyxwvutsrqponmlk"
    assert {layer.address for layer in stored} == {None}


def test_addresses_are_those_of_keras() -> None:
    from keras.src.utils.naming import to_snake_case

    classes = [value for value in vars(layers).values() if isinstance(value, type)]
    assert len(classes) > 100
    for cls in classes:
        assert address_of(cls.__name__, Counter()) == to_snake_case(cls.__name__)


def test_file_of_keras_2_13_counts_in_twos() -> None:
    """Written by Keras 2.13.1, where every layer with weights is listed twice.

    Sequential([Input((4, 4, 3)), Conv2D(2, 3, name="a"), BatchNormalization(name="n"), Dropout(0.5), Conv2D(2, 1,
    name="b"), Sequential([Conv2D(2, 1), Conv2D(2, 1, use_bias=False)], name="inner"), Flatten(), Dense(3)]); its
    weights are numbered through.
    """
    path = Path(__file__).with_name("keras_2_13.weights.h5")
    inner = keras.Sequential([keras.Input((2, 2, 2)), layers.Conv2D(2, 1), layers.Conv2D(2, 1, use_bias=False)])
    model = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Conv2D(2, 1),
            inner,
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    assert str(load_weights(model, path)) == "6 layers loaded"
    numbers = np.concatenate([array.ravel() for array in model.get_weights()])
    assert np.array_equal(numbers, np.arange(len(numbers)))


def test_file_without_names_is_told_to_go_by_address(tmp_path: Path, written: tuple["keras.Model", Path]) -> None:
    path = Path(__file__).with_name("keras_2_13.weights.h5")
    model = keras.Sequential([keras.Input((4, 4, 3)), layers.Conv2D(2, 3, name="conv2d")])
    with pytest.raises(WeightsMismatchError, match="The file keeps no names of layers: load it without by_name"):
        load_weights(model, path, by_name=True)


def test_some_layers_of_a_model_have_no_addresses(tmp_path: Path) -> None:
    """Counted from the first of them, they would get the weights of others of their shape."""

    def model() -> "keras.Model":
        return keras.Sequential([keras.Input((3,)), *(layers.Dense(3, name=name) for name in "abc")])

    path = tmp_path / "model.weights.h5"
    theirs, ours = set_random_weights(model(), seed=1), set_random_weights(model(), seed=2)
    theirs.save_weights(path)
    before = ours.get_weights()
    expected = (
        f"{path} keeps no order of its layers, only where each stands in the whole model. Which 2 of its 3 layers this "
        "list wants, nobody can tell. Give the model instead of the list, or by_name=True."
    )
    with pytest.raises(WeightsError, match=f"^{expected}$"):
        load_weights(ours.layers[1:], path)
    with pytest.raises(WeightsError, match=f"^{expected}$"):
        assign_weights(ours.layers[1:], read_weights(path), source=str(path))
    assert equal(ours.get_weights(), before)
    assert load_weights(ours.layers[1:], path, by_name=True).loaded == ("b", "c")
    assert equal(ours.get_weights(), [*before[:2], *theirs.get_weights()[2:]])
    load_weights(ours.layers, path)
    assert equal(ours.get_weights(), theirs.get_weights())


def test_nothing_that_a_model_describes_is_built(tmp_path: Path) -> None:
    def attack(x):
        (tmp_path / "was run").touch()
        return x

    model = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.Lambda(attack), layers.Dense(2)])
    (tmp_path / "was run").unlink()
    model.save(tmp_path / "model.keras")
    ours = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.Dense(2)])
    load_weights(ours, tmp_path / "model.keras")
    assert equal(ours.get_weights(), model.get_weights())
    assert not (tmp_path / "was run").exists()


@pytest.mark.parametrize("description", [b"[", b"[]", b"{}", b"[" * 10_000, b'{"config": {"layers": [{"config": 1}]}}'])
def test_description_that_says_nothing_is_passed_over(
    description: bytes, tmp_path: Path, written: tuple["keras.Model", Path]
) -> None:
    theirs, folder = written
    with zipfile.ZipFile(folder / "model.keras") as file, zipfile.ZipFile(tmp_path / "model.keras", "w") as other:
        other.writestr("config.json", description)
        other.writestr("model.weights.h5", file.read("model.weights.h5"), zipfile.ZIP_DEFLATED)
    ours = set_random_weights(network(), seed=2)
    load_weights(ours, tmp_path / "model.keras")
    assert equal(ours.get_weights(), theirs.get_weights())


def test_description_of_another_model_is_passed_over(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.Dense(3)])
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as file:
        config, content = json.loads(file.read("config.json")), file.read("model.weights.h5")
    del config["config"]["layers"][-1]
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as file:
        file.writestr("config.json", json.dumps(config))
        file.writestr("model.weights.h5", content)
    assert {layer.address for layer in read_weights(tmp_path / "other.keras")} == {"dense", "dense_1"}


@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize` method:UserWarning")  # Keras 3.15.1
@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_quantised_weights_are_told(mode: str, tmp_path: Path) -> None:
    if keras.config.backend() == "openvino":
        pytest.skip("Keras does not quantise on OpenVINO")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
    model.quantize(mode)
    model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(WeightsError, match=r"model.weights.h5: '/layers/dense/vars' is quantised.*Save the model"):
        read_weights(tmp_path / "model.weights.h5")


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, dtype="bfloat16")])
    expected = [np.arange(32, dtype="float32").reshape(8, 4), np.full(4, -1.5, "float32")]
    model.set_weights(expected)
    model.save_weights(tmp_path / "model.weights.h5")
    ours = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
    load_weights(ours, tmp_path / "model.weights.h5")
    assert equal(ours.get_weights(), expected)


def remove_variable(file: h5py.File) -> None:
    del file["layers/conv2d/vars/0"]


def layer_is_array(file: h5py.File) -> None:
    file["layers/dense_9"] = np.ones(3)


def variable_is_group(file: h5py.File) -> None:
    del file["layers/conv2d/vars/0"]
    file.create_group("layers/conv2d/vars/0")


def link_out(file: h5py.File) -> None:
    file["layers/dense_9"] = h5py.ExternalLink("/etc/passwd", "/")


def model_within_itself(file: h5py.File) -> None:
    file["layers/sequential/layers/functional"] = file["layers/sequential"]


def many_models_in_one_another(file: h5py.File) -> None:
    for number in range(100):
        file[f"layers/sequential_{number}"] = file["layers/sequential"]


def name_is_number(file: h5py.File) -> None:
    file["layers/conv2d/vars"].attrs["name"] = 3


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove_variable, "the variables of '/layers/conv2d/vars' are not numbered from 0"),
        (layer_is_array, "'dense_9' is no group"),
        (variable_is_group, "weight '0' is no array"),
        (link_out, "'dense_9' is a link, which is not followed"),
        (model_within_itself, "'/layers/sequential.*' lies in several models"),
        (many_models_in_one_another, "'/layers/sequential.*' lies in several models"),
        (name_is_number, "attribute 'name' of '/layers/conv2d/vars' holds no list of names"),
    ],
)
def test_damage_is_told(damage, reason: str, tmp_path: Path, written: tuple["keras.Model", Path]) -> None:
    path = tmp_path / "model.weights.h5"
    path.write_bytes((written[1] / "model.weights.h5").read_bytes())
    edited(path, damage)
    with pytest.raises(BrokenWeightsError, match=f"{path}: {reason}"):
        read_weights(path)


def test_damage_in_a_whole_model_fails_its_checksum(tmp_path: Path, written: tuple["keras.Model", Path]) -> None:
    content = bytearray((written[1] / "model.keras").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(BrokenWeightsError, match=r"model.keras is a truncated or damaged zip file \(Bad CRC"):
        read_weights(tmp_path / "model.keras")
