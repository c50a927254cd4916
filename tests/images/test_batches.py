"""Batches: the same whatever the machine does."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from amalthea.errors import ArgumentError
from amalthea.images import Batches
from tests.images.batch_samples import indices_of, noisy

pytestmark = pytest.mark.single_backend


EXPECTED = [list(Batches(noisy, 23, batch_size=5, seed=3, workers=0).epoch(epoch)) for epoch in range(2)]


def assert_expected(found: dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.int64]]]) -> None:
    assert len(found) == 10
    for (epoch, position), (pictures, indices) in found.items():
        np.testing.assert_array_equal(pictures, EXPECTED[epoch][position][0])
        np.testing.assert_array_equal(indices, EXPECTED[epoch][position][1])


@pytest.mark.parametrize("workers", [1, 2, 8, None])
def test_any_number_of_threads_gives_the_same(workers: int | None) -> None:
    batches = Batches(noisy, 23, batch_size=5, seed=3, workers=workers)
    found = {(epoch, position): batch for epoch in (0, 1) for position, batch in enumerate(batches.epoch(epoch))}
    assert_expected(found)


@pytest.mark.parametrize("workers", [0, 3])
def test_any_order_of_asking_gives_the_same(workers: int) -> None:
    batches = Batches(noisy, 23, batch_size=5, seed=3, workers=workers)
    keys = [(epoch, position) for epoch in (0, 1) for position in range(5)]
    for order in (keys[::-1], [keys[number] for number in np.random.default_rng(0).permutation(10)], keys[::2] + keys):
        assert_expected({key: batches.batch(*key) for key in order} | {key: batches.batch(*key) for key in keys})


def test_many_threads_may_ask_at_the_same_time() -> None:
    batches = Batches(noisy, 23, batch_size=5, seed=3, workers=3)
    keys = [(epoch, position) for epoch in (0, 1) for position in range(5)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda key: batches.batch(*key), keys * 10))
    for start in range(0, 100, 10):
        assert_expected(dict(zip(keys, answers[start : start + 10], strict=True)))


def test_random_numbers_differ_between_samples_epochs_and_seeds() -> None:
    drawn = [pictures[:, 1:] for epoch in EXPECTED for pictures, _ in epoch]
    other = [pictures[:, 1:] for pictures, _ in Batches(noisy, 23, batch_size=5, seed=4, workers=0).epoch(0)]
    numbers = np.concatenate([*drawn, *other])
    assert numbers.shape == (69, 3)
    assert len(np.unique(numbers)) == numbers.size


def test_a_sample_has_the_same_random_numbers_in_batches_of_any_size() -> None:
    [(whole, indices)] = Batches(noisy, 23, batch_size=100, seed=3, workers=2).epoch(0)
    np.testing.assert_array_equal(whole, np.concatenate([pictures for pictures, _ in EXPECTED[0]]))
    np.testing.assert_array_equal(indices, whole[:, 0])


def test_the_order_is_that_of_numpys_generator_and_another_in_each_epoch() -> None:
    batches = Batches(noisy, 23, batch_size=5, seed=3, workers=0)
    for epoch in (0, 1, 7, 0):
        expected = np.random.default_rng((3, epoch)).permutation(23)
        np.testing.assert_array_equal(batches.order(epoch), expected)
        assert np.concatenate(indices_of(batches, epoch)).tolist() == expected.tolist()
    with pytest.raises(ValueError, match="read-only"):
        batches.order(0)[0] = 5


def test_without_shuffling_samples_come_by_index() -> None:
    batches = Batches(noisy, 23, batch_size=10, shuffle=False, seed=3)
    assert indices_of(batches, 1) == [[*range(10)], [*range(10, 20)], [20, 21, 22]]
    first, second = (np.concatenate([pictures for pictures, _ in batches.epoch(epoch)]) for epoch in (0, 1))
    assert (first[:, 0] == second[:, 0]).all()
    assert (first[:, 1:] != second[:, 1:]).all()


def test_without_a_seed_results_are_random_but_can_be_had_again() -> None:
    one, other = (Batches(noisy, 23, batch_size=23, workers=2) for _ in range(2))
    again = Batches(noisy, 23, batch_size=23, workers=2, seed=one.seed)
    np.testing.assert_array_equal(one.batch(0, 0)[0], again.batch(0, 0)[0])
    assert one.seed != other.seed
    assert (one.batch(0, 0)[0] != other.batch(0, 0)[0]).any()


def test_numpys_global_generator_is_left_alone() -> None:
    before = np.random.get_state()[1].copy()
    list(Batches(noisy, 23, workers=2).epoch(0))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 60), batch_size=st.integers(1, 70), workers=st.integers(0, 5), seed=st.integers(0, 2**70))
def test_every_sample_comes_once_in_an_epoch(count: int, batch_size: int, workers: int, seed: int) -> None:
    batches = Batches(lambda index, _: np.array(index), count, batch_size=batch_size, workers=workers, seed=seed)
    found = indices_of(batches, 2)
    assert len(found) == len(batches)
    assert all(len(batch) == batch_size for batch in found[:-1])
    assert sorted(np.concatenate(found)) == list(range(count))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "There are 0 pictures; batches are made of one at least"),
        ({"batch_size": 0}, "batch_size=0; a batch has one picture at least"),
        ({"batch_size": True}, "batch_size=True; a batch has one picture at least"),
        ({"workers": -1}, "workers=-1; give a number of threads, 0 for none"),
        ({"workers": True}, "workers=True; give a number of threads, 0 for none"),
        ({"on_error": "ignore"}, "on_error='ignore' is unknown; choose one of raise, skip, replace"),
        ({"names": ["one"]}, "1 names were given for 23 pictures"),
        ({"seed": -1}, "seed=-1; a seed is a whole number from 0 on"),
        ({"seed": 0.5}, "seed=0.5; a seed is a whole number from 0 on"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Batches(noisy, **{"count": 23, **arguments})


@pytest.mark.parametrize(("epoch", "position"), [(0, 5), (0, -1), (-1, 0)])
def test_what_is_not_there_cannot_be_asked_for(epoch: int, position: int) -> None:
    with pytest.raises(ArgumentError, match=r"counted from 0 on; asked for was -?[15]"):
        Batches(noisy, 23, batch_size=5).batch(epoch, position)
