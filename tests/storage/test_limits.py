"""Sizes that a user gives."""

import math

import pytest

from amalthea.errors import ArgumentError
from amalthea.storage import bytes_allowed

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(
    ("given", "expected"),
    [(20, 20 * 2**30), ("0.5", 2**29), (0, 0), ("0", 0), (1e-9, 1e-9 * 2**30), ("inf", math.inf), (" 1 ", 2**30)],
    ids=repr,
)
def test_numbers_of_gib(given, expected):
    assert bytes_allowed(given, "limit") == expected


@pytest.mark.parametrize("given", ["much", "", "1 GB", -1, "-0.1", math.nan, "nan", None, [1]], ids=repr)
def test_what_is_none(given):
    with pytest.raises(ArgumentError, match=r"AMALTHEA_CACHE_SIZE=.*; allowed is a number of GiB \(2\*\*30 bytes\)"):
        bytes_allowed(given, "AMALTHEA_CACHE_SIZE")
