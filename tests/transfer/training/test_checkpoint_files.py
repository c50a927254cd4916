"""Files that hold how far a training is: whole or not at all, and read by others, too."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file

from amalthea.errors import BrokenWeightsError, StorageError
from amalthea.transfer.training.checkpoint_files import State, read_state, write_state

pytestmark = pytest.mark.single_backend

NAME = f"{'0' * 64}.safetensors"


def state(seed: int = 0, side: int = 5) -> State:
    generator = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {
        "model/0": generator.standard_normal((side, 3)).astype(np.float32),
        "model/1": np.array([seed, 7], np.uint32),
        "optimizer/0": np.array(12, np.int64),
        "empty": np.empty((0, 4), np.float32),
        "half": generator.standard_normal(side).astype(np.float16),
        "brain": generator.standard_normal(side).astype(ml_dtypes.bfloat16),
        "turned": generator.standard_normal((3, side)).T,
        "truth": np.array([True, False]),
    }
    history = {"loss": [0.1 + seed, float("nan")], "kept": [1.0, float("inf")]}
    return State({"epochs": 2, "ended": False, "history": history, "seed": seed}, arrays)


def assert_state(found: State | None, wanted: State) -> None:
    assert found
    assert repr(found.facts) == repr(wanted.facts)  # as NaN is not equal to itself
    assert found.arrays.keys() == wanted.arrays.keys()
    for name, array in wanted.arrays.items():
        assert (found.arrays[name].dtype, found.arrays[name].shape) == (array.dtype, array.shape)
        assert found.arrays[name].tobytes() == array.tobytes()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "folder" / NAME
    assert read_state(path) is None
    write_state(path, state())
    assert_state(read_state(path), state())
    write_state(path, state(seed=1))
    assert_state(read_state(path), state(seed=1))
    assert [file.name for file in path.parent.iterdir()] == [NAME]
    assert abs(path.stat().st_size - state().nbytes) < 2000


def test_the_library_of_the_format_reads_it(tmp_path: Path) -> None:
    path = tmp_path / NAME
    wanted = {name: array for name, array in state().arrays.items() if name != "brain"}
    write_state(path, State({}, wanted))
    for name, array in load_file(path).items():
        np.testing.assert_array_equal(array, wanted[name])


def test_no_changed_byte_goes_unnoticed(tmp_path: Path) -> None:
    path = tmp_path / NAME
    write_state(path, state())
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        try:
            found = read_state(path)
        except BrokenWeightsError as problem:
            assert str(path) in str(problem)
        else:  # a blank that became another character of no meaning
            assert_state(found, state())
    for length in (0, 1, 8, 100, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(BrokenWeightsError, match="is damaged"):
            read_state(path)


def test_files_of_others(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"model/0": np.zeros(3)}, tmp_path / "of_another.safetensors")
    for path in (tmp_path / "of_another.safetensors", tmp_path):
        with pytest.raises(BrokenWeightsError, match="is damaged"):
            read_state(path)


@pytest.mark.parametrize("array", [np.zeros(2, np.complex64), np.array(["a"])])
def test_a_type_that_the_format_lacks(array: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"Weights of type {array.dtype.name} cannot be written"):
        write_state(tmp_path / NAME, State({}, {"model/0": array}))
    assert list(tmp_path.iterdir()) == []


TURNS = """
import sys
from pathlib import Path
from amalthea.transfer.training.checkpoint_files import read_state, write_state
from tests.transfer.training.test_checkpoint_files import assert_state, state
path, own = Path(sys.argv[1]), int(sys.argv[2])
for turn in range(40):
    write_state(path, state(own, side=3000))
    found = read_state(path)
    assert_state(found, state(found.facts["seed"], side=3000))
"""


def test_two_processes_write_the_same_file(tmp_path: Path) -> None:
    def start(seed: int) -> Any:
        run = [sys.executable, "-W", "error", "-c", TURNS, str(tmp_path / NAME), str(seed)]
        return subprocess.Popen(run, cwd=Path(__file__).parents[3])

    assert [process.wait(120) for process in [start(1), start(2)]] == [0, 0]
    assert [file.name for file in tmp_path.iterdir()] == [NAME]
