import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.catalog import variant
from amalthea.errors import AmaltheaError, BrokenWeightsError, WeightsMismatchError
from amalthea.weights import convert_weights, find_weights, load_weights, read_weights
from tests.weights.small_files import (
    NUMBERS,
    SMALL_STATE,
    Layer,
    pickled_tensor,
    small_state_network,
    torch_file,
    untouched,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.pth"


def test_state_dict_is_grouped_by_module_without_counters() -> None:
    layers = read_weights(SMALL_STATE)
    assert [(layer.name, [tensor.name for tensor in layer.tensors]) for layer in layers] == [
        ("0", ["0.weight"]),
        ("1", ["1.weight", "1.bias", "1.running_mean", "1.running_var"]),
        ("2", ["2.weight", "2.bias"]),
        ("3", ["3.weight", "3.bias"]),
    ]


def test_tensors_are_read_as_they_were_written() -> None:
    for tensor in (tensor for layer in read_weights(SMALL_STATE) for tensor in layer.tensors):
        array = tensor.read()
        assert (array.shape, array.dtype) == (tensor.shape, tensor.dtype)
        assert np.array_equal(array, np.arange(array.size).reshape(array.shape)), tensor.name


def test_axes_become_those_of_keras() -> None:
    network = small_state_network()
    assert str(load_weights(network, SMALL_STATE)) == "4 layers loaded"
    convolution, _, depthwise, dense = network
    assert np.array_equal(convolution.weights[0].value, np.arange(108).reshape(4, 3, 3, 3).transpose(2, 3, 1, 0))
    assert np.array_equal(depthwise.weights[0].value, np.arange(36).reshape(4, 1, 3, 3).transpose(2, 3, 0, 1))
    assert np.array_equal(dense.weights[0].value, np.arange(20).reshape(5, 4).T)


def test_square_kernels_are_not_taken_for_depthwise_ones(path: Path) -> None:
    """A convolution with as many outputs as inputs has the same shape in both orders."""
    numbers = np.arange(16, dtype="<f4")
    path.write_bytes(torch_file(pickled_tensor((4, 4, 1, 1), (4, 1, 1, 1), 16), ("0",), (numbers.tobytes(),)))
    network = [Layer.of("conv", (1, 1, 4, 4))]
    load_weights(network, path)
    assert np.array_equal(network[0].weights[0].value[0, 0], numbers.reshape(4, 4).T)


def test_kernel_does_not_fit_with_inputs_and_outputs_exchanged(path: Path) -> None:
    content = bytes(8 * 4)
    path.write_bytes(torch_file(pickled_tensor((4, 2, 1, 1), (2, 1, 1, 1), 8), ("0",), (content,)))
    assert load_weights([Layer.of("conv", (1, 1, 2, 4))], path).loaded == ("conv",)
    with pytest.raises(WeightsMismatchError, match=r"conv \(1, 1, 4, 2\) +layer \(4, 2, 1, 1\)"):
        load_weights([Layer.of("conv", (1, 1, 4, 2))], path)


def test_official_file_equals_what_torch_reads() -> None:
    torch = pytest.importorskip("torch")
    official = find_weights(variant("EfficientNetLite0").file(top=True))
    expected = torch.load(official, weights_only=True)
    tensors = [tensor for layer in read_weights(official) for tensor in layer.tensors]
    assert [tensor.name for tensor in tensors] == [name for name in expected if "num_batches" not in name]
    for tensor in tensors:
        assert np.array_equal(tensor.read(), expected[tensor.name].numpy()), tensor.name


def test_network_computes_what_it_computed_in_torch(path: Path) -> None:
    torch = pytest.importorskip("torch")
    import keras

    torch.manual_seed(5)
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, stride=1, bias=True),
        torch.nn.BatchNorm2d(8),
        torch.nn.Conv2d(8, 8, 3, groups=8, bias=False),
        torch.nn.Flatten(),
        torch.nn.Linear(8 * 4, 5),
    )
    for value in theirs.state_dict().values():
        if value.is_floating_point():
            torch.nn.init.uniform_(value, 0.5, 1.5)
    torch.save(theirs.state_dict(), path, _use_new_zipfile_serialization=False)
    ours = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            keras.layers.Conv2D(8, 3),
            keras.layers.BatchNormalization(epsilon=1e-5),
            keras.layers.DepthwiseConv2D(3, use_bias=False),
            keras.layers.Permute((3, 1, 2)),
            keras.layers.Flatten(data_format="channels_last"),
            keras.layers.Dense(5),
        ]
    )
    load_weights(ours.layers, path)
    images = np.random.default_rng(5).uniform(-1, 1, (2, 6, 6, 3)).astype("float32")
    expected = theirs.eval()(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())).detach().numpy()
    assert np.ptp(expected, axis=0).min() > 1
    np.testing.assert_allclose(ours.predict(images, verbose=0), expected, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", "int32", "int16", "int8", "uint8"])
def test_all_types_equal_what_torch_wrote(dtype: str, path: Path) -> None:
    torch = pytest.importorskip("torch")
    written = torch.arange(24).reshape(2, 3, 4).to(getattr(torch, dtype))[:, 1:, ::2]
    scalar, empty = torch.tensor(7.5), torch.zeros(0, 3)
    state = {"layer.view": written, "layer.scalar": scalar, "layer.empty": empty}
    torch.save(state, path, _use_new_zipfile_serialization=False, pickle_protocol=4)
    [layer] = read_weights(path)
    for tensor, expected in zip(layer.tensors, state.values(), strict=True):
        array = tensor.read()
        assert array.dtype == expected.numpy().dtype
        assert np.array_equal(array, expected.numpy())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps([1, 2], protocol=2), "not of PyTorch"),
        (pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + pickle.dumps(1002, protocol=2), "not of PyTorch"),
        (torch_file(pickle.dumps([], protocol=2)), "no state dict"),
        (torch_file(pickle.dumps({"epoch": 3}, protocol=2)), r"save `model.state_dict\(\)`"),
        (torch_file(pickled_tensor((2, 3), (3, 1), 6), (), ()), "Fetch it again"),
        (torch_file(pickled_tensor((2, 3), (3, 1), 6), ("1",), (NUMBERS,)), "a storage that no tensor uses"),
        (torch_file(pickled_tensor((2, 3), (3, 1), 6), ("0",), (NUMBERS[:-4],)), "6 numbers should begin at byte"),
    ],
)
def test_other_pickles_are_told(content: bytes, reason: str, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(BrokenWeightsError, match=reason):
        read_weights(path)


def test_file_cut_off_after_it_was_looked_at(path: Path) -> None:
    path.write_bytes(SMALL_STATE.read_bytes())
    layers = read_weights(path)
    path.write_bytes(SMALL_STATE.read_bytes()[:-200])
    with pytest.raises(BrokenWeightsError, match="it ends early"):
        [tensor.read() for layer in layers for tensor in layer.tensors]


def test_shape_is_checked_before_anything_is_read(path: Path) -> None:
    path.write_bytes(SMALL_STATE.read_bytes())
    network = [*small_state_network()[:3], Layer.of("dense", (5, 4), (5,))]
    with pytest.raises(WeightsMismatchError, match=r"dense \(5, 4\) \(5,\) +3 \(5, 4\) \(5,\)"):
        load_weights(network, path)
    assert untouched(network)


def test_torch_is_not_imported() -> None:
    program = f"import sys; from amalthea.weights import read_weights; read_weights({str(SMALL_STATE)!r}); "
    program += "assert not {'torch', 'keras', 'tensorflow', 'jax'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@settings(max_examples=300)
@given(
    cut=st.integers(0, len(SMALL_STATE.read_bytes())) | st.none(),
    flips=st.lists(st.integers(0, 8 * len(SMALL_STATE.read_bytes()) - 1), max_size=4),
)
def test_damage_is_told_or_harmless(
    cut: int | None, flips: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(SMALL_STATE.read_bytes())
    for flip in flips:
        content[flip // 8] ^= 1 << flip % 8
    path = tmp_path_factory.mktemp("damaged") / "weights.pth"
    path.write_bytes(content[:cut])
    network = small_state_network()
    try:
        load_weights(network, path)
    except AmaltheaError as problem:
        assert str(path) in str(problem)
        assert untouched(network)
    else:
        assert not untouched(network)


@pytest.mark.parametrize("name", ["la\ud800er.weight", "la\udfffer.weight"])
def test_name_that_is_no_text_is_told(name: str, tmp_path: Path) -> None:
    """Python's pickles can hold half a character, which no other format and no screen can."""
    ours, theirs = (value.encode("utf-8", "surrogatepass") for value in ("layer.weight", name))
    state = pickled_tensor((2, 3), (3, 1), 6).replace(_counted(ours), _counted(theirs))
    (tmp_path / "old.pth").write_bytes(torch_file(state, ("0",), (NUMBERS,)))
    with pytest.raises(BrokenWeightsError, match=r"old.pth: the name 'la\\ud...er' is no text"):
        convert_weights(tmp_path / "old.pth", tmp_path / "new.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["old.pth"]


def _counted(text: bytes) -> bytes:
    return len(text).to_bytes(4, "little") + text
