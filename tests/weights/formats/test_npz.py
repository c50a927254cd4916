"""NumPy's format, by what NumPy writes."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, UnsafeWeightsError
from amalthea.weights import load_weights, read_weights
from tests.weights.formats.test_hostile_pickle import Evil
from tests.weights.small_files import SMALL_WEIGHTS, Layer, small_h5_network, small_state_network

pytestmark = pytest.mark.single_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.npz"


def test_layers_of_keras_come_in_the_order_of_the_file(path: Path) -> None:
    arrays = {name.removesuffix(":0"): array for weights in SMALL_WEIGHTS.values() for name, array in weights.items()}
    np.savez(path, **arrays)
    network = small_h5_network()
    assert str(load_weights(network, path)) == "3 layers loaded"
    values = [variable.value for layer in network for variable in layer.weights]
    assert all(map(np.array_equal, values, arrays.values()))


def test_state_dict_has_the_axes_of_torch(path: Path) -> None:
    shapes = {"conv.weight": (4, 3, 3, 3), "norm.weight": (4,), "norm.bias": (4,), "norm.running_mean": (4,)}
    shapes |= {"norm.running_var": (4,), "norm.num_batches_tracked": (), "deep.weight": (4, 1, 3, 3), "deep.bias": (4,)}
    shapes |= {"fc.weight": (5, 4), "fc.bias": (5,)}
    arrays = {name: np.arange(np.prod(shape, dtype=int)).reshape(shape) for name, shape in shapes.items()}
    np.savez(path, **{f"module.{name}": array for name, array in arrays.items()})
    assert [layer.name for layer in read_weights(path)] == ["conv", "norm", "deep", "fc"]
    network = small_state_network()
    load_weights(network, path)
    assert np.array_equal(network[0].weights[0].value, arrays["conv.weight"].transpose(2, 3, 1, 0))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", "<i8", "u1"])
def test_arrays_may_be_stored_in_any_way(dtype: str, order: str, path: Path) -> None:
    array = np.asarray(np.arange(24).reshape(2, 3, 4), dtype, order=order)
    np.savez(path, **{"a/scalar": np.array(7.5), "a/empty": np.zeros((0, 3)), "a/kernel": array})
    scalar, empty, kernel = (tensor.read() for tensor in read_weights(path)[0].tensors)
    assert (scalar, empty.shape) == (7.5, (0, 3))
    assert kernel.dtype == dtype and np.array_equal(kernel, array)


def test_bfloat16_becomes_float32(path: Path) -> None:
    import ml_dtypes

    array = np.array([1.5, -2, 1e30, np.inf], ml_dtypes.bfloat16)
    np.savez(path, **{"a/kernel": array})
    network = [Layer.of("a", (4,))]
    load_weights(network, path)
    assert network[0].weights[0].value.dtype == "float32"
    assert np.array_equal(network[0].weights[0].value, array.astype("float32"))


def test_pickled_objects_are_refused_and_not_read(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "was run"
    np.savez(path, **{"a/kernel": np.array([Evil(target)], dtype=object)})
    with pytest.raises(UnsafeWeightsError, match=f"{path}: 'a/kernel.npy' is an array of Python objects.*Nothing was"):
        read_weights(path)
    assert not target.exists()
    np.load(path, allow_pickle=True)["a/kernel"]
    assert target.exists(), "the trap itself must work"


@pytest.mark.parametrize("array", [np.array("text"), np.array([True]), np.zeros(2, "c8"), np.zeros(2, "i1,i1")])
def test_anything_but_numbers_is_told(array: np.ndarray, path: Path) -> None:
    np.savez(path, **{"a/kernel": array})
    with pytest.raises(BrokenWeightsError, match=r"'a/kernel.npy' holds .*, not numbers"):
        read_weights(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no header of NumPy"),
        (b"\x93NUMPY\x01\x00\x05\x00[[[[[", "has no header of NumPy"),
        (b"\x93NUMPY\x09\x00\x05\x00{}   ", "has no header of NumPy"),
        (b"\x93NUMPY\x01\x00\xff\xff", "has no header of NumPy"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "has no header of NumPy"),
    ],
)
def test_damaged_headers_are_told(content: bytes, reason: str, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/kernel.npy", content)
    with pytest.raises(BrokenWeightsError, match=f"{path} is a .*'a/kernel.npy' {reason}"):
        read_weights(path)


@pytest.mark.parametrize("shape", [(2**40,), (2**20, 2**20), (2**70,), (5,), (7,), (-6,), (-2, -3)])
def test_claimed_shapes_take_no_memory(shape: tuple[int, ...], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file, file.open("a/kernel.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, "shape": shape})
        member.write(bytes(6 * 4))
    with pytest.raises(BrokenWeightsError, match=r"'a/kernel.npy' claims another number of bytes than it has"):
        read_weights(path)


@pytest.mark.parametrize("rank", [33, 65, 200])
def test_more_axes_than_an_array_can_have_are_told(rank: int, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file, file.open("a/kernel.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, "shape": (1,) * rank})
        member.write(bytes(4))
    with pytest.raises(BrokenWeightsError, match=f"{path}: 'a/kernel' claims {rank} axes"):
        read_weights(path)
