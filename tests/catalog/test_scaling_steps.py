"""A scaling by its name, as a number, or as its steps."""

import numpy as np
import pytest

from amalthea.catalog import Scaling, ScalingSteps, scaling_steps
from amalthea.errors import ArgumentError

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize("scaling", Scaling)
def test_names(scaling):
    assert scaling_steps(scaling) is scaling_steps(scaling.value) is scaling_steps(str(np.str_(scaling)))
    assert scaling_steps(scaling) == scaling.steps


@pytest.mark.parametrize(
    ("factor", "divisor"), [(1 / 255, 255.0), (1 / 127.5, 127.5), (1, 1.0), (np.float32(0.5), 2.0)]
)
def test_a_number_multiplies(factor, divisor):
    assert scaling_steps(factor) == ScalingSteps(divisor=divisor)


def test_steps_stay_as_they_are():
    steps = ScalingSteps(divisor=2.0, reverse_channels=True, mean=(1.0, 2.0, 3.0))
    assert scaling_steps(steps) is steps


@pytest.mark.parametrize(
    "wrong", ["Caffe", "", "imagenet", None, True, 0, -1 / 255, float("nan"), float("inf"), [1.0], b"tf"]
)
def test_what_is_none(wrong):
    with pytest.raises(
        ArgumentError, match="is unknown; choose one of 'caffe', 'tf', 'torch', 'lite', or give a number"
    ):
        scaling_steps(wrong)
