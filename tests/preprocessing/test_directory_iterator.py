"""Batches of folders, beside those of keras-preprocessing 1.1.2 and Keras' legacy copy."""

import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import AmaltheaWarning, ArgumentError, ImageError, MissingFileError
from amalthea.preprocessing.image import DirectoryIterator, ImageDataGenerator
from tests.images.batch_samples import picture_threads, wait_until
from tests.images.samples import PIXELS, encoded
from tests.preprocessing.references import keras_legacy, keras_preprocessing

pytestmark = pytest.mark.single_backend

FACTS = ("filenames", "class_indices", "num_classes", "samples", "n", "image_shape", "filepaths")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes, folders within them, and files that are no pictures."""
    names = ("b.png", "a.JPG", "c.bmp", "notes.txt", "deep/d.png", "deep/er/e.png", "deep/f.gif", "another/g.tif")
    for kind in ("dogs", "cats"):
        for number, name in enumerate(names):
            path = tmp_path / "pictures" / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            file_format = {"jpg": "JPEG", "tif": "TIFF", "txt": "PNG"}.get(path.suffix[1:].lower(), path.suffix[1:])
            path.write_bytes(encoded(np.roll(PIXELS, number, 0), file_format.upper()))
    (tmp_path / "pictures" / "loose.png").write_bytes(encoded(PIXELS, "PNG"))
    return tmp_path / "pictures"


def assert_same_facts(mine: Any, theirs: Any) -> None:
    for name in FACTS:
        assert getattr(mine, name) == getattr(theirs, name), name
    for name in ("classes", "labels"):
        assert getattr(mine, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


@pytest.mark.parametrize("part", ["train", "validation"])
def test_order_labels_and_names_of_the_pets(test_data: Path, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    pets = str(test_data / "pets" / part)
    mine = ImageDataGenerator().flow_from_directory(pets, shuffle=False)
    printed = capsys.readouterr().out
    theirs = keras_preprocessing().ImageDataGenerator().flow_from_directory(pets, shuffle=False)
    assert printed == capsys.readouterr().out
    assert printed == f"Found {mine.samples} images belonging to 3 classes.\n"
    assert_same_facts(mine, theirs)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"class_mode": "sparse", "color_mode": "grayscale"},
    {"class_mode": "binary", "classes": ["Bengal", "Abyssinian"]},
    {"class_mode": "input", "target_size": (40, 30)},
    {"class_mode": None, "color_mode": "rgba", "interpolation": "bicubic"},
    {"target_size": (20, 50), "keep_aspect_ratio": True, "interpolation": "lanczos"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_batches_of_the_pets_are_bit_equal(test_data: Path, options: dict[str, Any], data_format: str) -> None:
    arguments = {"target_size": (32, 32), "batch_size": 5, "shuffle": False, **options}
    mine, theirs = (
        kind(data_format=data_format, rescale=1 / 255).flow_from_directory(test_data / "pets" / "train", **arguments)
        for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    )
    for i in (0, len(mine) - 1):
        one, other = mine[i], theirs[i]
        assert type(one) is type(other)
        for x, y in zip(one, other, strict=True):
            assert x.dtype == y.dtype
            np.testing.assert_array_equal(x, y)
    if options.get("class_mode") == "input":
        assert not np.shares_memory(*mine[0])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"classes": ["dogs", "cats"]},
        {"classes": ["."], "class_mode": None},
        {"classes": ["dogs", "birds"]},
        {"subset": "training"},
        {"subset": "validation"},
    ],
    ids=str,
)
def test_files_of_folders_are_those_of_keras(folder: Path, options: dict[str, Any]) -> None:
    mine, theirs = (
        kind(validation_split=0.4).flow_from_directory(folder, shuffle=False, **options)
        for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    )
    assert_same_facts(mine, theirs)
    assert mine.subset == theirs.subset and mine.split == theirs.split


def test_links_are_followed_where_they_are_wanted(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "dogs" / "deep", tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", folder / "cats" / "link")
    for follow in (True, False):
        mine, theirs = (
            kind().flow_from_directory(folder, follow_links=follow)
            for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
        )
        assert_same_facts(mine, theirs)
        assert mine.samples == 12 + 2 * follow


def test_a_nested_folder_can_be_a_class(folder: Path) -> None:
    iterator = ImageDataGenerator().flow_from_directory(folder, classes=["dogs/deep", "cats"], class_mode="sparse")
    assert iterator.filenames[:2] == ["dogs/deep/d.png", "dogs/deep/er/e.png"]
    assert next(iterator)[1].shape == (8,)


@pytest.mark.parametrize("name", ["empty", "empty/cats"])
def test_a_folder_without_a_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(ArgumentError, match=r"empty has no picture. One sub-folder a class is wanted, with files that"):
        ImageDataGenerator().flow_from_directory(tmp_path / "empty")


def test_pictures_in_the_folder_itself(folder: Path) -> None:
    message = r"another has no sub-folder, but 1 pictures of its own, such as g\.tif\. Move each into a sub"
    with pytest.raises(ArgumentError, match=message):
        ImageDataGenerator().flow_from_directory(folder / "cats" / "another")
    found = ImageDataGenerator().flow_from_directory(folder / "cats" / "another", classes=["."], class_mode=None)
    assert found.samples == 1


def test_two_classes_for_more(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ImageDataGenerator().flow_from_directory(folder, class_mode="binary")
    (folder / "fish").mkdir()
    with pytest.warns(AmaltheaWarning, match="class_mode='binary' numbers the 3 classes from 0 to 2"):
        ImageDataGenerator().flow_from_directory(folder, class_mode="binary")


def test_what_is_there_instead_of_pictures_is_told(folder: Path) -> None:
    for path in [*folder.rglob("*.*")]:
        if path.suffix not in (".gif", ".txt"):
            path.unlink()
    with pytest.raises(
        ArgumentError, match=r"there is 'cats', 'dogs', with these files: 2 with .(gif|txt), 2 with .(gif|t)"
    ):
        ImageDataGenerator().flow_from_directory(folder)
    with pytest.raises(ArgumentError, match=r"pictures has no picture for subset='validation'"):
        ImageDataGenerator(validation_split=0.1).flow_from_directory(folder, subset="validation")


def test_wrong_arguments(folder: Path) -> None:
    generator = ImageDataGenerator()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"color_mode": "cmyk"}, "color_mode='cmyk' is unknown; choose one of grayscale, rgb, rgba"),
        ({"class_mode": "output"}, "class_mode='output' is unknown; choose one of 'categorical', 'binary', 'sparse'"),
        ({"class_mode": "catagorical"}, r"class_mode='catagorical' is unknown; .* Did you mean 'categorical'\?"),
        ({"subset": "test"}, "subset='test' is unknown; choose 'training' or 'validation'"),
        ({"on_error": "ignore"}, "on_error='ignore' is unknown; choose one of raise, skip, replace"),
        ({"decode": "quick"}, "decode='quick' is unknown; choose 'fast' or 'exact'"),
        ({"interpolation": "cubic"}, "interpolation='cubic' is unknown; choose one of nearest, bilinear"),
        *(({"target_size": size}, r"A size is \(height, width\)") for size in (150, None, (9, 9, 3), (9.0, 9), "ab")),
        ({"batch_size": None}, "batch_size=None"),
        ({"classes": ["cats", "cats"]}, r"classes=\['cats', 'cats'\] names a class twice"),
        ({"classes": "cats"}, r"classes='cats' is one name; give a list of names, such as \['cats'\]"),
        ({"workers": -1}, "workers=-1"),
        ({"batch_size": 0}, "batch_size=0; a batch has one picture at least"),
    ]
    for arguments, message in wrong:
        with pytest.raises(ArgumentError, match=message):
            generator.flow_from_directory(folder, **arguments)
    with pytest.raises(MissingFileError, match=r"There is no folder nowhere \(looked for at .*nowhere\)"):
        generator.flow_from_directory("nowhere")
    with pytest.raises(ArgumentError, match=r"b\.png is a file. Give the folder"):
        generator.flow_from_directory(folder / "cats" / "b.png")
    with pytest.raises(ArgumentError, match="directory=None; give the path of a folder"):
        generator.flow_from_directory(None)
    with pytest.raises(ArgumentError, match="subset='training' needs image_data_generator, whose validation_split"):
        DirectoryIterator(folder, None, subset="training")


@pytest.fixture
def broken(folder: Path) -> Path:
    """The third of six cats is cut off."""
    path = folder / "cats" / "c.bmp"
    path.write_bytes(path.read_bytes()[:500])
    return folder


def test_a_broken_file_is_named(broken: Path) -> None:
    iterator = ImageDataGenerator().flow_from_directory(broken, shuffle=False, batch_size=2)
    assert next(iterator)[0].shape[0] == 2
    with pytest.raises(ImageError, match=r"c\.bmp cannot be decoded"):
        next(iterator)


def test_a_broken_file_is_left_out_or_replaced(broken: Path) -> None:
    generator, arguments = ImageDataGenerator(), {"shuffle": False, "batch_size": 4, "class_mode": "sparse"}
    skipping = generator.flow_from_directory(broken, on_error="skip", **arguments)
    assert [len(next(skipping)[1]) for _ in range(6)] == [3, 4, 4, 3, 4, 4]
    assert [Path(skipping.filenames[index]).name for index in skipping.problems] == ["c.bmp"]
    assert "1 of 12 pictures could not be used and were left out:" in skipping.report()
    replacing = generator.flow_from_directory(broken, on_error="replace", **arguments)
    assert [next(replacing)[0].shape[0] for _ in range(3)] == [4, 4, 4]
    alone = generator.flow_from_directory(broken, on_error="skip", shuffle=False, batch_size=1)
    labels = [int(next(alone)[1].argmax()) for _ in range(12)]  # the next batch comes in the place of the third
    assert labels == [0] * 6 + [1] * 6
    for path in broken.rglob("*.*"):
        path.write_bytes(b"")
    nothing = generator.flow_from_directory(broken, on_error="skip")
    with pytest.raises(ImageError, match=r"No picture is left to make a batch of. 12 of 12 pictures could not be used"):
        next(nothing)


def test_a_file_that_was_repaired_is_read_again(broken: Path) -> None:
    iterator = ImageDataGenerator().flow_from_directory(broken, shuffle=False, batch_size=2)
    next(iterator)
    wait_until(lambda: not picture_threads())  # the broken one was read ahead
    (broken / "cats" / "c.bmp").write_bytes(encoded(PIXELS, "BMP"))
    assert next(iterator)[0].shape[0] == 2


def test_fast_decoding_never_goes_below_the_target(test_data: Path, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    Image.open(test_data / "images" / "parrot.jpg").resize((1600, 1200)).save(tmp_path / "class" / "large.jpg")
    arguments: dict[str, Any] = {"target_size": (150, 150), "interpolation": "bilinear", "class_mode": None}
    exact, fast = (
        next(ImageDataGenerator().flow_from_directory(tmp_path, decode=decode, **arguments))
        for decode in ("exact", "fast")
    )
    assert 0 < np.abs(exact - fast).mean() < 3


def test_transformed_pictures_are_the_same_for_any_number_of_threads(folder: Path) -> None:
    generator = ImageDataGenerator(channel_shift_range=60.0, horizontal_flip=True, brightness_range=(0.5, 1.5))
    runs = []
    for workers in (0, 1, 3):
        iterator = generator.flow_from_directory(folder, (20, 20), batch_size=5, seed=4, workers=workers)
        runs.append([next(iterator) for _ in range(6)])
        assert sorted(iterator.order) == [*range(12)]
    for run in runs[1:]:
        for one, other in zip(runs[0], run, strict=True):
            for x, y in zip(one, other, strict=True):
                np.testing.assert_array_equal(x, y)
