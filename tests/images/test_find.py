import re
from pathlib import Path

import pytest

from amalthea.errors import ImageError, MissingFileError
from amalthea.images import find_pictures, read_picture, skipped_pictures
from amalthea.images.find import dangling_links

pytestmark = pytest.mark.single_backend

FILES = ("b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "cats/z.webp", "cats/deep/y.tiff", ".thumbnails/x.jpg")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "pets" / "album.jpg").mkdir()
    (tmp_path / "pets" / "album.jpg" / "w.gif").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "pets"


def test_a_folder_stands_for_its_pictures_sorted(folder: Path) -> None:
    names = ["a.PNG", "album.jpg/w.gif", "b.jpg", "cats/deep/y.tiff", "cats/z.webp"]
    assert find_pictures([folder]) == [folder / name for name in names]
    assert find_pictures(["pets"]) == [Path("pets") / name for name in names]


def test_the_order_is_that_of_sorted_paths(tmp_path: Path) -> None:
    """Whatever is split by a seed depends on it."""
    folders = ("", "a", "a-b", "a/b", "a/b.jpg", "A", "a b/c", "ä", "a0", "a0/0")
    pictures = [tmp_path / folder / name for folder in folders for name in ("a.jpg", "a-b.png", "B.gif", "ä.jpg")]
    for picture in pictures:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.touch()
    assert find_pictures([tmp_path]) == sorted(pictures)


def test_a_file_is_taken_whatever_its_name(folder: Path) -> None:
    paths = [folder / "notes.txt", folder / ".hidden.jpg", folder / "b.jpg"]
    assert find_pictures(paths) == paths


def test_a_hidden_folder_may_be_asked_for(folder: Path) -> None:
    assert find_pictures([folder / ".thumbnails"]) == [folder / ".thumbnails" / "x.jpg"]


def test_patterns_that_the_shell_left(folder: Path) -> None:
    assert find_pictures(["pets/*.PNG"]) == [Path("pets/a.PNG")]
    assert find_pictures(["pets/c*"]) == [Path("pets/cats/deep/y.tiff"), Path("pets/cats/z.webp")]
    found = find_pictures(["pets/**/*.[gw]*"])
    assert found == [Path("pets/album.jpg/w.gif"), Path("pets/cats/z.webp")]


def test_a_file_with_the_signs_of_a_pattern_is_a_file(folder: Path) -> None:
    (folder / "cat[1].jpg").touch()
    assert find_pictures(["pets/cat[1].jpg"]) == [Path("pets/cat[1].jpg")]


def test_the_order_is_the_callers_and_each_file_stands_once(folder: Path) -> None:
    found = find_pictures(["pets/b.jpg", "pets/cats", "pets/cats/z.webp", "./pets/b.jpg"])
    assert found == [Path("pets/b.jpg"), Path("pets/cats/deep/y.tiff"), Path("pets/cats/z.webp")]
    assert find_pictures(["pets/cats/../b.jpg", folder / "b.jpg"]) == [Path("pets/cats/../b.jpg")]


def test_pictures_that_cannot_be_read_here_are_found_in_folders_only(folder: Path) -> None:
    for name in ("a.heic", "cats/b.HEIF", ".c.heic"):
        (folder / name).touch()
    assert skipped_pictures(["pets", folder, "pets/a.heic"]) == [Path("pets/a.heic"), Path("pets/cats/b.HEIF")]
    assert skipped_pictures(["pets/a.heic", "nowhere"]) == []


def test_links_to_folders_are_followed_until_they_come_round(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "v.jpg").touch()
    (elsewhere / "deep" / "round").symlink_to(elsewhere)
    (folder / "cats" / "linked").symlink_to(elsewhere)
    (folder / "cats" / "up").symlink_to("..")
    (folder / "cats" / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "self").symlink_to("self")
    names = ["a.PNG", "album.jpg/w.gif", "b.jpg", "cats/deep/y.tiff", "cats/linked/deep/v.jpg", "cats/z.webp"]
    assert find_pictures(["pets"]) == [Path("pets") / name for name in names]
    assert dangling_links(Path("pets")) == [Path("pets/cats/gone.jpg"), Path("pets/self")]


def test_nothing_in_nothing_out() -> None:
    assert find_pictures([]) == []


def test_the_pets(test_data: Path) -> None:
    assert len(find_pictures([test_data / "pets"])) == 600


@pytest.mark.parametrize("path", ["pets/dog.jpg", "pets/*.bmp", "empty"])
def test_what_stands_for_no_picture_is_left_to_the_one_who_reads_it(folder: Path, path: str) -> None:
    Path("empty").mkdir()
    Path("empty", "notes.txt").touch()
    assert find_pictures([path, "pets/b.jpg"]) == [Path(path), Path("pets/b.jpg")]
    with pytest.raises((ImageError, MissingFileError), match=f"{re.escape(path)} "):
        read_picture(path)


def test_an_empty_folder_among_the_matches_of_a_pattern(folder: Path) -> None:
    Path("pets/cow").mkdir()
    assert find_pictures(["pets/c*"]) == [Path("pets/cats/deep/y.tiff"), Path("pets/cats/z.webp"), Path("pets/cow")]
