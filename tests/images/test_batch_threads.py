"""Batches are prepared ahead, by threads that end."""

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from amalthea.errors import AmaltheaError
from amalthea.images import Batches, threads
from amalthea.images import batch as images_batch
from tests.images.batch_samples import noisy, picture_threads, wait_until

pytestmark = pytest.mark.single_backend


@pytest.fixture(autouse=True)
def no_others() -> None:
    """Those of the tests before, which end a moment after these."""
    gc.collect()
    wait_until(lambda: not picture_threads())


def test_the_following_batches_are_prepared_ahead_and_no_more() -> None:
    prepared = []

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        prepared.append(index)
        return np.zeros(1)

    batches = Batches(sample, 1000, batch_size=10, shuffle=False, workers=2)
    batches.batch(0, 0)
    wait_until(lambda: sorted(prepared) == list(range(30)) and not picture_threads())
    batches.batch(0, 1)
    wait_until(lambda: sorted(prepared) == list(range(40)) and not picture_threads())
    for position in (50, 17, 83):  # whoever jumps around is given nothing that he may not want
        batches.batch(0, position)
    wait_until(lambda: not picture_threads())
    assert len(prepared) == 70
    batches.batch(0, 99)
    wait_until(lambda: not picture_threads())
    assert len(prepared) == 80, "nothing comes after the end of an epoch"
    for epoch in range(20):
        batches.batch(epoch, 0)
    wait_until(lambda: not picture_threads())
    assert len(batches._ahead) <= 4


def test_leaving_an_epoch_early_forgets_what_was_prepared() -> None:
    batches = Batches(noisy, 1000, batch_size=10, workers=2)
    for _ in batches.epoch(0):
        break
    gc.collect()
    assert batches._ahead == {}
    wait_until(lambda: not picture_threads())


def test_there_are_no_more_threads_than_asked_for() -> None:
    seen = set()

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        time.sleep(0.002)
        seen.add(threading.current_thread().name)
        assert len(picture_threads()) <= 3
        return np.zeros(1)

    list(Batches(sample, 40, batch_size=4, workers=3).epoch(0))
    assert seen == {"amalthea-pictures"}
    list(Batches(sample, 4, batch_size=4, workers=0).epoch(0))
    assert "MainThread" in seen


def test_they_are_no_daemons_even_if_a_daemon_asks() -> None:
    """Keras and TensorFlow ask from such threads."""
    seen = []

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        seen.append(threading.current_thread().daemon)
        return np.zeros(1)

    asking = threading.Thread(target=Batches(sample, 4, workers=2).batch, args=(0, 0), daemon=True)
    asking.start()
    asking.join(60)
    assert seen == [False] * 4


def test_threads_end_with_close_and_whoever_waits_is_told() -> None:
    go_on = threading.Event()

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        go_on.wait(60)
        return np.zeros(1)

    batches = Batches(sample, 100, batch_size=10, workers=2)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batches.batch, 0, 0)
        wait_until(lambda: len(picture_threads()) == 2)
        closing = threading.Thread(target=batches.close)
        closing.start()
        with pytest.raises(AmaltheaError, match="closed while this one was waited for"):
            waiting.result(60)
        go_on.set()
        closing.join(60)
    assert picture_threads() == []
    assert len(batches.batch(0, 0)[0]) == 10, "it begins anew"
    batches.close()
    batches.close()


@pytest.fixture
def slow_start(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Threads begin when this is set, as where a processor or the garbage collector is busy."""
    go_on = threading.Event()

    class Slow(threading.Thread):
        def start(self) -> None:
            go_on.wait(60)
            super().start()

    monkeypatch.setattr(threads, "Thread", Slow)
    return go_on


def test_nobody_waits_for_a_thread_that_another_one_starts(slow_start: threading.Event) -> None:
    batches = Batches(noisy, 100, batch_size=10, shuffle=False, workers=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batches.batch, 0, 0)
        wait_until(lambda: len(batches._ahead) == 2)
        try:
            assert batches.order(1).tolist() == [*range(100)]
            batches.forget()
        finally:
            slow_start.set()
        assert waiting.result(60)[1].tolist() == [*range(10)]


def test_where_no_thread_can_be_started_everybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse, asked = threading.Event(), []

    class Refused(threading.Thread):
        def start(self) -> None:
            asked.append(self)
            refuse.wait(60)
            raise RuntimeError("can't start new thread")

    batches = Batches(noisy, 100, batch_size=10, shuffle=False, workers=1)
    with monkeypatch.context() as context, ThreadPoolExecutor(2) as pool:
        context.setattr(threads, "Thread", Refused)
        starting = pool.submit(batches.batch, 0, 0)
        wait_until(lambda: len(asked) == 1)
        waiting = pool.submit(batches.batch, 1, 3)
        wait_until(lambda: batches._last == (1, 3))
        refuse.set()
        with pytest.raises(RuntimeError, match="can't start new thread"):
            starting.result(60)
        with pytest.raises((AmaltheaError, RuntimeError), match=r"closed while this one was|can't start new thread"):
            waiting.result(60)
    assert batches.batch(0, 0)[1].tolist() == [*range(10)], "it begins anew"


def test_threads_end_when_nobody_wants_their_batches_any_more() -> None:
    prepared, go_on = [], threading.Event()

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        if index >= 20:
            go_on.wait(60)
        prepared.append(index)
        return np.zeros(1)

    batches = Batches(sample, 1000, batch_size=20, shuffle=False, workers=2)
    batches.batch(0, 0)
    del batches
    go_on.set()
    wait_until(lambda: not picture_threads())
    assert len(prepared) <= 20 + 4, "what was begun is finished, what was to come is forgotten"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_thread_does_not_end_is_computed_by_whoever_waits(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the garbage collector makes that thread wait for this one."""
    monkeypatch.setattr(images_batch, "_PATIENCE", 0.05)
    go_on = threading.Event()

    def sample(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
        if index == 1 and threading.current_thread().name == "amalthea-pictures":
            go_on.wait(60)
        return np.array([index, generator.random()])

    expected = Batches(sample, 6, batch_size=6, shuffle=False, seed=1, workers=0).batch(0, 0)[0]
    pictures, indices = Batches(sample, 6, batch_size=6, shuffle=False, seed=1, workers=workers).batch(0, 0)
    assert indices.tolist() == [*range(6)]
    assert np.array_equal(pictures, expected)
    pictures[:] = -1
    go_on.set()
    wait_until(lambda: not picture_threads())
    assert (pictures == -1).all(), "what was handed out stays as it is"
