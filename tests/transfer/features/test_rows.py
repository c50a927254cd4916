"""Rows in a file and rows in memory, taken in any order."""

from pathlib import Path

import numpy as np
import pytest

from amalthea.transfer.features.rows import Features

pytestmark = pytest.mark.single_backend

SHAPES = ((2, 3, 4), (5,))
RECORDS = np.random.default_rng(0).standard_normal((10, 29)).astype(np.float32)


@pytest.fixture(params=["float32", "float16"])
def features(request: pytest.FixtureRequest, tmp_path: Path) -> Features:
    """Seven rows in a file, three in memory, turned around."""
    dtype = request.param
    RECORDS[:7].astype(dtype).tofile(tmp_path / "records.bin")
    return Features(
        shapes=SHAPES,
        rows=np.array([-3, -2, -1, *reversed(range(7))]),
        stored=np.memmap(tmp_path / "records.bin", dtype, "r", shape=(7, 29)),
        unstored=RECORDS[7:].astype(dtype),
    )


def assert_rows(features: Features, indices: object, expected: np.ndarray) -> None:
    first, second = features.take(indices)
    expected = expected.astype(features.stored.dtype).astype(np.float32)
    np.testing.assert_array_equal(first, expected[:, :24].reshape(-1, 2, 3, 4))
    np.testing.assert_array_equal(second, expected[:, 24:])
    for array in (first, second):
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert array.flags.writeable


def test_all_rows(features: Features) -> None:
    assert len(features) == 10
    assert features.shapes == SHAPES
    assert features.nbytes == 10 * 29 * 4
    assert_rows(features, range(10), RECORDS[::-1])


@pytest.mark.parametrize(
    "indices", [[0], [9], [3, 3, 0, 9, 3], [4, 5], [], np.array([2, 1]), [-1], np.int64([8, 0])], ids=str
)
def test_some_rows(indices: object, features: Features) -> None:
    assert_rows(features, indices, RECORDS[::-1][np.asarray(indices, np.intp)])


def test_a_subset(features: Features) -> None:
    part = features.subset([8, 1, 1])
    assert len(part) == 3
    assert_rows(part, [2, 0], RECORDS[::-1][[1, 8]])


def test_what_was_taken_may_be_changed(features: Features) -> None:
    features.take([0, 5])[0][:] = 0
    assert_rows(features, range(10), RECORDS[::-1])


def test_a_row_that_is_not_there(features: Features) -> None:
    with pytest.raises(IndexError):
        features.take([10])
