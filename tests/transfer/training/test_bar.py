"""What the bar of a training is told: one for all epochs, so that the time left is that of the whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import pytest

from amalthea.transfer.training import watching
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import head, samples, trains

pytestmark = pytest.mark.single_backend


@trains
@pytest.mark.parametrize(
    ("of_the_model", "of", "validation", "accuracy"),
    [(1_234_567, "1,234,567", None, "accuracy"), (None, "131", samples(30, seed=1), "val_accuracy")],
)
def test_one_bar_for_all_epochs(
    of_the_model: int | None, of: str, validation: Any, accuracy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int | None, str | None]] = []

    @contextmanager
    def progress(title: str, unit: str) -> Iterator[object]:
        assert (title, unit) == ("Head", "batches")
        assert not told, "one bar"
        yield lambda done, total, title=None: told.append((done, total, title))

    monkeypatch.setattr(watching, "progress", progress)
    settings = Training(title="Head", epochs=3, batch_size=20, all_weights=of_the_model)
    history = train(head(), *samples(50), validation, settings)
    steps = [done for done, _, title in told if title is None]
    assert steps == ([3, 6, 9] if keras.config.backend() == "tensorflow" else list(range(1, 10)))  # it joins steps
    assert {total for _, total, _ in told} == {9}
    first, second, third = (each for each in told if each[2])
    assert first == (0, 9, f"Head, epoch 1 of 3, training 131 of {of} weights")
    assert second == (3, 9, f"Head, epoch 2 of 3, accuracy {history[accuracy][0]:.3f}")
    assert third == (6, 9, f"Head, epoch 3 of 3, accuracy {history[accuracy][1]:.3f}")
