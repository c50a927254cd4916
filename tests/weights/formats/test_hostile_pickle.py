"""Pickles that ask for code, memory or a crash: told, and nothing of it happens."""

import os
import pickle
import tracemalloc
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from amalthea.errors import BrokenWeightsError, UnsafeWeightsError
from amalthea.weights import read_weights
from tests.weights.small_files import NUMBERS, SMALL_STATE, pickled_tensor, torch_file

pytestmark = pytest.mark.single_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.pth"


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"echo > '{self.target}'",)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_code_in_a_pickle_is_refused_and_not_run(protocol: int, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "was run"
    content = pickle.dumps(Evil(target), protocol=protocol)
    assert pickle.loads(content) == 0 and target.exists(), "the trap itself must work"
    target.unlink()
    path.write_bytes(content)
    with pytest.raises(
        UnsafeWeightsError, match=rf"{path} asks for the global '(posix|nt).system', which can run code"
    ):
        read_weights(path)
    assert not target.exists()


@pytest.mark.parametrize("protocol", [2, 4])
def test_code_among_tensors_is_refused_and_not_run(protocol: int, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "was run"
    path.write_bytes(torch_file(pickle.dumps(OrderedDict(weight=Evil(target)), protocol=protocol)))
    with pytest.raises(UnsafeWeightsError, match=r"the global '(posix|nt).system'.*Nothing was run.*state_dict"):
        read_weights(path)
    assert not target.exists()


@pytest.mark.parametrize(
    ("instructions", "named"),
    [
        (b"cbuiltins\neval\n(X\x04\x00\x00\x001/0.tR.", "the global 'builtins.eval'"),
        (b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n.", "'torch._utils._rebuild_tensor_v2.__globals__'"),
        (b"(cos\nsystem\n.", "the global 'os.system'"),
        (b"c\\has\nsystem\n.", r"the global '\\\\has.system'"),
        (b"(ios\nsystem\n.", "the pickle instruction INST"),
        (b"ccollections\nOrderedDict\n)\x81.", "the pickle instruction NEWOBJ"),
        (b"(ccollections\nOrderedDict\no.", "the pickle instruction OBJ"),
        (b"\x82\x01.", "the pickle instruction EXT1"),
        (b"S'\\q'\n.", "the pickle instruction STRING"),
        (b"ctorch\nload\n(X\x01\x00\x00\x00xtR.", "the global 'torch.load'"),
        (b"ctorch\nBoolStorage\n.", "the global 'torch.BoolStorage'"),
    ],
)
def test_everything_beyond_tensors_is_refused_by_name(instructions: bytes, named: str, path: Path) -> None:
    path.write_bytes(torch_file(b"\x80\x02" + instructions))
    with pytest.raises(UnsafeWeightsError, match=named):
        read_weights(path)


@pytest.mark.parametrize("instructions", [b"}2.", b"S'\\q'\n."], ids=["DUP", "STRING"])
def test_instructions_that_are_harmless_are_not_called_code(instructions: bytes, path: Path) -> None:
    path.write_bytes(torch_file(b"\x80\x02" + instructions))
    expected = f"{path} asks for the pickle instruction [A-Z]+, which no weight file needs; a weight file may ask for"
    with pytest.raises(UnsafeWeightsError, match=expected):
        read_weights(path)


def test_attributes_that_a_pickle_sets_change_nothing(path: Path) -> None:
    """Python's own unpickler would replace the default arguments of a function that it was given."""
    attack = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(N}X\x0c\x00\x00\x00__defaults__(K\x01tstb."
    path.write_bytes(torch_file(attack))
    with pytest.raises(BrokenWeightsError, match="no state dict"):
        read_weights(path)
    assert np.array_equal(read_weights(SMALL_STATE)[3].tensors[1].read(), np.arange(5))


@pytest.mark.parametrize(
    "instructions",
    [
        b"]\xe2" * 3,
        b"r\xff\xff\xff\xff",
        b"K\x01r\xff\xff\xff\x7fj\xff\xff\xff\x7f.",
        b")" + b"\x85" * 300_000 + b".",
        b"}" + b")" + b"\x85" * 300_000 + b"K\x01s.",
        b"X\xff\xff\xff\xff.",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x8b\xff\xff\xff\x7f.",
    ],
    ids=["no stack", "memo of nothing", "memo", "nesting", "nested key", "long text", "longer text", "long number"],
)
def test_hostile_pickles_take_neither_memory_nor_the_stack(instructions: bytes, path: Path) -> None:
    path.write_bytes(torch_file(b"\x80\x02" + instructions))
    tracemalloc.start()
    with pytest.raises((BrokenWeightsError, UnsafeWeightsError)):
        read_weights(path)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_written_pickle_is_one_that_torch_reads(path: Path) -> None:
    """The hostile files below differ from this one by a number each."""
    path.write_bytes(torch_file(pickled_tensor((2, 3), (3, 1), 6), ("0",), (NUMBERS,)))
    assert np.array_equal(read_weights(path)[0].tensors[0].read(), [[0, 1, 2], [3, 4, 5]])
    if find_spec("torch"):
        import torch

        assert torch.load(path)["layer.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "state",
    [
        pickled_tensor((2**20, 2**20), (2**20, 1), 2**40),
        pickled_tensor((2**40,), (1,), 2**40),
        pickled_tensor((2**40,), (0,), 6),
        pickled_tensor((2**70,), (1,), 2**70),
        pickled_tensor((2, 3), (3, 1), 5),
        pickled_tensor((2, 3), (4, 1), 6),
        pickled_tensor((2, 3), (3, 1), 6, offset=1),
        pickled_tensor((2, 3), (3, 1), 6, offset=-1),
        pickled_tensor((2, 3), (-3, 1), 6),
        pickled_tensor((-2, -3), (3, 1), 6),
        pickled_tensor((2, 3), (1,), 6),
        pickled_tensor((1,) * 100, (1,) * 100, 6),
        pickled_tensor((2, 3), (3, 1), 6, storage="DoubleStorage"),
        pickled_tensor((True, 3), (3, 1), 6),
    ],
)
def test_impossible_tensors_are_broken_and_take_no_memory(state: bytes, path: Path) -> None:
    path.write_bytes(torch_file(state, ("0",), (NUMBERS,)))
    tracemalloc.start()
    with pytest.raises(BrokenWeightsError, match=f"{path} is no weight file of PyTorch, or truncated or damaged"):
        read_weights(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
