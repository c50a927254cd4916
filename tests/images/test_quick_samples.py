"""Samples that are prepared many at once."""

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from amalthea.errors import ImageError
from amalthea.images import Batches
from amalthea.images import batch as images_batch
from amalthea.images.random_blocks import first_numbers
from tests.images.batch_samples import picture_threads, wait_until

pytestmark = pytest.mark.single_backend


class Quick:
    """Its index and a random number; ``filled`` tells how many were prepared at once."""

    def __init__(self, broken: tuple[int, ...] = ()) -> None:
        self.filled: list[int] = []
        self.broken = broken

    def __call__(self, index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        if index in self.broken:
            raise ImageError("it is damaged")
        return np.array([index, generator.random()])

    def room(self, count: int) -> NDArray[np.float64]:
        return np.empty((count, 2))

    def fill(self, room: NDArray[np.float64], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
        if set(self.broken) & set(indices.tolist()):
            raise ImageError("one of them is damaged")
        room[:] = np.column_stack((indices, first_numbers(seed, epoch, indices, 1)))
        self.filled.append(len(indices))


@pytest.mark.parametrize(("workers", "at_once"), [(0, 10), (1, 10), (2, 10), (8, 3)])
def test_they_are_the_same_as_one_by_one(workers: int, at_once: int) -> None:
    quick = Quick()
    batches = Batches(quick, 25, batch_size=10, seed=3, workers=workers)
    expected = Batches(lambda index, generator: Quick()(index, generator), 25, batch_size=10, seed=3, workers=0)
    for epoch in (0, 1):
        for found, other in zip(batches.epoch(epoch), expected.epoch(epoch), strict=True):
            np.testing.assert_array_equal(found[0], other[0])
            np.testing.assert_array_equal(found[1], other[1])
    assert max(quick.filled) == at_once


@pytest.mark.parametrize("workers", [0, 2])
def test_only_those_that_cannot_be_used_are_left_out(workers: int) -> None:
    batches = Batches(Quick((4, 17)), 20, batch_size=10, shuffle=False, workers=workers, on_error="skip")
    found = np.concatenate([pictures[:, 0] for pictures, _ in batches.epoch(0)])
    assert found.tolist() == [index for index in range(20) if index not in (4, 17)]
    assert sorted(batches.problems) == [4, 17]
    with pytest.raises(ImageError, match=r"^picture 4: it is damaged$"):
        Batches(Quick((4,)), 20, batch_size=10, shuffle=False, workers=workers).batch(0, 0)


def test_what_was_handed_out_is_filled_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a thread that was held up, while whoever waited did its part."""
    monkeypatch.setattr(images_batch, "_PATIENCE", 0.05)
    go_on = threading.Event()

    class Late(Quick):
        def fill(self, room: NDArray[np.float64], indices: NDArray[np.int64], seed: int, epoch: int) -> None:
            if threading.current_thread().name == "amalthea-pictures":
                go_on.wait(60)
            super().fill(room, indices, seed, epoch)

    pictures, indices = Batches(Late(), 6, batch_size=6, shuffle=False, seed=1, workers=1).batch(0, 0)
    assert pictures[:, 0].tolist() == indices.tolist() == [*range(6)]
    pictures[:] = -1
    go_on.set()
    wait_until(lambda: not picture_threads())
    assert (pictures == -1).all()
