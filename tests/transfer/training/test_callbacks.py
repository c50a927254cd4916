"""Callbacks of Keras and of the user."""

import csv
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError, MissingDependencyError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import assert_equal, head, moved, samples, trains, weights


class Told(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Remembers what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.heard.append("begin")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.heard.append(batch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.heard.append(sorted(logs))

    def on_train_end(self, logs: Any = None) -> None:
        self.heard.append("end")


@trains
def test_they_are_told_of_every_batch_and_epoch() -> None:
    (features, labels), validation = samples(50), samples(20, seed=1)
    told, model = Told(), head()
    train(model, features, labels, validation, Training(epochs=2, batch_size=20, callbacks=[told]))
    epoch = [0, 1, 2, ["accuracy", "loss", "val_accuracy", "val_loss"]]
    assert told.heard == ["begin", *epoch, *epoch, "end"]
    assert told.model is model


@trains
@pytest.mark.single_backend
def test_the_file_of_a_csv_logger_holds_the_history(tmp_path: Path) -> None:
    (features, labels), validation = samples(50), samples(20, seed=1)
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = train(head(), features, labels, validation, Training(epochs=3, callbacks=(logger,)))
    with open(tmp_path / "log.csv") as lines:
        rows = list(csv.DictReader(lines))
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == pytest.approx(values)


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("rate", [0.01, (0.01, 0.01)])
def test_a_scheduler_of_keras_sets_the_rate(rate: Any) -> None:
    """To the same in both epochs as an optimizer that has it from the beginning."""
    features, labels = samples(40)
    one, other = head(), head()
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: 0.002)
    train(one, features, labels, None, Training(learning_rate=rate, epochs=2, callbacks=[scheduler]))
    train(other, features, labels, None, Training(learning_rate=0.002, epochs=2))
    for a, b in zip(weights(one), weights(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@trains
@pytest.mark.single_backend
def test_they_may_stop_the_training() -> None:
    class Enough(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.stop_training = epoch == 1

    features, labels = samples(40)
    history = train(head(), features, labels, None, Training(epochs=9, callbacks=[Enough()]))
    assert len(history["loss"]) == 2


@trains
def test_an_error_of_theirs_changes_nothing() -> None:
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            assert moved(before, weights(self.model))
            raise RuntimeError("of the user")

    features, labels = samples(40)
    model, history = head(), {}
    before = weights(model)
    with pytest.raises(RuntimeError, match="of the user"):
        train(model, features, labels, None, Training(callbacks=[Failing()]), history)
    assert_equal(weights(model), before)
    assert history == {}


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("lacking", [["tensorboard"], ["tensorflow", "tensorboard"]])
def test_what_tensorboard_lacks_is_told_before_the_first_epoch(
    lacking: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (features, labels), model, told, history = samples(40), head(), Told(), {}
    board = keras.callbacks.TensorBoard(tmp_path / "logs")
    for package in lacking:
        monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(MissingDependencyError, match=rf"TensorBoard cannot .* here: pip install {' '.join(lacking)}$"):
        train(model, features, labels, None, Training(callbacks=[told, board]), history)
    assert told.heard == [] and history == {}


@pytest.mark.single_backend
@pytest.mark.parametrize("given", [keras.callbacks.CSVLogger("log.csv"), [print], "tensorboard"])
def test_what_is_no_list_of_callbacks_is_refused(given: Any) -> None:
    with pytest.raises(ArgumentError, match=r"callbacks=.*allowed: a list of objects of keras\.callbacks\.Callback"):
        Training(callbacks=given)
