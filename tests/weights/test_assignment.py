import warnings
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, MissingFileError, WeightsMismatchError
from amalthea.weights import LoadReport, assign_weights, load_weights, read_weights
from tests.live_weights import built_alive
from tests.weights.small_files import (
    SMALL_STATE,
    Layer,
    equal,
    set_random_weights,
    small_h5_network,
    small_state_network,
    untouched,
    write_small_h5,
)

keras = pytest.importorskip("keras")


@pytest.fixture
def official(test_data: Path) -> Path:
    """MobileNet with its classifier, alpha 0.25."""
    return test_data / "weights" / "mobilenet_2_5_224_tf.h5"


@cache
def mobilenet(**arguments):
    """Built once, with quick weights: no test depends on the ones that it finds."""
    return built_alive(lambda: keras.applications.MobileNet(**{"alpha": 0.25, "weights": None, **arguments}))


def test_official_file_is_loaded_as_keras_loads_it(official: Path) -> None:
    ours, theirs = mobilenet(), mobilenet(name="theirs")
    theirs.load_weights(official)
    ours.set_weights([np.zeros_like(array) for array in theirs.get_weights()])
    report = assign_weights(ours.layers, read_weights(official), source="official")
    assert equal(ours.get_weights(), theirs.get_weights())
    assert report == LoadReport(loaded=tuple(layer.name for layer in theirs.layers if layer.weights))
    assert str(report) == "55 layers loaded"


def test_full_file_fills_a_model_without_classifier(official: Path) -> None:
    full = mobilenet()
    full.load_weights(official)
    headless = mobilenet(include_top=False, input_shape=(32, 64, 3))
    report = load_weights(headless.layers, official)
    assert equal(headless.get_weights(), full.get_weights()[:-2])
    assert report.skipped == ("conv_preds",)
    assert str(report) == "54 layers loaded; 1 skipped: conv_preds"


def test_layers_of_channels_first_take_the_same_file(official: Path) -> None:
    """The order of a picture's axes changes no weight."""
    layers = [keras.layers.Conv2D(8, 3, 2, use_bias=False, data_format="channels_first")]
    layers[0].build((None, 3, 224, 224))
    load_weights(layers, official)
    with h5py.File(official) as file:
        assert np.array_equal(layers[0].get_weights()[0], file["conv1/conv1/kernel:0"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            {"alpha": 0.5},
            r"55 mismatched: conv1, .* and 49 more\).*of 55 in the model and 55 in the file.*"
            r"model +file\n  conv1 \(3, 3, 3, 16\) +conv1 \(3, 3, 3, 8\)\n.*another alpha",
        ),
        (
            {"classes": 7},
            r"1 mismatched: conv_preds\).*\n  conv_pw_13_bn \(256,\).*\n"
            r"  conv_preds \(1, 1, 256, 7\) \(7,\) +conv_preds \(1, 1, 256, 1000\) \(1000,\)\n"
            "The file has 1000 classes: build the model with classes=1000, or with include_top=False",
        ),
        ({"input_shape": (64, 64, 1)}, r"1 mismatched: conv1\).*conv1 \(3, 3, 1, 8\).*or other input channels"),
    ],
)
def test_other_networks_are_shown_beside_the_file(arguments: dict[str, object], reason: str, official: Path) -> None:
    model = mobilenet(**arguments)
    before = model.get_weights()
    with pytest.raises(WeightsMismatchError, match=f"(?s){official} does not fit this model; no weight was.*{reason}"):
        load_weights(model.layers, official)
    assert equal(model.get_weights(), before)


def test_file_without_classifier_does_not_fill_a_model_with_one(tmp_path: Path) -> None:
    headless = mobilenet(include_top=False, input_shape=(32, 64, 3))
    headless.save(tmp_path / "notop.h5")
    model = mobilenet()
    before = model.get_weights()
    expected = (
        r"(?s)notop.h5 does not fit this model; no weight was changed \(0 layers loaded; 1 missing: conv_preds\)\.\n"
        r".*of 55 in the model and 54 in the file.*conv_preds \(1, 1, 256, 1000\) \(1000,\) +nothing\n"
        r"Has the file no classifier\? Build the model with include_top=False, or take the file with the classifier."
    )
    with pytest.raises(WeightsMismatchError, match=expected):
        load_weights(model.layers, tmp_path / "notop.h5")
    assert equal(model.get_weights(), before)


def test_file_of_another_network_is_told(official: Path) -> None:
    with pytest.raises(WeightsMismatchError, match="The file belongs to another network"):
        load_weights(keras.applications.MobileNetV2(alpha=0.35, weights=None).layers, official)


def test_torch_shapes_are_shown_as_such() -> None:
    network = [*small_state_network()[:3], Layer.of("dense", (4, 6), (6,))]
    expected = r"(?s)in PyTorch's order of axes:.*dense \(4, 6\) \(6,\) +3 \(5, 4\) \(5,\)\nThe file has 5 classes"
    with pytest.raises(WeightsMismatchError, match=expected):
        load_weights(network, SMALL_STATE)
    assert untouched(network)


def test_file_without_weights_is_told(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "empty.h5", "w") as file:
        file.attrs["layer_names"] = np.array([])
    network = small_h5_network()
    with pytest.raises(WeightsMismatchError, match=r"3 missing: conv, norm, dense.*(?s:.*)The file holds no weights"):
        load_weights(network, tmp_path / "empty.h5")
    assert untouched(network)


def test_layer_with_fewer_arrays_does_not_fit(tmp_path: Path) -> None:
    path = write_small_h5(tmp_path / "small.h5")
    network = [layer if layer.name != "norm" else Layer.of("norm", (4,)) for layer in small_h5_network()]
    with pytest.raises(WeightsMismatchError, match=r"norm \(4,\) +norm \(4,\) \(4,\)"):
        load_weights(network, path)
    assert untouched(network)


def test_long_names_are_cut_in_the_message(tmp_path: Path) -> None:
    network = [Layer.of("n" * 100_000, (1,))]
    with pytest.raises(WeightsMismatchError) as caught:
        assign_weights(network, read_weights(write_small_h5(tmp_path / "small.h5")), source="small.h5")
    assert max(map(len, str(caught.value).splitlines())) < 200


def test_no_layers_take_nothing(tmp_path: Path) -> None:
    report = load_weights([], write_small_h5(tmp_path / "small.h5"))
    assert report == LoadReport(skipped=("conv", "norm", "dense"))
    assert str(report) == "0 layers loaded; 3 skipped: conv, norm, dense"


def test_damage_in_the_last_tensor_changes_no_weight_of_keras(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(4)])
    path = tmp_path / "damaged.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([b"a", b"b"])
        for name in "ab":
            group = file.create_group(name)
            group.attrs["weight_names"] = np.array([b"kernel", b"bias"])
            group.create_dataset("kernel", data=np.ones((4, 4), "f4"), compression="gzip")
            group.create_dataset("bias", data=np.ones(4, "f4"), chunks=True, fletcher32=True)
        position = group["bias"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    before = model.get_weights()
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged HDF5 file"):
        load_weights(model.layers, path)
    assert equal(model.get_weights(), before)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=f"There is no weight file {tmp_path / 'nowhere.h5'}"):
        load_weights(small_h5_network(), tmp_path / "nowhere.h5")


def classifier(*names: str, classes: int = 3) -> "keras.Model":
    *body, last = (keras.layers.Dense(4 if name != names[-1] else classes, name=name) for name in names)
    return keras.Sequential([keras.Input((4,)), *body, last])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple["keras.Model", Path]:
    model = set_random_weights(classifier("a", "b", "c", "predictions"), seed=1)
    path = tmp_path_factory.mktemp("trained") / "trained.h5"
    model.save(path)
    return model, path


def loaded_by_name(names: tuple[str, ...], classes: int, path: Path, **options: bool):
    """Report, weights before and weights after."""
    model = set_random_weights(classifier(*names, classes=classes), seed=2)
    before = model.get_weights()
    return load_weights(model, path, by_name=True, **options), before, model.get_weights()


def test_names_find_layers_in_any_order(trained) -> None:
    theirs, path = trained
    report, before, after = loaded_by_name(("c", "new", "a", "head"), 3, path)
    assert report == LoadReport(loaded=("c", "a"), skipped=("b", "predictions"), missing=("new", "head"))
    assert str(report) == "2 layers loaded; 2 skipped: b, predictions; 2 missing: new, head"
    weights = theirs.get_weights()
    assert equal(after, [*weights[4:6], *before[2:4], *weights[:2], *before[6:]])


@pytest.mark.parametrize("by_name", [True, False])
def test_other_shapes_are_refused_unless_asked_for(by_name: bool, trained) -> None:
    theirs, path = trained
    model = set_random_weights(classifier("a", "b", "c", "predictions", classes=7), seed=2)
    before = model.get_weights()
    with pytest.raises(WeightsMismatchError, match=r"1 mismatched: predictions\)(?s:.*)The file has 3 classes"):
        load_weights(model, path, by_name=by_name)
    assert equal(model.get_weights(), before)
    report = load_weights(model, path, by_name=by_name, skip_mismatch=True)
    assert report == LoadReport(loaded=("a", "b", "c"), mismatched=("predictions",))
    assert equal(model.get_weights(), [*theirs.get_weights()[:-2], *before[-2:]])


def test_names_load_what_keras_loads(trained) -> None:
    """Without what Keras leaves out in silence: that is in the report."""
    _, path = trained
    names = ("b", "other", "a", "predictions")
    ours, theirs = (set_random_weights(classifier(*names, classes=7), seed=2) for _ in range(2))
    load_weights(ours, path, by_name=True, skip_mismatch=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' word for "mismatched"
        theirs.load_weights(path, by_name=True, skip_mismatch=True)
    assert equal(ours.get_weights(), theirs.get_weights())


@pytest.mark.parametrize(
    ("names", "classes", "reason"),
    [
        (("dense_7", "dense_8"), 3, "No layer of the file has a name of the model's; they are called 'a' and so on"),
        (("x", "predictions"), 7, r"1 missing: x; 1 mismatched: predictions"),
    ],
)
def test_loading_nothing_is_an_error(names: tuple[str, ...], classes: int, reason: str, trained) -> None:
    """Keras says nothing, and the network goes on with random weights."""
    with pytest.raises(WeightsMismatchError, match=rf"0 layers loaded; (?s:.*){reason}"):
        loaded_by_name(names, classes, trained[1], skip_mismatch=True)


def test_file_of_torch_knows_the_layers_of_models_within(tmp_path: Path) -> None:
    def dense(units: int) -> "keras.layers.Layer":
        return keras.layers.Dense(units, use_bias=False)

    inner = keras.Sequential([keras.Input((4,)), dense(5), dense(3)])
    model = keras.Sequential([keras.Input((4,)), dense(4), inner, dense(2)])
    arrays = [array.T for array in set_random_weights(model, seed=1).get_weights()]
    np.savez(tmp_path / "flat.npz", **{f"{number}.weight": array for number, array in enumerate(arrays)})
    set_random_weights(model, seed=2)
    assert str(load_weights(model, tmp_path / "flat.npz")) == "4 layers loaded"
    assert equal([array.T for array in model.get_weights()], arrays)


def test_shared_layer_has_its_weights_once(tmp_path: Path) -> None:
    """A layer of two models is in a file of Keras 3 where the first of them is."""

    def siblings() -> "keras.Model":
        shared, image = keras.layers.Dense(4), keras.Input((4,))
        left, right = (keras.Sequential([keras.Input((4,)), shared, keras.layers.Dense(4)]) for _ in range(2))
        return keras.Model(image, right(left(image)))

    theirs, ours = set_random_weights(siblings(), seed=1), set_random_weights(siblings(), seed=2)
    theirs.save_weights(tmp_path / "shared.weights.h5")
    assert str(load_weights(ours, tmp_path / "shared.weights.h5")) == "3 layers loaded"
    assert equal(ours.get_weights(), theirs.get_weights())


def test_half_and_double_precision_become_that_of_the_layer(tmp_path: Path) -> None:
    np.savez(tmp_path / "half.npz", **{"a/kernel": np.full((4, 3), 0.1, "f2"), "a/bias": np.full(3, 0.1, "f8")})
    for dtype in ("float32", "float16"):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype=dtype)])
        load_weights(model, tmp_path / "half.npz")
        kernel, bias = model.get_weights()
        assert (kernel.dtype, bias.dtype) == (dtype, dtype)
        assert kernel[0, 0] == np.float16(0.1) and bias[0] == np.dtype(dtype).type(0.1)
