"""The random numbers of many samples at once are those of NumPy's own generators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.images.random_blocks import first_numbers

pytestmark = pytest.mark.single_backend


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**200),
    epoch=st.integers(0, 2**40),
    indices=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5),
    count=st.integers(1, 20),
)
def test_they_are_numpys(seed: int, epoch: int, indices: list[int], count: int) -> None:
    sequences = [np.random.SeedSequence(seed, spawn_key=(epoch, index)) for index in indices]
    expected = [np.random.Generator(np.random.PCG64(sequence)).random(count) for sequence in sequences]
    np.testing.assert_array_equal(first_numbers(seed, epoch, np.array(indices), count), expected)
