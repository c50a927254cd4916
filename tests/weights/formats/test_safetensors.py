"""Safetensors, by what its own library and PyTorch write."""

import json
from importlib.util import find_spec
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from amalthea.errors import BrokenWeightsError, WeightsError, WeightsMismatchError
from amalthea.weights import load_weights, read_weights
from tests.weights.small_files import Layer, small_state_network, untouched

pytestmark = pytest.mark.single_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.safetensors"


def test_modules_of_torch_are_told_apart_and_in_their_own_order(path: Path) -> None:
    names = (
        "layer1.0.bn.weight",
        "layer1.0.bn.bias",
        "layer1.0.bn.running_mean",
        "layer1.0.bn.running_var",
        "fc.weight",
    )
    save_file({name: np.full(3, number, "f4") for number, name in enumerate(names)}, path)
    layers = {layer.name: [tensor.read()[0] for tensor in layer.tensors] for layer in read_weights(path)}
    assert layers == {"layer1.0.bn": [0, 1, 2, 3], "fc": [4]}


def test_sorted_layers_are_never_assigned_by_order(path: Path) -> None:
    """The library sorts by name, and layers of one shape would silently change places."""
    save_file({f"{name}.weight": np.ones((4, 4), "f4") for name in ("first", "also")}, path)
    network = [Layer.of("a", (4, 4)), Layer.of("b", (4, 4))]
    with pytest.raises(WeightsMismatchError, match=f"{path} does not fit this model.*2 missing: a, b"):
        load_weights(network, path)
    assert untouched(network)


@pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16", "int64", "int32"])
def test_all_types_equal_what_torch_wrote(dtype: str, path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    expected = torch.arange(24).reshape(2, 3, 4).to(getattr(torch, dtype))
    save_file({"layer.weight": expected, "layer.bias": torch.zeros(0, 3)}, path, metadata={"format": "pt"})
    weight, bias = read_weights(path)[0].tensors
    assert weight.read().dtype == weight.dtype
    assert np.array_equal(weight.read(), expected.float().numpy())
    assert bias.read().shape == (0, 3)


def test_names_of_keras_find_layers_without_an_order(path: Path) -> None:
    arrays = {"b/kernel": np.full((2, 3), 1, "f4"), "b/bias": np.full(3, 2, "f2"), "a/kernel": np.full((2, 3), 3, "f8")}
    save_file(arrays, path)
    network = [Layer.of("b", (2, 3), (3,)), Layer.of("a", (2, 3))]
    assert str(load_weights(network, path, by_name=True)) == "2 layers loaded"
    values = [variable.value for layer in network for variable in layer.weights]
    assert [value.flat[0] for value in values] == [1, 2, 3]
    assert {value.dtype for value in values} == {np.dtype("float32")}


@pytest.mark.parametrize("dtype", [np.int8, ml_dtypes.float8_e4m3fn])
def test_quantised_weights_are_told(dtype: type, path: Path) -> None:
    save_file({"fc.weight": np.zeros((2, 3), dtype)}, path)
    with pytest.raises(WeightsError, match=f"{path}: 'fc.weight' holds numbers of type .*; understood are .*quantised"):
        read_weights(path)


@pytest.mark.parametrize("order", ['["a"]', '["b/kernel", 3]', "[", "{}", '["b/kernel", "b/kernel"]', "[" * 5000])
def test_note_that_says_nothing_is_passed_over(order: str, path: Path) -> None:
    save_file({"b/kernel": np.ones(2, "f4"), "a/kernel": np.ones(2, "f4")}, path, {"amalthea_order": order})
    assert [layer.address for layer in read_weights(path)] == ["a", "b"]


def header(**tensors: object) -> bytes:
    text = json.dumps(tensors).encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "content",
    [
        header(a={"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 2**42]}),
        header(a={"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 24]}) + bytes(24),
        header(a={"dtype": "F32", "shape": [6], "data_offsets": [0, 24]}) + bytes(20),
        header(a={"dtype": "F32", "shape": [6], "data_offsets": [-4, 20]}) + bytes(20),
        header(a={"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 0]}),
        (2**40).to_bytes(8, "little") + b"{}",
        (10).to_bytes(8, "little") + b"{" * 10,
    ],
)
def test_impossible_files_are_told(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged safetensors file .*Fetch it again"):
        read_weights(path)


def test_more_axes_than_an_array_can_have_are_told(path: Path) -> None:
    path.write_bytes(header(a={"dtype": "F32", "shape": [1] * 65, "data_offsets": [0, 4]}) + bytes(4))
    with pytest.raises(BrokenWeightsError, match=f"{path}: 'a' claims 65 axes"):
        read_weights(path)


def test_file_cut_off_after_it_was_looked_at(path: Path) -> None:
    save_file({"b/kernel": np.ones(100_000, "f4")}, path)
    [layer] = read_weights(path)
    with path.open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(BrokenWeightsError, match=f"{path} is a truncated or damaged safetensors file"):
        layer.tensors[0].read()


def test_empty_file_has_no_layers(path: Path) -> None:
    save_file({}, path)
    assert read_weights(path) == ()
    with pytest.raises(WeightsMismatchError, match="The file holds no weights"):
        load_weights(small_state_network(), path)
