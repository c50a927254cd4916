"""Random numbers that depend on (seed, epoch, index) alone."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.images import check_seed, epoch_order, fresh_seed, generator_of

pytestmark = pytest.mark.single_backend

# Pairs that one plain list of numbers would confuse: NumPy fills lists up with zeros and cuts long numbers into words.
KEYS = [
    (0, 0, 0),
    (0, 0, 1),
    (0, 1, 0),
    (1, 0, 0),
    (5, 1, 0),
    (2**32 + 5, 0, 0),
    (5, 1, 1),
    (2**64, 0, 0),
    (0, 0, 2**33),
]


def test_the_same_key_gives_the_same_numbers_in_any_order() -> None:
    first = [generator_of(*key).random(5).tolist() for key in KEYS]
    again = [generator_of(*key).random(5).tolist() for key in reversed(KEYS)]
    assert first == again[::-1]


def test_no_two_keys_give_the_same_numbers() -> None:
    draws = [
        *(generator_of(*key).random() for key in KEYS),
        *(generator_of(3, 4, index).random() for index in range(999)),
    ]
    assert len(set(draws)) == len(draws)


def test_numbers_of_neighbours_are_unrelated() -> None:
    draws = np.array([generator_of(1, 2, index).random(2) for index in range(2000)])
    assert abs(draws.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(draws[:-1, 0], draws[1:, 0])[0, 1]) < 0.07


def test_numbers_stay_what_they_are() -> None:
    """Runs of today can be repeated tomorrow: these are written down."""
    assert generator_of(7, 1, 3).random(2).tolist() == [0.24347712366202823, 0.28289165410834327]
    assert epoch_order(8, seed=7, epoch=1).tolist() == [6, 3, 1, 0, 2, 4, 7, 5]


def test_orders_are_permutations_and_differ() -> None:
    orders = [epoch_order(50, seed, epoch) for seed in (0, 1) for epoch in range(3)]
    for order in orders:
        assert order.dtype == np.int64
        assert sorted(order.tolist()) == list(range(50))
    assert all((one != other).any() for one, other in pairwise(orders))
    assert epoch_order(0, 1, 2).size == 0


def test_the_global_generator_is_neither_read_nor_changed() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index]
    first = generator_of(1, 2, 3).random()
    np.random.seed(12)
    assert generator_of(1, 2, 3).random() == first
    np.random.seed(12)
    expected = np.random.get_state()[1].tolist()  # type: ignore[index]
    epoch_order(10, 1, 2), generator_of(1, 2, 3).random(), fresh_seed()
    assert np.random.get_state()[1].tolist() == expected  # type: ignore[index]
    assert before


def test_fresh_seeds_are_fresh() -> None:
    seeds = {fresh_seed() for _ in range(20)}
    assert len(seeds) == 20
    for seed in (*seeds, 0, np.int64(3)):
        check_seed(seed)


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None])
def test_what_is_no_seed(seed: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"seed={seed!r}; a seed is a whole number from 0 on"):
        check_seed(seed)
