"""Rows that are new in each epoch, and the same whatever the machine does."""

import os

import numpy as np
import pytest

from amalthea.images import TUTORIAL
from amalthea.transfer.features.augmenting import Augmenting
from amalthea.transfer.features.changing import LiveRows, VersionsInTurn
from tests.transfer.training.rows import Rows

pytestmark = pytest.mark.single_backend

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")

COUNT, GROUP = 23, 8


def live_rows(computed: list[int] | None = None, **settings: int) -> LiveRows:
    pictures = np.random.default_rng(0).integers(0, 256, (COUNT, 6, 5, 3), np.uint8)

    def compute(batch: np.ndarray) -> list[np.ndarray]:
        if computed is not None:
            computed.append(len(batch))
        return [batch.astype(np.float32), batch.mean(axis=(1, 2)).astype(np.float32)]

    return LiveRows(
        pictures.__getitem__,
        range(COUNT),
        Augmenting(augmentation=TUTORIAL, seed=5, **settings),
        compute,
        plain=lambda: pictures,
        group=GROUP,
    )


def epoch(rows: LiveRows, number: int, order: np.ndarray, size: int = 4) -> list[np.ndarray]:
    """All rows by index, taken batch by batch in the order of the epoch."""
    rows.begin(number, order)
    parts = [rows.take(order[start : start + size]) for start in range(0, COUNT, size)]
    back = np.argsort(order)
    return [np.concatenate(tensor)[back] for tensor in zip(*parts, strict=True)]


@pytest.fixture
def order():
    return np.random.default_rng(1).permutation(COUNT)


def test_each_picture_once_an_epoch_in_groups(order):
    computed: list[int] = []
    rows = live_rows(computed)
    assert len(rows) == COUNT
    first = epoch(rows, 0, order)
    assert computed == [8, 8, 7]
    assert [tensor.shape for tensor in first] == [(COUNT, 6, 5, 3), (COUNT, 3)]
    np.testing.assert_allclose(first[1], first[0].mean(axis=(1, 2)), rtol=1e-5)
    second = epoch(rows, 1, order)
    different = (first[0] != second[0]).any(axis=(1, 2, 3))
    assert different.all()


@pytest.mark.parametrize("processors", [1, 8])
def test_the_same_rows_in_any_order_on_any_machine(processors, order, monkeypatch):
    expected = epoch(live_rows(), 3, order)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    rows = live_rows()
    for other in (order, np.arange(COUNT)):
        for tensor, wanted in zip(epoch(rows, 3, other), expected, strict=True):
            np.testing.assert_array_equal(tensor, wanted)
    scattered = np.array([20, 0, 7, 7, 13])
    np.testing.assert_array_equal(rows.take(scattered)[0], expected[0][scattered])


def test_a_look_before_the_epoch_costs_nothing(order):
    computed: list[int] = []
    rows = live_rows(computed)
    rows.begin(0, order)
    rows.take(order[:4])
    rows.take(order[4:8])
    epoch(rows, 0, order.copy())
    assert computed == [8, 8, 7]


def test_versions_repeat(order):
    rows = live_rows(versions=2, begun=1)
    one, two, three = (epoch(rows, number, order)[0] for number in range(3))
    np.testing.assert_array_equal(one, three)
    np.testing.assert_array_equal(one, epoch(live_rows(), 1, order)[0])
    np.testing.assert_array_equal(two, epoch(live_rows(), 0, order)[0])


def test_features_of_versions_in_turn():
    versions = [Rows(np.full((4, 2), version, np.float32)) for version in range(3)]
    augmenting = Augmenting(augmentation=TUTORIAL, versions=3, begun=1)
    turns = VersionsInTurn(dict(enumerate(versions)), augmenting, plain=lambda: versions[0])
    assert len(turns) == 4
    taken = []
    for number in range(4):
        turns.begin(number, np.arange(4))
        taken.append(turns.take(np.array([2]))[0].item(0))
    assert taken == [1, 2, 0, 1]
