from collections.abc import Sequence
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, MissingFileError, WeightsMismatchError
from amalthea.weights import LoadReport, assign_weights, load_weights, read_weights
from tests.weights.small_files import (
    SMALL_STATE,
    Layer,
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
    """Built once: no test depends on the weights that it finds."""
    return keras.applications.MobileNet(**{"alpha": 0.25, "weights": None, **arguments})


def equal(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> bool:
    return all(np.array_equal(our, their) for our, their in zip(ours, theirs, strict=True))


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
