"""Rows that differ from epoch to epoch are told which one begins, and judged by as they are."""

import keras
import numpy as np
import pytest

from amalthea.transfer.training.batches import Batches
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import Rows, evaluated, head, samples, trains


class Scaled(Rows):
    """Rows times the number of the epoch."""

    live = False

    def __init__(self, *arrays: np.ndarray) -> None:
        super().__init__(*arrays)
        self.begun: list[tuple[int, list[int]]] = []

    def begin(self, epoch: int, order: np.ndarray) -> None:
        self.begun.append((epoch, order.tolist()))

    def plain(self) -> Rows:
        return Rows(*self.arrays)

    def take(self, indices: np.ndarray) -> list[np.ndarray]:
        return [array * (self.begun[-1][0] + 1) for array in super().take(indices)]


@pytest.mark.single_backend
def test_the_order_is_told_before_the_first_batch():
    rows = Scaled(np.arange(10, dtype=np.float32)[:, None])
    batches = Batches(rows, np.arange(10), 4, seed=3)
    for epoch in (0, 0, 1):
        batches.shuffle(epoch)
        inputs, labels = (np.concatenate(parts) for parts in zip(*(batches[i] for i in range(3)), strict=True))
        assert np.array_equal(inputs[:, 0], labels * (epoch + 1))
        assert rows.begun[-1] == (epoch, labels.tolist())
    inputs, labels = batches.in_order()[1]
    assert inputs[:, 0].tolist() == labels.tolist() == [4, 5, 6, 7]


@trains
def test_every_epoch_learns_from_its_own_rows():
    given, labels = samples(40)
    rows, seen = Scaled(*given.arrays), []
    model = head()
    keras.utils.set_random_seed(0)
    train(model, rows, labels, None, Training(epochs=3, batch_size=16, seed=2))
    for epoch in range(3):
        order = np.random.default_rng((2, epoch)).permutation(40).tolist()
        assert (epoch, order) in rows.begun
        seen.append(rows.begun.index((epoch, order)))
    assert seen == sorted(seen)


@trains
def test_without_validation_rows_are_judged_as_they_are():
    """With steps so large that nothing is better than before."""
    given, labels = samples(40)
    model = head()
    before = evaluated(model, (given, labels))
    history = train(
        model,
        Scaled(*given.arrays),
        labels,
        None,
        Training(epochs=2, optimizer="sgd", learning_rate=50.0, batch_size=16, never_worse=True),
    )
    assert evaluated(model, (given, labels)) == before
    assert len(history["loss"]) >= 1
