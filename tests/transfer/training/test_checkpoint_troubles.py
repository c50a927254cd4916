"""Damaged checkpoints, full disks, failures: training goes on, and nothing wrong is taken up."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from amalthea import _keras
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.storage import TRAININGS, cache_folder
from amalthea.transfer.training import checkpoints as module
from amalthea.transfer.training.checkpoints import Checkpoints
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import Bar
from tests.transfer.training.rows import assert_equal, head, moved, trains
from tests.transfer.training.stopped import ROWS, assert_same, files, told, trained, variables, whole

pytestmark = [trains, pytest.mark.usefixtures("after_every_epoch")]


@pytest.mark.single_backend
def test_a_damaged_one_is_left_alone(stop: Callable[..., None]) -> None:
    stop(3)
    [path] = files()
    content = path.read_bytes()
    middle = len(content) // 2
    changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    expected = rf"The checkpoint {path} is damaged: .*\. Training begins anew\."
    for damaged in (b"", b"nonsense", content[:-1], changed):
        path.write_bytes(damaged)
        settings = Training(epochs=5, learning_rate=0.02, batch_size=16)
        with pytest.warns(AmaltheaWarning, match=expected):
            assert not Checkpoints(ROWS, resume=True).begin(head(dropout=0.5), settings, {})
    with pytest.warns(AmaltheaWarning, match=expected):
        assert_same(trained(resume=True), whole())
    assert_same(trained(resume=True), whole())  # which was written over it


@pytest.mark.single_backend
def test_a_folder_that_cannot_be_written_costs_a_warning(home: Path) -> None:
    TRAININGS.folder.parent.mkdir()
    TRAININGS.folder.write_text("in the way")
    expected = "Training goes on, but could not be resumed if it were killed. Cannot write .*set AMALTHEA_CACHE to"
    with pytest.warns(AmaltheaWarning, match=expected) as messages:
        assert_same(trained(resume=True), whole())
    assert len(told(messages)) == 1


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system of 64 kB, which holds the checkpoints."""
    folder = cache_folder() / "trainings"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("only root can mount a small file system, and not everywhere")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.single_backend
def test_a_full_disk_costs_a_warning_and_keeps_what_was_there(small_disk: Path, stop: Callable[..., None]) -> None:
    stop(3)
    [path] = files()
    kept = path.read_bytes()
    filling = small_disk / "filling"
    with pytest.raises(OSError, match="No space left"):
        filling.write_bytes(bytes(65_536))
    expected = "could not be resumed .* No space left on device. Make room"
    with pytest.warns(AmaltheaWarning, match=expected) as messages:
        assert_same(trained(), whole())
    assert len(told(messages)) == 1
    assert path.read_bytes() == kept
    assert set(small_disk.iterdir()) == {path, filling}
    filling.unlink()
    assert_same(trained(resume=True), whole())


@pytest.mark.single_backend
def test_what_is_larger_than_all_that_is_allowed_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "1e-9")
    expected = r"could not be resumed .* Its checkpoint, .* MB, is larger than AMALTHEA_CACHE_SIZE allows: raise it\."
    with pytest.warns(AmaltheaWarning, match=expected) as messages:
        trained()
    assert len(told(messages)) == 1
    assert files() == []
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "much")
    with pytest.raises(ArgumentError, match="AMALTHEA_CACHE_SIZE='much'; allowed is a number of GiB"):
        trained()


@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:Training diverged")
def test_nothing_is_kept_of_a_training_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="diverged in its first epoch"):
        trained(learning_rate=1e38)
    assert files() == []
    written, keep = [], Checkpoints.on_epoch_end

    def spoil(callback: Checkpoints, epoch: int, logs: Any = None) -> None:
        keep(callback, epoch, logs)
        written.extend(files())
        bias = callback.model.layers[-1].bias
        bias.assign(np.full(bias.shape, np.nan))

    monkeypatch.setattr(Checkpoints, "on_epoch_end", spoil)
    trained()
    assert len(written) == 2, "after the first epoch, and until it failed in the second"
    assert files() == []


@pytest.mark.single_backend
def test_an_error_after_it_went_on_leaves_the_weights_of_before(
    stop: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(3)

    def failing(*_: object) -> None:
        raise RuntimeError("by the test")

    monkeypatch.setattr(Bar, "on_epoch_begin", failing)
    model, history = head(dropout=0.5), {}
    before = variables(model)
    with pytest.raises(RuntimeError, match="by the test"):
        trained(resume=True, model=model, history=history)
    assert_equal(variables(model), before)
    assert history == {}


def test_control_c_while_it_is_taken_up_leaves_whole_weights(
    stop: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the checkpoint, and its history."""
    stop(3)
    kept = module.read_state(files()[0])
    give, calls = _keras.give_value, []

    def interrupted(variable: Any, value: np.ndarray) -> None:
        calls.append(None)
        if len(calls) in (2, 4):
            raise KeyboardInterrupt
        give(variable, value)

    monkeypatch.setattr(_keras, "give_value", interrupted)
    model, history = head(dropout=0.5), {}
    before = variables(model)
    with pytest.raises(KeyboardInterrupt):
        trained(resume=True, model=model, history=history)
    assert kept
    assert history == kept.facts["history"]
    assert moved(before, variables(model))
    for number, variable in enumerate(variables(model)):
        np.testing.assert_array_equal(variable, kept.arrays[f"model/{number}"])


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("writing", "expected"),
    [(0.0, [1, 2, 3, 4, 5, 6, 7, 8]), (0.04, [1, 2, 3, 4, 5, 6, 7, 8]), (0.09, [1, 3, 5, 7]), (0.4, [1])],
)
def test_writing_takes_a_twentieth_of_the_time(
    writing: float, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock on which an epoch takes a second."""
    monkeypatch.setattr(module, "_SHARE", 20)
    now, epochs = [100.0], []

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    def write(path: Path, state: module.State) -> None:
        epochs.append(state.facts["epochs"])
        now[0] += writing

    monkeypatch.setattr(module, "time", Clock)
    monkeypatch.setattr(module, "write_state", write)
    model, checkpoints = head(), Checkpoints(ROWS)
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert not checkpoints.begin(model, Training(), {"loss": [0.5] * 8})
    assert checkpoints.take_up([]) == 0
    model.stop_training = False
    checkpoints.on_train_begin()
    for epoch in range(8):
        now[0] += 1
        checkpoints.on_epoch_end(epoch)
    assert epochs == expected
    checkpoints.end(failed=False)
    assert epochs == [*expected, 8]
