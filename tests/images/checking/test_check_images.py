"""A whole folder, against what was put into it."""

import json
import shutil
import sys

import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.images import labelled_folder
from amalthea.images.checking import Kind

pytestmark = pytest.mark.single_backend


def picture(seed: int) -> Image.Image:
    """A blurred landscape of its own for each seed, which looks like no other."""
    noise = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((60, 50), Image.Resampling.BICUBIC)


@pytest.fixture
def pets(tmp_path):
    """Three cats and three dogs to train on, two of each to validate with; nothing is wrong with them."""
    for part, count in (("train", 3), ("validation", 2)):
        for name in ("cat", "dog"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                seed = 100 * (part == "validation") + 10 * (name == "dog") + number
                picture(seed).save(folder / f"{number}.png")
    return tmp_path


def checked(pets):
    return amalthea.check_images(pets / "train", pets / "validation")


def found(report, kind):
    return [finding.path for finding in report.findings if finding.kind == kind]


def test_nothing_is_wrong(pets):
    report = checked(pets)
    assert (report.classes, report.training, report.validation) == (("cat", "dog"), (3, 3), (2, 2))
    assert (report.pictures, report.findings, report.duplicates) == (10, (), ())
    assert report.sound and report.imbalance == 1
    assert not report.near_duplicates
    assert str(report).splitlines()[:6] == [
        "10 pictures of 2 classes",
        "",
        "class  training  validation",
        "cat           3           2",
        "dog           3           2",
        "",
    ]


def test_a_folder_alone(pets):
    report = amalthea.check_images(str(pets / "train"))
    assert (report.validation, report.pictures, report.sound) == (None, 6, True)
    assert "cat           3\n" in str(report)


def test_pictures_that_stand_in_no_classes(pets):
    report = amalthea.check_images(pets / "train" / "cat")
    assert (report.classes, report.training, report.pictures, report.findings) == ((), (), 3, ())
    assert report.sound
    assert str(report).startswith("3 pictures, in no classes")


def test_each_broken_file_is_named_and_the_others_are_looked_at(pets):
    broken = [pets / "train" / "cat" / name for name in ("cut.png", "empty.jpg", "text.gif")]
    whole = (pets / "train" / "cat" / "0.png").read_bytes()
    for path, content in zip(broken, (whole[:-30], b"", b"no picture"), strict=True):
        path.write_bytes(content)
    report = amalthea.check_images(pets / "train")
    assert found(report, Kind.UNREADABLE) == broken
    assert (report.pictures, report.training, report.sound) == (6, (3, 3), False)  # what there is to train on
    text = str(report)
    assert "Cannot be read; training ends there, unless it is told to skip them (3):" in text
    assert f"  {broken[1]} is empty (zero bytes). Fetch it again." in text


def test_a_class_of_broken_files_has_no_picture(pets):
    for path in (pets / "train" / "dog").iterdir():
        path.write_bytes(path.read_bytes()[:-30])
    report = amalthea.check_images(pets / "train")
    assert (report.pictures, report.training, report.empty) == (3, (3, 0), ("dog",))
    assert "No picture of (1):\n  dog" in str(report)


def test_two_empty_files_are_broken_but_no_duplicates(pets):
    for name in ("a.jpg", "b.jpg"):
        (pets / "train" / "cat" / name).touch()
    assert checked(pets).duplicates == ()


def test_pictures_beside_the_classes_and_in_foreign_formats(pets):
    picture(50).save(pets / "train" / "loose.png")
    for name in ("train/dog/raw.CR2", "train/dog/deep/phone.heic", "train/dog/notes.txt", "train/dog/.hidden.png"):
        (pets / name).parent.mkdir(exist_ok=True)
        (pets / name).touch()
    report = checked(pets)
    assert found(report, Kind.LOOSE) == [pets / "train" / "loose.png"]
    assert found(report, Kind.FOREIGN) == [pets / "train/dog/deep/phone.heic", pets / "train/dog/raw.CR2"]
    assert (report.training, report.pictures, report.sound, len(report.findings)) == ((3, 3), 10, True, 3)


def test_pictures_whose_names_do_not_say_so(pets):
    """As browsers save them; whoever trains on the folder would not see them."""
    unnamed = [pets / "train" / "cat" / name for name in ("deep/download", "photo.JPG_large")]
    for seed, path in enumerate(unnamed):
        path.parent.mkdir(exist_ok=True)
        picture(60 + seed).save(path, "PNG")
    for name, content in (("notes.txt", b"P6 is a format"), ("cut", picture(62).tobytes()), (".hidden", b"")):
        (pets / "train" / "cat" / name).write_bytes(content)
    report = checked(pets)
    assert [*report.findings] == [(Kind.UNNAMED, path, "") for path in unnamed]
    assert (report.training, report.pictures, report.sound) == ((3, 3), 10, True)
    assert f"their names do not end as those of pictures (2):\n  {unnamed[0]}\n  {unnamed[1]}" in str(report)


def test_a_single_class(pets):
    for part in ("train", "validation"):
        shutil.rmtree(pets / part / "dog")
    report = checked(pets)
    assert (report.classes, report.pictures, report.sound) == (("cat",), 5, False)
    assert str(report).startswith("5 pictures of 1 class\n")
    assert "A single class, which leaves nothing to tell apart; training needs a sub-folder" in str(report)
    with pytest.raises(ArgumentError, match="a single class leaves nothing to tell apart"):
        labelled_folder(pets / "train")


def test_linked_classes_count_as_they_do_in_training(pets):
    (pets / "train" / "linked").symlink_to(pets / "validation" / "cat")
    (pets / "train" / "cat" / "up").symlink_to("..")
    gone = [pets / "train" / "cat" / "gone.jpg", pets / "train" / "cow"]
    for link in gone:
        link.symlink_to("nowhere")
    report = amalthea.check_images(pets / "train")
    known = labelled_folder(pets / "train")
    assert (
        (report.classes, report.training)
        == (known.classes, tuple(np.bincount(known.labels)))
        == (
            ("cat", "dog", "linked"),
            (3, 3, 2),
        )
    )
    assert (found(report, Kind.DANGLING), report.sound) == (gone, True)
    assert f"Links that lead nowhere, and are left out (2):\n  {gone[0]}: leads to nowhere" in str(report)


def test_parts_of_a_data_set_are_known_by_their_structure(pets):
    for part, name in (("train", "t"), ("validation", "v")):
        (pets / part).rename(pets / name)
    with pytest.warns(AmaltheaWarning, match=r"'t', 'v' in .* each holds the same folders, 'cat', 'dog': they look"):
        report = amalthea.check_images(pets)
    assert (report.classes, report.training) == (("t", "v"), (6, 4))
    picture(70).save(pets / "v" / "0.png")
    assert amalthea.check_images(pets).classes == ("t", "v")


@pytest.mark.parametrize(
    ("original", "copy", "classes", "leaking", "words"),
    [
        ("train/cat/0.png", "train/cat/9.jpg", ("cat",), False, "The same file more than once (1):"),
        ("train/cat/0.png", "train/dog/9.png", ("cat", "dog"), False, "in several classes, of which one at most"),
        ("train/cat/0.png", "validation/cat/9.png", ("cat",), True, "in both folders, so that validation asks"),
        ("train/cat/0.png", "validation/dog/9.png", ("cat", "dog"), True, "in both folders, so that validation asks"),
    ],
)
def test_the_same_file_twice(pets, original, copy, classes, leaking, words):
    shutil.copy(pets / original, pets / copy)
    report = checked(pets)
    [group] = report.duplicates
    assert group == ((pets / original, pets / copy), classes, leaking)
    assert report.sound == (classes == ("cat",) and not leaking)
    assert f"{words}" in str(report)
    assert f"  {pets / original}\n  = {pets / copy}\n" in f"{report}\n"
    assert not report.near_duplicates


def test_pictures_that_look_the_same(pets):
    pytest.importorskip("imagehash", reason="ImageHash is not installed: amalthea[check]")
    original, smaller, twin = (
        pets / name for name in ("train/cat/1.png", "validation/cat/small.jpg", "train/cat/2b.png")
    )
    Image.open(original).resize((40, 33)).save(smaller, quality=80)
    shutil.copy(original, twin)
    report = checked(pets)
    [group] = report.near_duplicates
    assert group == ((original, twin, smaller), ("cat",), True)
    assert [group.paths for group in report.duplicates] == [(original, twin)]
    assert report.sound  # to look the same is no proof
    assert "Pictures that look the same in both folders" in str(report)


def test_without_imagehash_all_else_is_checked(pets, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagehash", None)
    shutil.copy(pets / "train/cat/0.png", pets / "train/cat/9.png")
    report = checked(pets)
    assert report.near_duplicates is None
    assert len(report.duplicates) == 1
    assert str(report).endswith('not searched for; that needs ImageHash: pip install "amalthea[check]"')
    assert json.loads(report.to_json())["near_duplicates"] is None


def test_classes_without_pictures_and_uneven_ones(pets):
    for number in range(7):
        picture(30 + number).save(pets / "train" / "cat" / f"more{number}.png")
    (pets / "train" / "cow").mkdir()
    (pets / "validation" / "owl").mkdir()
    picture(77).save(pets / "validation" / "owl" / "0.png")
    report = checked(pets)
    assert (report.classes, report.training) == (("cat", "cow", "dog", "owl"), (10, 0, 3, 0))
    assert report.validation == (2, 0, 2, 1)
    assert (report.empty, report.sound) == (("cow", "owl"), False)
    assert report.imbalance == pytest.approx(10 / 3)
    assert "3.3 times as many of the largest as of the smallest" in str(report)
    assert "No picture of (2):\n  cow\n  owl" in str(report)


def test_the_json_holds_all_of_it(pets):
    shutil.copy(pets / "train/cat/0.png", pets / "validation/dog/9.jpg")
    for number in range(20):
        (pets / "train" / "cat" / f"{number:03}.jpg").touch()
    report = checked(pets)
    facts = json.loads(report.to_json())
    assert (facts["sound"], facts["pictures"], facts["imbalance"]) == (False, 11, 1)
    assert facts["classes"][1] == {"class": "dog", "training": 3, "validation": 3}
    broken = [finding for finding in facts["findings"] if finding["kind"] == "unreadable"]
    assert len(broken) == 20
    assert "  and 10 more\n" in str(report)
    assert {"kind": "misnamed", "path": str(pets / "validation/dog/9.jpg"), "note": "PNG"} in facts["findings"]
    assert facts["duplicates"] == [
        {
            "paths": [str(pets / "train/cat/0.png"), str(pets / "validation/dog/9.jpg")],
            "classes": ["cat", "dog"],
            "leaking": True,
        }
    ]


def test_folders_that_cannot_be_checked(pets):
    with pytest.raises(MissingFileError, match=r"There is no folder .*nowhere"):
        amalthea.check_images(pets / "nowhere")
    with pytest.raises(ArgumentError, match=r"holds 'train', 'validation', which look like the parts of a data set"):
        amalthea.check_images(pets)
    (pets / "bare" / "cat").mkdir(parents=True)
    with pytest.raises(ArgumentError, match=r"no picture in .*bare"):
        amalthea.check_images(pets / "bare")
    for other in (pets / "train", pets / "train" / "cat", pets / "bare" / ".." / "train"):
        with pytest.raises(ArgumentError, match="are the same folder, or one lies in the other"):
            amalthea.check_images(pets / "train", other)


def test_the_pets(test_data):
    """As in the original, one .jpg is a GIF and one a PNG; both are read all the same."""
    report = checked(test_data / "pets")
    assert (report.training, report.validation, report.sound) == ((150, 150, 150), (50, 50, 50), True)
    assert [finding.note for finding in report.findings if finding.kind == Kind.MISNAMED] == ["GIF", "PNG"]
    assert report.duplicates == ()


def test_the_pets_that_were_photographed_once_and_are_there_twice(test_data):
    """Looked at by a person: each pair is one photograph, at other sizes or with other margins."""
    pytest.importorskip("imagehash", reason="ImageHash is not installed: amalthea[check]")
    report = checked(test_data / "pets")
    found = {tuple(path.stem for path in group.paths): group for group in report.near_duplicates}
    numbers = [(11, 177), (122, 172), (151, 99), (24, 56), (40, 63), (5, 87)]
    assert set(found) == {tuple(f"Abyssinian_{number}" for number in pair) for pair in numbers}
    leaking = {names for names, group in found.items() if group.leaking}
    assert leaking == {("Abyssinian_11", "Abyssinian_177"), ("Abyssinian_122", "Abyssinian_172")}
