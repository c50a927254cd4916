import dataclasses

import pytest

from amalthea.catalog import scaling_steps
from amalthea.errors import ArgumentError
from amalthea.images import Preparation

pytestmark = pytest.mark.single_backend

TF = scaling_steps("tf")


def test_it_is_a_value():
    one, other = (Preparation(size=(150, 120), scaling=scaling_steps("tf")) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Preparation(size=(150, 120), scaling=scaling_steps("tf"), interpolation="bicubic")
    assert one != Preparation(size=(150, 120), scaling=scaling_steps(1 / 255))
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.size = (1, 1)


@pytest.mark.parametrize("size", [(0, 5), (5,), (5, 5, 3), (5.5, 5), (None, None), 5])
def test_sizes_that_are_none(size):
    with pytest.raises(ArgumentError, match=r"A size is \(height, width\) in whole pixels above 0; given was "):
        Preparation(size=size, scaling=TF)


def test_an_unknown_interpolation():
    with pytest.raises(
        ArgumentError, match="interpolation='cubic' is unknown; choose one of nearest, bilinear, bicubic"
    ):
        Preparation(size=(5, 5), scaling=TF, interpolation="cubic")
