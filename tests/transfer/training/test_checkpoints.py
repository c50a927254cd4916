"""A training that was stopped at any epoch goes on, and ends with what it would have ended with."""

import logging
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.storage import TRAININGS, cache_folder
from amalthea.transfer.training import checkpoints as module
from amalthea.transfer.training.checkpoints import Checkpoints
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import Bar, History
from tests.transfer.training.rows import assert_equal, head, moved, samples, trains

pytestmark = trains

# Bit by bit, but for JAX, whose sums depend on how its threads share them.
EXACT = keras.config.backend() in ("tensorflow", "torch")

ROWS = "of these tests"


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long writing takes."""
    monkeypatch.setattr(module, "_SHARE", 0)


class Trained(NamedTuple):
    """What a training ends with: weights, where random numbers are, and the history."""

    variables: list[np.ndarray]
    history: History


def trained(
    resume: bool = False,
    history: History | None = None,
    model: keras.Model | None = None,
    checkpoints: bool = True,
    **settings: Any,
) -> Trained:
    """Train a small head, which has something of all that a checkpoint must hold."""
    model, history = head(dropout=0.5) if model is None else model, {} if history is None else history
    chosen = Training(**{"epochs": 5, "learning_rate": 0.02, "batch_size": 16, **settings})
    judged = samples(50, seed=1) if chosen.never_worse or chosen.patience else None
    train(model, *samples(90), judged, chosen, history, Checkpoints(ROWS, resume) if checkpoints else None)
    return Trained(variables(model), history)


@cache
def whole(**settings: Any) -> Trained:
    """As if nothing had happened, and without a checkpoint."""
    return trained(checkpoints=False, **settings)


def variables(model: keras.Model) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.variables]


def files() -> list[Path]:
    return sorted(TRAININGS.files())


def assert_same(one: Trained, other: Trained) -> None:
    for a, b in zip(one.variables, other.variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=0 if EXACT else 1e-6)
    assert list(one.history) == list(other.history)
    for name in one.history:
        np.testing.assert_allclose(one.history[name], other.history[name], rtol=0, atol=0 if EXACT else 1e-6)


def told(messages: Any) -> list[str]:
    """The warnings of ours."""
    return [str(each.message) for each in messages if each.category is AmaltheaWarning]


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a training end as at Ctrl-C, before an epoch counted from 0."""

    def before(epoch: int, **arguments: Any) -> None:
        begin = Bar.on_epoch_begin

        def on_epoch_begin(bar: Bar, number: int, logs: Any = None) -> None:
            if number == epoch:
                raise KeyboardInterrupt
            begin(bar, number, logs)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Bar, "on_epoch_begin", on_epoch_begin)
            trained(**arguments)

    return before


EARLY = {"patience": 2, "learning_rate": 0.1, "epochs": 30}


@pytest.mark.parametrize(
    ("epoch", "settings"),
    [
        (1, {}),
        (4, {}),
        (3, {"never_worse": True, "optimizer": "sgd", "class_weight": "balanced"}),
        pytest.param(2, EARLY, marks=pytest.mark.single_backend),
        pytest.param(2, {**EARLY, "never_worse": True}, marks=pytest.mark.single_backend),
    ],
    ids=["first", "last", "never worse", "early stopping", "both"],
)
def test_it_ends_with_the_weights_of_one_that_was_never_stopped(
    epoch: int, settings: dict[str, Any], stop: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    wanted = whole(**settings)
    assert len(wanted.history["loss"]) > epoch
    stop(epoch, **settings)
    with caplog.at_level(logging.INFO, "amalthea"):
        assert_same(trained(resume=True, **settings), wanted)
    assert f"Training: goes on after epoch {epoch} of {settings.get('epochs', 5)}." in caplog.messages
    assert len(files()) == 1


@pytest.mark.single_backend
def test_stopped_again_and_again(stop: Callable[..., None]) -> None:
    for epoch in (1, 3, 3, 4):
        stop(epoch, resume=True)
    assert_same(trained(resume=True), whole())


@pytest.mark.single_backend
def test_an_optimizer_of_keras_goes_on_where_its_rate_was(stop: Callable[..., None]) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(0.05, 30, warmup_target=0.1, warmup_steps=10)
    optimizer = keras.optimizers.AdamW(schedule, use_ema=True)
    stop(3, optimizer=optimizer)
    wanted = trained(checkpoints=False, optimizer=optimizer)
    assert_same(trained(resume=True, optimizer=optimizer), wanted)


@pytest.mark.single_backend
def test_after_an_earlier_training_the_whole_history_is_there(stop: Callable[..., None]) -> None:
    def history() -> History:
        return {"loss": [0.9], "accuracy": [0.3], "val_loss": [float("nan")], "val_accuracy": [float("nan")]}

    stop(2, history=history(), never_worse=True)
    resumed = trained(resume=True, history=history(), never_worse=True)
    assert_same(resumed, trained(checkpoints=False, history=history(), never_worse=True))
    assert len(resumed.history["loss"]) == 6
    assert 2 <= resumed.history["kept"][-1] <= 6


def test_what_has_ended_is_not_trained_again(caplog: pytest.LogCaptureFixture) -> None:
    wanted = trained(patience=2)
    model, (features, labels), validation = head(dropout=0.5), samples(90), samples(50, seed=1)
    settings = Training(patience=2, epochs=5, learning_rate=0.02, batch_size=16)
    with caplog.at_level(logging.INFO, "amalthea"):
        history = train(model, features, labels, validation, settings, {}, Checkpoints(ROWS, resume=True))
    assert caplog.messages == ["Training: was done before; its result is taken."]
    assert_same(Trained(variables(model), history), wanted)
    assert features.taken == validation[0].taken == []


@pytest.mark.single_backend
def test_stopped_between_the_last_epoch_and_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Checkpoints, "end", interrupted)
        trained()
    assert_same(trained(resume=True), whole())


@pytest.mark.single_backend
def test_without_resume_it_begins_anew(stop: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    stop(3)
    with caplog.at_level(logging.INFO, "amalthea"):
        assert_same(trained(), whole())
        assert caplog.messages == []
        TRAININGS.clear()
        assert_same(trained(resume=True), whole())
    assert caplog.messages == ["Training: begins anew, for nothing is kept of this training."]


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
    trained()
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
