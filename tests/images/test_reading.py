"""Many pictures, read ahead by threads."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import read_at_size, read_picture, read_resized, resize

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """More pictures than are read ahead, of many sizes."""
    folder, generator = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [folder / f"{number:03}.png" for number in range(150)]
    for path in paths:
        Image.fromarray(generator.integers(0, 256, (*generator.integers(5, 60, 2), 3), np.uint8)).save(path)
    return paths


def reading_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("amalthea-pictures")]


@pytest.mark.parametrize("workers", [1, 2, 9, None])
def test_all_pictures_in_their_order(workers: int | None, paths: list[Path]) -> None:
    found = list(read_resized(paths, (20, 30), "bilinear", workers=workers))
    assert len(found) == len(paths)
    for path, picture in zip(paths, found, strict=True):
        np.testing.assert_array_equal(picture, resize(read_picture(path), (20, 30), "bilinear"))
    assert reading_threads() == []


def test_one_number_is_both_sides_and_nearest_the_usual_filter(paths: list[Path]) -> None:
    [picture] = read_resized(paths[:1], 7)
    np.testing.assert_array_equal(picture, resize(read_picture(paths[0]), (7, 7), "nearest"))


def test_errors_stand_where_the_pictures_would(paths: list[Path], tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    given = [paths[0], tmp_path / "text.jpg", paths[1], tmp_path / "missing.jpg", tmp_path, paths[2]]
    found = list(read_resized(given, 8))
    kinds = [np.ndarray, ImageError, np.ndarray, MissingFileError, ImageError, np.ndarray]
    assert [type(item) for item in found] == kinds
    for path, item in zip(given, found, strict=True):
        assert isinstance(item, np.ndarray) or str(path) in str(item)


def test_no_pictures() -> None:
    assert list(read_resized([], 8)) == []


def test_paths_are_asked_for_as_they_are_needed(paths: list[Path]) -> None:
    asked = 0

    def endless() -> Iterator[Path]:
        nonlocal asked
        while True:
            yield paths[asked % len(paths)]
            asked += 1

    pictures = read_resized(endless(), 8)
    for _ in range(10):
        next(pictures)
    assert asked <= 10 + 64
    pictures.close()
    assert reading_threads() == []


def test_an_error_in_between_ends_the_threads(paths: list[Path]) -> None:
    def failing() -> Iterator[Path]:
        yield from paths[:70]
        raise RuntimeError("no more paths")

    with pytest.raises(RuntimeError, match="no more paths"):
        list(read_resized(failing(), 8))
    assert reading_threads() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, r"A size is \(height, width\) in whole pixels above 0"),
        ({"size": (8, 8, 3)}, r"A size is \(height, width\)"),
        ({"size": 8, "interpolation": "cubic"}, "interpolation='cubic' is unknown"),
        ({"size": 8, "workers": 0}, "workers=0; at least one thread"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_resized(["nowhere.jpg"], **arguments)


@pytest.mark.parametrize("decode", ["exact", "fast"])
def test_pictures_of_more_pixels_than_are_wanted(decode: str, paths: list[Path]) -> None:
    rows, columns, _ = read_picture(paths[0]).shape
    allowed = rows * columns
    wanted = read_at_size(paths[0], (8, 8), "bilinear", decode)
    np.testing.assert_array_equal(read_at_size(paths[0], (8, 8), "bilinear", decode, allowed), wanted)
    message = f"has {allowed:,} pixels, {columns} by {rows}; allowed are {allowed - 1:,}. Make it smaller"
    with pytest.raises(ImageError, match=message):
        read_at_size(paths[0].read_bytes(), (8, 8), "bilinear", decode, max_pixels=allowed - 1)
