from pathlib import Path
from typing import Any

import numpy as np
import pytest

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.images import labelled_folder, split

pytestmark = pytest.mark.single_backend


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_classes_are_the_sub_folders_sorted(tmp_path: Path) -> None:
    names = (
        "dog/b.jpg",
        "dog/a.PNG",
        "cat/deep/c.webp",
        "cat/notes.txt",
        ".cache/d.jpg",
        "e.txt",
        ".f.jpg",
        "cat/.hidden.jpg",
    )
    paths, labels, classes = labelled_folder(filled(tmp_path, *names))
    assert classes == ("cat", "dog")
    assert paths == [tmp_path / "cat/deep/c.webp", tmp_path / "dog/a.PNG", tmp_path / "dog/b.jpg"]
    assert labels.tolist() == [0, 1, 1]
    assert labels.dtype == np.int64
    assert labelled_folder(tmp_path).named_labels == ["cat", "dog", "dog"]


def test_pictures_beside_the_class_folders_are_left_out_and_told(tmp_path: Path) -> None:
    filled(tmp_path, "dog/b.jpg", "cat/a.jpg", "z.PNG", "y.jpg", "readme.txt")
    with pytest.warns(AmaltheaWarning, match=r"belong to no class and are left out: 'y\.jpg', 'z\.PNG'\. Move each"):
        found = labelled_folder(tmp_path)
    assert found.paths == [tmp_path / "cat/a.jpg", tmp_path / "dog/b.jpg"]


def test_labels_follow_the_order_of_given_classes(tmp_path: Path) -> None:
    filled(tmp_path, "cat/a.jpg", "dog/b.jpg")
    paths, labels, classes = labelled_folder(str(tmp_path), classes=["dog", "cat"])
    assert (paths, labels.tolist(), classes) == (
        [tmp_path / "dog/b.jpg", tmp_path / "cat/a.jpg"],
        [0, 1],
        ("dog", "cat"),
    )


def test_names_with_the_signs_of_a_pattern(tmp_path: Path) -> None:
    filled(tmp_path, "cat[1]/a.jpg", "dog*/b.jpg", "🐱 “x”.jpg/c.jpg")
    assert labelled_folder(tmp_path).classes == ("cat[1]", "dog*", "🐱 “x”.jpg")
    assert len(labelled_folder(tmp_path).paths) == 3


def test_the_pets(test_data: Path) -> None:
    paths, labels, classes = labelled_folder(test_data / "pets" / "train")
    assert classes == ("Abyssinian", "Bengal", "american_bulldog")
    assert len(paths) == 450
    assert np.bincount(labels).tolist() == [150, 150, 150]
    assert all(path.parent.name == classes[label] for path, label in zip(paths, labels, strict=True))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.jpg", "b.jpg"], r"one sub-folder for each class, such as .*cats.*; it has none\."),
        (["cat/a.jpg", "b.jpg"], "it has only 'cat', and a single class leaves nothing to tell apart"),
        (["cat/a.jpg", "dog/notes.txt"], "has no picture of 'dog': nothing in there has the suffix"),
        (["train/cat/a.jpg", "Validation/cat/b.jpg"], "'Validation', 'train' look like the parts of a data set"),
    ],
)
def test_folders_that_are_no_classes(tmp_path: Path, names: list[str], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        labelled_folder(filled(tmp_path, *names))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"There is no folder .*nowhere .*Check the path"):
        labelled_folder(tmp_path / "nowhere")
    with pytest.raises(ArgumentError, match=r"notes\.txt is a file; needed is a folder that holds pictures"):
        labelled_folder(filled(tmp_path, "notes.txt") / "notes.txt")


def test_a_class_may_be_a_link(tmp_path: Path) -> None:
    filled(tmp_path, "pets/cat/a.jpg", "elsewhere/Bengal/deep/b.jpg")
    (tmp_path / "pets" / "link").symlink_to(tmp_path / "elsewhere" / "Bengal")
    (tmp_path / "pets" / "cat" / "up").symlink_to("..")
    found = labelled_folder(tmp_path / "pets")
    assert found.paths == [tmp_path / "pets/cat/a.jpg", tmp_path / "pets/link/deep/b.jpg"]
    assert found.named_labels == ["cat", "link"]


def test_some_of_the_classes(tmp_path: Path) -> None:
    filled(tmp_path, "dog/b.jpg", "dog/c.jpg")
    (tmp_path / "cow").mkdir()
    found = labelled_folder(tmp_path, classes=("cat", "cow", "dog"), some=True)
    assert ([path.name for path in found.paths], found.labels.tolist()) == (["b.jpg", "c.jpg"], [2, 2])
    assert found.classes == ("cat", "cow", "dog")
    with pytest.raises(ArgumentError, match=r"'cat', 'cow', 'dog'\. Missing: 'cat'; not among them: none"):
        labelled_folder(tmp_path, classes=("cat", "cow", "dog"))
    with pytest.raises(ArgumentError, match="Missing: 'cat'; not among them: 'dog'"):
        labelled_folder(tmp_path, classes=("cat", "cow"), some=True)
    with pytest.raises(ArgumentError, match="has no picture of 'cat', 'cow'"):
        labelled_folder(filled(tmp_path / "other", "cow/note.txt"), classes=("cat", "cow"), some=True)


def test_other_classes_than_given(tmp_path: Path) -> None:
    filled(tmp_path, "cat/a.jpg", "dog/b.jpg", "cow/c.jpg")
    message = "not the classes 'cat', 'horse'. Missing: 'horse'; not among them: 'cow', 'dog'. Name one sub-folder"
    with pytest.raises(ArgumentError, match=message):
        labelled_folder(tmp_path, classes=("cat", "horse"))
    with pytest.raises(ArgumentError, match="Missing: none; not among them: 'cow', 'dog'"):
        labelled_folder(tmp_path, classes=("cat", "cat"))
    with pytest.raises(ArgumentError, match=r"needs one sub-folder for each class, such as .*; it has none\."):
        labelled_folder(tmp_path / "cat", classes=("cat", "dog"))
    with pytest.raises(ArgumentError, match="its 'train', 'val' look like the parts of a data set"):
        labelled_folder(filled(tmp_path / "parts", "train/cat/a.jpg", "val/cat/b.jpg"), classes=("cat", "dog"))


def test_many_other_classes_are_not_all_listed(tmp_path: Path) -> None:
    filled(tmp_path, *(f"class{number:02}/a.jpg" for number in range(30)))
    with pytest.raises(ArgumentError, match="'class09' and 20 more"):
        labelled_folder(tmp_path, classes=("cat", "dog"))


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5, 0.9])
def test_a_split_keeps_the_proportions_as_scikit_learns_does(fraction: float) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [100, 40, 10]))
    train, validation = split(labels, fraction, seed=0)
    assert sorted([*train, *validation]) == list(range(150))
    assert (np.diff(train) > 0).all()
    assert (np.diff(validation) > 0).all()
    selection = pytest.importorskip("sklearn.model_selection")
    [(_, reference)] = selection.StratifiedShuffleSplit(1, test_size=fraction, random_state=0).split(labels, labels)
    assert np.bincount(labels[validation]).tolist() == np.bincount(labels[reference]).tolist()


def test_a_split_depends_on_its_seed_alone() -> None:
    labels = ["cat", "dog"] * 50
    first, again, other = (split(labels, 0.2, seed)[1].tolist() for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_each_class_stands_on_both_sides(fraction: float) -> None:
    for side in split([0, 0, 0, 1, 1], fraction, seed=0):
        assert len(side) >= 2


def test_a_class_with_one_picture_cannot_be_split() -> None:
    with pytest.raises(ArgumentError, match="Class 'dog' has a single picture"):
        split(["cat", "cat", "dog"], 0.5, seed=0)


@pytest.mark.parametrize("fraction", [0, 1, -0.2, 20, float("nan"), "a", None])
def test_fractions_that_are_none(fraction: Any) -> None:
    with pytest.raises(ArgumentError, match=r"allowed is a number in \(0, 1\)"):
        split([0, 0, 1, 1], fraction, seed=0)


@pytest.mark.parametrize("seed", [-1, None, 0.5])
def test_seeds_that_are_none(seed: Any) -> None:
    with pytest.raises(ArgumentError, match=f"seed={seed}; a seed is a whole number from 0 on"):
        split([0, 0, 1, 1], np.float32(0.5), seed)


def test_a_split_that_is_not_stratified_is_one_of_all_pictures() -> None:
    labels = np.repeat([0, 1], [5, 1])
    sides = [split(labels, 0.5, seed, stratified=False) for seed in range(20)]
    assert all(sorted([*train, *validation]) == list(range(6)) for train, validation in sides)
    assert all(len(validation) == 3 for _, validation in sides)
    assert {np.bincount(labels[validation], minlength=2)[1] for _, validation in sides} == {0, 1}


def test_a_folder_is_split_into_views_of_its_files(test_data: Path) -> None:
    folder = test_data / "pets" / "train"
    train, validation = amalthea.split_folder(folder, 0.2, seed=3)
    whole = labelled_folder(folder)
    assert train.classes == validation.classes == whole.classes
    assert sorted([*train.paths, *validation.paths]) == sorted(whole.paths)
    assert np.bincount(validation.labels).tolist() == [30, 30, 30]
    for part in (train, validation):
        assert part.named_labels == [path.parent.name for path in part.paths]
    again, _ = amalthea.split_folder(str(folder), 0.2, seed=3)
    other, _ = amalthea.split_folder(folder, 0.2, seed=4)
    mixed, _ = amalthea.split_folder(folder, 0.2, seed=3, stratified=False)
    assert again.paths == train.paths
    assert other.paths != train.paths
    assert len(mixed.paths) == 360 and np.bincount(mixed.labels).tolist() != [120, 120, 120]


def test_split_folder_refuses_what_cannot_be_split(tmp_path: Path) -> None:
    filled(tmp_path, "cat/a.jpg", "cat/b.jpg", "dog/a.jpg")
    with pytest.raises(ArgumentError, match="Class 'dog' has a single picture"):
        amalthea.split_folder(tmp_path)
    train, validation = amalthea.split_folder(tmp_path, 0.4, stratified=False)
    assert (len(train.paths), len(validation.paths)) == (2, 1)
    with pytest.raises(ArgumentError, match=r"fraction=20 of the pictures"):
        amalthea.split_folder(tmp_path, 20)
