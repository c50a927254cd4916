"""Pictures are decoded once where there is room for them."""

import numpy as np
import pytest

from amalthea.errors import ImageError, MissingFileError
from amalthea.images import read_at_size, read_picture, resize
from amalthea.transfer.features import in_memory
from amalthea.transfer.features.in_memory import PicturesInMemory
from tests.transfer.features.networks import PREPARATION, SIZE, picture_files

pytestmark = pytest.mark.single_backend

PICTURE = SIZE[0] * SIZE[1] * 3  # bytes


@pytest.fixture
def paths(tmp_path):
    return picture_files(tmp_path, 5)


@pytest.fixture
def decoded(monkeypatch):
    """Files that are read after all have been."""
    read: list[str] = []

    def noted(path, *arguments):
        read.append(path.name)
        return read_at_size(path, *arguments)

    monkeypatch.setattr(in_memory, "read_at_size", noted)
    return read


@pytest.mark.parametrize(("room", "again"), [(2**30, 0), (2 * PICTURE, 3), (2 * PICTURE - 1, 4), (0, 5)])
def test_as_many_as_there_is_room_for(room, again, paths, decoded):
    pictures = PicturesInMemory(paths, PREPARATION, room=room)
    for index, path in enumerate(paths):
        np.testing.assert_array_equal(pictures(index), resize(read_picture(path), SIZE))
    assert len(decoded) == again
    for path in paths:
        path.unlink()
    np.testing.assert_array_equal(pictures(0), pictures(0)) if again < 5 else None
    if again:
        with pytest.raises(MissingFileError, match=paths[4].name):
            pictures(4)


def test_arrays_are_given_as_they_are():
    given = np.random.default_rng(0).integers(0, 256, (2, *SIZE, 3), np.uint8)
    assert np.shares_memory(PicturesInMemory(given, PREPARATION)(1), given)
    for kind in (np.float32, np.float64, np.int32):
        picture = PicturesInMemory(given.astype(kind), PREPARATION)(1)
        assert picture.dtype == np.float32
        np.testing.assert_array_equal(picture, given[1])


def test_files_that_cannot_be_used(paths):
    paths[1].write_bytes(b"no picture")
    paths[3].unlink()
    with pytest.raises(ImageError, match=paths[1].name):
        PicturesInMemory(paths, PREPARATION)
    pictures = PicturesInMemory(paths, PREPARATION, "skip")
    assert {index: type(error) for index, error in pictures.errors.items()} == {1: ImageError, 3: MissingFileError}
    assert pictures(4).shape == (*SIZE, 3)
