"""Callbacks of Keras in a training that was stopped and goes on: what they do is what they would have done."""

import csv
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.storage import TRAININGS
from tests.transfer.training.rows import moved, trains
from tests.transfer.training.stopped import assert_same, files, trained, variables

pytestmark = [trains, pytest.mark.usefixtures("after_every_epoch")]

RESTLESS: dict[str, Any] = {"learning_rate": 0.3, "epochs": 30}  # whose loss goes up and down


def test_early_stopping_waits_on_and_restores_the_best_weights(
    stop: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that was used before, as in a notebook; and it knows as much where the result is taken."""

    def early() -> keras.callbacks.EarlyStopping:
        return keras.callbacks.EarlyStopping("loss", min_delta=0.001, patience=3, restore_best_weights=True)

    first, second, third = early(), early(), early()
    wanted = trained(checkpoints=False, callbacks=[first], **RESTLESS)
    last = first.stopped_epoch
    assert first.best_epoch + 3 == last < 29
    stop(last, callbacks=[first], **RESTLESS)  # when it has waited twice
    caplog.set_level(logging.INFO, "amalthea")
    for other, how in ((second, f"goes on after epoch {last} of 30."), (third, "was done before")):
        caplog.clear()
        assert_same(trained(resume=True, callbacks=[other], **RESTLESS), wanted)
        assert caplog.messages[0].startswith(f"Training: {how}")
        assert (other.best_epoch, other.stopped_epoch) == (last - 3, last)
        assert other.best == pytest.approx(min(wanted.history["loss"]), abs=0.001)


@pytest.mark.single_backend
def test_a_rate_is_reduced_when_it_would_have_been(stop: Callable[..., None]) -> None:
    """Wherever it is stopped while it waits, after the best epoch and after a reduction."""

    def reducing() -> dict[str, Any]:
        plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.2, patience=2, cooldown=1)
        return {**RESTLESS, "epochs": 10, "callbacks": [plateau]}

    wanted = trained(checkpoints=False, **reducing())
    constant = trained(checkpoints=False, **{**reducing(), "callbacks": []})
    assert moved(wanted.variables, constant.variables), "it was never reduced"
    for epoch in (2, 3, 4, 5):
        stop(epoch, resume=True, **reducing())
    assert_same(trained(resume=True, **reducing()), wanted)


@pytest.mark.single_backend
def test_averaged_weights_are_swapped_back(stop: Callable[..., None]) -> None:
    def averaging() -> dict[str, Any]:
        optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)
        return {"optimizer": optimizer, "callbacks": [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]}

    wanted = trained(checkpoints=False, **averaging())
    stop(3, **averaging())
    assert_same(trained(resume=True, **averaging()), wanted)


@pytest.mark.single_backend
def test_the_file_of_the_best_weights_is_not_replaced_by_worse_ones(stop: Callable[..., None], tmp_path: Path) -> None:
    def saving(name: str) -> dict[str, Any]:
        path = tmp_path / f"{name}.keras"
        saver = keras.callbacks.ModelCheckpoint(path, "loss", save_best_only=True)
        return {**RESTLESS, "epochs": 10, "callbacks": [saver]}

    def saved(name: str) -> list[np.ndarray]:
        return variables(keras.saving.load_model(tmp_path / f"{name}.keras", compile=False))

    losses = trained(checkpoints=False, **saving("whole")).history["loss"]
    best = int(np.argmin(losses))
    assert best < 9
    stop(best + 1, **saving("one"))
    before = (tmp_path / "one.keras").read_bytes()
    trained(resume=True, **saving("one"))
    assert (tmp_path / "one.keras").read_bytes() == before
    assert not moved(saved("one"), saved("whole"))
    stop(best + 1, **saving("one"))
    trained(resume=True, **saving("other"))
    assert moved(saved("other"), saved("one")), "another file gets the best epoch of those that were left"


@pytest.mark.single_backend
def test_the_log_is_that_of_a_training_without_a_pause(stop: Callable[..., None], tmp_path: Path) -> None:
    """Also where it was written further than the checkpoint."""
    whole = keras.callbacks.CSVLogger(tmp_path / "whole.csv")
    history = trained(checkpoints=False, epochs=6, callbacks=[whole]).history
    settings = {"epochs": 6, "callbacks": [keras.callbacks.CSVLogger(tmp_path / "log.csv")]}
    stop(2, **settings)
    [path] = files()
    kept = path.read_bytes()
    stop(4, resume=True, **settings)
    path.write_bytes(kept)
    trained(resume=True, **settings)
    with (tmp_path / "log.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [int(row["epoch"]) for row in rows] == [*range(6)]
    assert [float(row["loss"]) for row in rows] == pytest.approx(history["loss"])
    assert len((tmp_path / "whole.csv").read_bytes().splitlines()) == 7
    trained(**settings)
    assert (tmp_path / "log.csv").read_text() == (tmp_path / "whole.csv").read_text(), "it serves as before"


@pytest.mark.single_backend
def test_a_log_that_is_lost_begins_where_the_training_goes_on(stop: Callable[..., None], tmp_path: Path) -> None:
    def epochs() -> str:
        return "".join(line[0] for line in path.read_text().splitlines())

    path = tmp_path / "log.csv"
    logger = keras.callbacks.CSVLogger(path)
    stop(3, callbacks=[logger])
    path.unlink()
    trained(resume=True, callbacks=[logger])
    assert epochs() == "e34"
    TRAININGS.clear()
    logger.append = True  # from now on Keras leaves what it finds
    stop(3, callbacks=[logger])
    trained(resume=True, callbacks=[logger])
    assert epochs() == "e34" + "012" + "34"
