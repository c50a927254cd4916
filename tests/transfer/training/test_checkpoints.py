"""A training that was stopped at any epoch goes on, and ends with what it would have ended with."""

import logging
import re
from collections.abc import Callable
from typing import Any

import keras
import pytest

from amalthea.errors import AmaltheaWarning
from amalthea.storage import TRAININGS
from amalthea.transfer.training.checkpoints import Checkpoints
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import History
from tests.transfer.training.rows import head, samples, trains
from tests.transfer.training.stopped import ROWS, Trained, assert_same, files, trained, variables, whole

pytestmark = [trains, pytest.mark.usefixtures("after_every_epoch")]


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
def test_callbacks_that_cannot_be_told_apart_begin_anew(caplog: pytest.LogCaptureFixture) -> None:
    """Which is a warning where somebody asks for more: nobody sees the log in Python."""

    class Strange(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.something = object()

    told = (
        "Training: begins anew, and can never be resumed, for what the callback Strange does cannot be told from its "
        "attribute 'something', of the type object."
    )
    advice = " Give it numbers, texts, arrays or plain functions instead, or leave it out."
    with caplog.at_level(logging.INFO, "amalthea"):
        with pytest.warns(AmaltheaWarning, match=f"^{re.escape(told + advice)}$"):
            assert_same(trained(resume=True, epochs=1, callbacks=[Strange()]), whole(epochs=1))
        assert caplog.messages == []
        trained(epochs=1, callbacks=[Strange()])  # a warning would be an error
    assert caplog.messages == [told]
    assert files() == []
