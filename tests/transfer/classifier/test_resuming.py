"""A classifier whose training was stopped goes on, and ends as one that was not."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.storage import TRAININGS
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training import checkpoints
from amalthea.transfer.training.watching import Bar
from tests.transfer.classifier.classes import classifier, coloured, write_coloured

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

EXACT = keras.config.backend() in ("tensorflow", "torch")
PICTURES, VALIDATION = coloured(30), coloured(12, seed=1)


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_SHARE", 0)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Lets a training end as at Ctrl-C, before one of all epochs of fit and fine_tune, counted from 0; None: none."""
    begin, told = Bar.on_epoch_begin, {"next": 0, "stop": None}

    def on_epoch_begin(bar: Bar, epoch: int, logs: Any = None) -> None:
        if told["next"] == told["stop"]:
            raise KeyboardInterrupt
        told["next"] += 1
        begin(bar, epoch, logs)

    monkeypatch.setattr(Bar, "on_epoch_begin", on_epoch_begin)
    return lambda epoch: told.update(next=0, stop=epoch)


def learned(resume: bool = False, tuning: dict[str, Any] | None = None, **parameters: Any) -> ImageClassifier:
    found = classifier(epochs=4, dropout=0.3, **parameters)
    found.fit(*PICTURES, validation=VALIDATION, resume=resume)
    return found.fine_tune("conv_2", epochs=3, resume=resume, **{"learning_rate": 1e-3, **(tuning or {})})


def assert_same(one: ImageClassifier, other: ImageClassifier) -> None:
    for a, b in zip(one.model_.variables, other.model_.variables, strict=True):
        values = [keras.ops.convert_to_numpy(variable) for variable in (a, b)]
        np.testing.assert_allclose(*values, rtol=0, atol=0 if EXACT else 1e-6)
    assert list(one.history) == list(other.history)
    for name in one.history:
        np.testing.assert_allclose(one.history[name], other.history[name], rtol=0, atol=0 if EXACT else 1e-6)
    assert one.tuned_from_ == other.tuned_from_


@pytest.mark.skipif(
    keras.config.backend() == "jax",
    reason="which compiles for long; training/test_checkpoints.py runs there, too",
)
@pytest.mark.parametrize(
    ("epoch", "parameters"),
    [
        (2, {"augment": "live"}),
        (5, {"augment": 2, "early_stopping": 2}),
        (2, {"class_weight": "balanced", "schedule": "one_cycle", "mixup": 0.3, "label_smoothing": 0.1}),
        (5, {"tuning": {"learning_rate": (1e-4, 1e-3), "schedule": "cosine", "optimizer": "adam"}}),
        (6, {"tuning": {"batchnorm": "train", "gradual": True, "optimizer": "adam"}}),
    ],
    ids=["live", "versions", "mixed", "rates", "gradual"],
)
def test_it_ends_as_if_it_had_never_been_stopped(
    epoch: int, parameters: dict[str, Any], stopping: Callable[[int | None], None]
) -> None:
    whole = learned(**parameters)
    assert len(whole.history["loss"]) > epoch
    TRAININGS.clear()
    stopping(epoch)
    with pytest.raises(KeyboardInterrupt):
        learned(**parameters)
    stopping(None)
    assert_same(learned(resume=True, **parameters), whole)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of going on, since it was asked before."""
    found = [message.partition(":")[2].strip() for message in caplog.messages if message.startswith("Head: ")]
    caplog.clear()
    return [message.partition(" ")[0] for message in found]


@pytest.mark.single_backend
def test_it_goes_on_with_the_same_training_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = write_coloured(tmp_path / "pictures", 12)
    paths = sorted(folder.glob("*/*.png"))
    names = [path.parent.name for path in paths]
    judged = coloured(6, seed=1)

    def again(paths: list[Path] = paths, names: list[str] = names, validation: Any = judged, **parameters: Any) -> str:
        caplog.clear()
        with caplog.at_level(logging.INFO, "amalthea"):
            classifier(epochs=1, **parameters).fit(paths, names, validation=validation, resume=True)
        [how] = said(caplog)
        return how

    assert again() == "begins"
    assert again() == "was"
    assert again([path.rename(path.with_name(f"renamed_{path.name}")) for path in paths]) == "was"
    paths = sorted(folder.glob("*/*.png"))
    assert again(paths[::-1], names[::-1]) == "begins"
    assert again(paths, names[1:] + names[:1]) == "begins"
    assert again(paths, names, None) == "begins"
    assert again(paths, names, coloured(6, seed=2)) == "begins"
    assert again(paths, names, seed=1) == "begins"
    assert again(paths, names, scaling="torch") == "begins"
    assert again(paths, names, interpolation="bilinear") == "begins"
    assert again(paths, names, interpolation="nearest", on_error="raise") == "was"
    paths[0].write_bytes(paths[1].read_bytes())
    assert again(paths, names) == "begins"


@pytest.mark.single_backend
def test_the_weights_of_the_frozen_part_count(caplog: pytest.LogCaptureFixture) -> None:
    def again(change: float) -> str:
        found = classifier(epochs=1)
        bias = found.model.get_layer("conv_1").bias
        bias.assign(bias + change)
        caplog.clear()
        with caplog.at_level(logging.INFO, "amalthea"):
            found.fit(*PICTURES, resume=True)
        [how] = said(caplog)
        return how

    assert [again(change) for change in (0.0, 0.0, 0.5, 0.5, 0.0)] == ["begins", "was", "begins", "was", "was"]
