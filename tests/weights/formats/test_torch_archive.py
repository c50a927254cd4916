"""PyTorch's zip format."""

import pickle
import tracemalloc
import zipfile
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, UnsafeWeightsError
from amalthea.weights import load_weights, read_weights
from tests.weights.formats.test_hostile_pickle import Evil
from tests.weights.small_files import (
    NUMBERS,
    SMALL_ARCHIVE,
    SMALL_STATE,
    pickled_tensor,
    small_state_network,
    torch_archive,
)

needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.pth"


def test_file_of_torch_equals_its_twin_in_the_old_format() -> None:
    ours, theirs = read_weights(SMALL_ARCHIVE), read_weights(SMALL_STATE)
    assert [layer.name for layer in ours] == [layer.name for layer in theirs]
    for our, their in zip(ours, theirs, strict=True):
        for a, b in zip(our.tensors, their.tensors, strict=True):
            assert (a.name, a.shape, a.dtype, a.layout) == (b.name, b.shape, b.dtype, b.layout)
            assert np.array_equal(a.read(), b.read())


def test_network_is_filled() -> None:
    network = small_state_network()
    assert str(load_weights(network, SMALL_ARCHIVE)) == "4 layers loaded"
    assert np.array_equal(network[3].weights[0].value, np.arange(20).reshape(5, 4).T)


@needs_torch
@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"])
@pytest.mark.parametrize("zipped", [True, False])
def test_all_types_equal_what_torch_wrote(dtype: str, zipped: bool, path: Path) -> None:
    import torch

    written = torch.arange(24).reshape(2, 3, 4).to(getattr(torch, dtype))[:, 1:, ::2]
    state = {"layer.view": written, "layer.scalar": torch.tensor(7.5), "layer.empty": torch.zeros(0, 3)}
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    [layer] = read_weights(path)
    for tensor, expected in zip(layer.tensors, state.values(), strict=True):
        array = tensor.read()
        assert array.dtype == tensor.dtype
        assert np.array_equal(array, expected.float().numpy())


@needs_torch
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("around", ["nothing", "state_dict", "model", "parameters", "parallel"])
def test_state_dicts_of_training_scripts_are_found(around: str, zipped: bool, path: Path) -> None:
    import torch
    from torch import nn

    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 5))
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    state = network.state_dict()
    notes = {"epoch": 3, "loss": 0.5, "arch": "small", "best": None, "optimizer": optimizer.state_dict()}
    saved = {
        "nothing": state,
        "state_dict": {**notes, "state_dict": state},
        "model": {**notes, "model": state},
        "parameters": OrderedDict(network.named_parameters()),
        "parallel": {"state_dict": nn.DataParallel(network).state_dict()},
    }
    torch.save(saved[around], path, _use_new_zipfile_serialization=zipped)
    layers = read_weights(path)
    assert [layer.name for layer in layers] == ["0", "1", "3"]
    for tensor in (tensor for layer in layers for tensor in layer.tensors):
        assert np.array_equal(tensor.read(), state[tensor.name].numpy()), tensor.name


@needs_torch
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # but such files exist
@pytest.mark.parametrize("saved", ["whole model", "notes alone", "script"])
def test_everything_but_a_state_dict_is_refused(saved: str, path: Path) -> None:
    import torch

    if saved == "script":
        torch.jit.script(torch.nn.Linear(2, 3)).save(str(path))
    else:
        torch.save(torch.nn.Linear(2, 3) if saved == "whole model" else {"state_dict": {"epoch": 3}}, path)
    expected = BrokenWeightsError if saved == "notes alone" else UnsafeWeightsError
    with pytest.raises(expected, match=f"{path} .*state_dict"):
        read_weights(path)


def test_written_archive_is_one_that_torch_reads(path: Path) -> None:
    """The hostile files below differ from this one by a number each."""
    torch_archive(path, pickled_tensor((2, 3), (3, 1), 6, old=False), NUMBERS)
    assert np.array_equal(read_weights(path)[0].tensors[0].read(), [[0, 1, 2], [3, 4, 5]])
    if find_spec("torch"):
        import torch

        assert torch.load(path)["layer.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_code_in_an_archive_is_refused_and_not_run(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "was run"
    torch_archive(path, pickle.dumps(OrderedDict(weight=Evil(target)), protocol=2), NUMBERS)
    with pytest.raises(UnsafeWeightsError, match=rf"{path} asks for the global '(posix|nt).system'.*Nothing was run"):
        read_weights(path)
    assert not target.exists()


@pytest.mark.parametrize(
    ("state", "byte_order", "reason"),
    [
        (pickled_tensor((2, 3), (3, 1), 6, old=False), b"big", "not written by a little-endian machine"),
        (pickled_tensor((2, 3), (3, 1), 7, old=False), b"little", "'archive/data/0' should hold 7 numbers"),
        (pickled_tensor((2, 3), (4, 1), 6, old=False), b"little", "a tensor larger than its storage"),
        (pickled_tensor((2**20, 2**20), (2**20, 1), 2**40, old=False), b"little", "should hold 1099511627776 numbers"),
        (pickle.dumps({}, protocol=2)[:-1] + bytes(2**23), b"little", "its pickle is too large"),
    ],
)
def test_impossible_archives_are_told(state: bytes, byte_order: bytes, reason: str, path: Path) -> None:
    torch_archive(path, state, NUMBERS, byte_order)
    tracemalloc.start()
    with pytest.raises(BrokenWeightsError, match=f"{path} .*{reason}"):
        read_weights(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_missing_storage_is_told(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickled_tensor((2, 3), (3, 1), 6, old=False))
    with pytest.raises(BrokenWeightsError, match="'archive/data/0' is missing"):
        read_weights(path)
