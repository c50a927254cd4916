"""Pictures in batches: from files, folders and arrays to what a network takes."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import (
    PREVIEW,
    TUTORIAL,
    Augmentation,
    PictureBatches,
    generator_of,
    labelled_folder,
    picture_batches,
    scale,
)
from amalthea.images.random_numbers import epoch_order
from tests.images.samples import PIXELS, encoded, png_of_claimed_size

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "pets" / "validation"


@pytest.fixture(scope="module")
def paths(folder: Path) -> list[Path]:
    return labelled_folder(folder).paths[::12]


def pixels_by_pillow(path: Path, size: tuple[int, int], filter: Image.Resampling) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    return np.asarray(upright.resize((size[1], size[0]), filter))


def everything(batches: PictureBatches, epoch: int = 0) -> NDArray[np.float32]:
    return np.concatenate([pictures for pictures, _ in batches.epoch(epoch)])


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16"])
def test_pixels_of_files_are_exact_where_that_is_asked_for(paths: list[Path], dtype: str) -> None:
    found = everything(
        picture_batches(paths, size=(40, 56), interpolation="bicubic", decode="exact", dtype=dtype, batch_size=3)
    )
    assert found.dtype == dtype
    assert found.shape == (len(paths), 40, 56, 3)
    for path, picture in zip(paths, found, strict=True):
        expected = pixels_by_pillow(path, (40, 56), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(picture, expected.astype(dtype))


def test_bilinear_is_the_usual_filter_and_fast_the_usual_way(paths: list[Path]) -> None:
    exact = everything(picture_batches(paths, size=48, decode="exact"))
    usual = everything(picture_batches(paths, size=48))
    expected = [pixels_by_pillow(path, (48, 48), Image.Resampling.BILINEAR) for path in paths]
    np.testing.assert_array_equal(exact, expected)
    assert 0 < np.abs(usual - exact).mean() < 4
    assert np.abs(usual - np.roll(exact, 1, axis=0)).mean() > 30


@pytest.mark.parametrize("scaling", ["tf", "caffe", "torch"])
def test_scaling_is_that_of_keras(paths: list[Path], scaling: str) -> None:
    module = {"tf": "mobilenet", "caffe": "vgg16", "torch": "densenet"}[scaling]
    pixels = everything(picture_batches(paths, size=32))
    expected = getattr(keras.applications, module).preprocess_input(pixels.copy())
    np.testing.assert_array_equal(everything(picture_batches(paths, size=32, scaling=scaling)), expected)


def test_a_folders_labels_belong_to_its_pictures(folder: Path) -> None:
    batches = picture_batches(folder, size=8, batch_size=7, shuffle=True, seed=1)
    names = sorted(path.name for path in folder.iterdir())
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    order = np.random.default_rng((1, 2)).permutation(len(paths))
    labels = np.concatenate([labels for _, labels in batches.epoch(2)])
    assert [names[label] for label in labels] == [paths[index].parent.name for index in order]
    assert len(batches) == -(-len(paths) // 7)
    pictures, first = batches.batch(2, 0)
    assert pictures.shape == (7, 8, 8, 3)
    np.testing.assert_array_equal(first, labels[:7])
    np.testing.assert_array_equal(batches.order(2), order)


def test_labelled_pictures_are_taken_as_such(folder: Path) -> None:
    found = labelled_folder(folder)
    one, other = (picture_batches(given, size=8).batch(0, 1) for given in (found, folder))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def test_labels_of_any_shape_are_kept(paths: list[Path]) -> None:
    labels = np.random.default_rng(0).random((len(paths), 4))
    batches = picture_batches(paths, labels, size=8, shuffle=True, seed=3, batch_size=len(paths))
    np.testing.assert_array_equal(batches.batch(0, 0)[1], labels[batches.order(0)])
    assert picture_batches(paths, size=8).batch(0, 0)[1] is None


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_arrays_keep_their_pixels(dtype: type[np.generic]) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (10, 6, 5, 3)).astype(dtype)
    before = pictures.copy()
    np.testing.assert_array_equal(everything(picture_batches(pictures, batch_size=4)), pictures)
    np.testing.assert_array_equal(everything(picture_batches(pictures, size=(6, 5))), pictures)
    batch = picture_batches(pictures, dtype=dtype).batch(0, 0)[0]
    batch += 1
    np.testing.assert_array_equal(pictures, before)


def test_arrays_are_resized_if_they_are_pixels() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 60, 50, 3), np.uint8)
    found = everything(picture_batches(pictures, size=(20, 30), interpolation="lanczos"))
    expected = [Image.fromarray(picture).resize((30, 20), Image.Resampling.LANCZOS) for picture in pictures]
    np.testing.assert_array_equal(found, [np.asarray(image) for image in expected])


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "lanczos"])
def test_other_numbers_are_resized_likewise_without_rounding(interpolation: str) -> None:
    corners = np.random.default_rng(0).integers(0, 256, (4, 5, 4, 3), np.uint8)
    pictures = everything(picture_batches(corners, size=(60, 50), dtype="uint8"))
    expected, found, whole = (
        everything(picture_batches(given, size=(20, 30), interpolation=interpolation, dtype=dtype))
        for given, dtype in ((pictures, "float32"), (pictures / 1, "float32"), (pictures / 1, "uint8"))
    )
    assert np.abs(found - expected).max() <= 1
    assert np.abs(whole - expected).max() <= 1
    assert 0 <= found.min() < found.max() <= 255
    assert (found % 1 != 0).any() == (interpolation != "nearest")


def test_augmentation_is_drawn_anew_in_each_epoch_and_the_same_on_any_number_of_threads(paths: list[Path]) -> None:
    augmentation = Augmentation(horizontal_flip=True, vertical_flip=True, brightness=(0.5, 1.5))
    plain = everything(picture_batches(paths, size=24))
    one, other = (
        picture_batches(paths, size=24, augmentation=augmentation, seed=5, workers=workers) for workers in (0, 3)
    )
    np.testing.assert_array_equal(everything(one), everything(other))
    for before, first, second in zip(plain, everything(one), everything(other, epoch=1), strict=True):
        assert (before != first).any()
        assert (first != second).any()
        assert 0 <= first.min() < first.max() <= 255


@pytest.mark.parametrize("augmentation", [None, TUTORIAL, PREVIEW, Augmentation(rotation=9, brightness=(0.5, 1.5))])
@pytest.mark.parametrize("scaling", [None, "tf", "caffe"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_arrays_are_the_same_many_at_once_as_one_by_one(
    augmentation: Augmentation | None, scaling: str | None, dtype: type[np.generic], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amalthea.images.samples.generator_of", None)  # which those that are alone would need
    if augmentation is not None:
        pytest.importorskip("cv2", reason="OpenCV is not installed: amalthea[training]")
    pictures = np.random.default_rng(0).integers(0, 256, (20, 16, 15, 3)).astype(dtype)
    found = everything(
        picture_batches(
            pictures, augmentation=augmentation, scaling=scaling, batch_size=18, shuffle=True, seed=7, workers=2
        ),
        epoch=3,
    )
    expected = []
    for index in epoch_order(20, 7, 3).tolist():
        picture = pictures[index].astype(np.float32)
        if augmentation is not None:
            picture = augmentation.draw(16, 15, generator_of(7, 3, index)).apply(picture)
        expected.append(picture if scaling is None else scale(picture, scaling))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32


def test_flips_are_all_that_a_flipping_augmentation_does(paths: list[Path]) -> None:
    plain = everything(picture_batches(paths, size=24))
    found = everything(picture_batches(paths, size=24, augmentation=Augmentation(horizontal_flip=True), seed=0))
    flipped = [np.array_equal(one, other[:, ::-1]) for one, other in zip(found, plain, strict=True)]
    kept = [np.array_equal(one, other) for one, other in zip(found, plain, strict=True)]
    assert np.array_equal(flipped, np.logical_not(kept))
    assert 0 < sum(flipped) < len(paths)


def test_warps_need_no_more_than_a_seed_to_be_repeated(paths: list[Path]) -> None:
    pytest.importorskip("cv2", reason="warps are OpenCV's, which comes with the training extras")
    augmentation = Augmentation(rotation=40, zoom=(0.8, 1.2), width_shift=0.2)
    one, other, third = (
        everything(picture_batches(paths, size=24, augmentation=augmentation, seed=seed, workers=workers))
        for seed, workers in ((5, 1), (5, 4), (6, 1))
    )
    np.testing.assert_array_equal(one, other)
    assert (one != third).any(axis=(1, 2, 3)).all()
    floats = one.astype(np.float32)
    assert (floats % 1 != 0).mean() > 0.3, "it is warped in float32, without rounding"


WHOLE = {kind: encoded(PIXELS, kind) for kind in ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "AVIF")}
BROKEN = {
    "zero bytes.jpg": b"",
    "text.jpg": b"<!DOCTYPE html><title>404 Not Found</title>",
    "bomb.png": png_of_claimed_size(20_000, 20_000),
    "liar.png": png_of_claimed_size(300, 300),
    **{
        f"{kind} cut at {tenths} tenths.jpg": content[: tenths * len(content) // 10]
        for kind, content in WHOLE.items()
        for tenths in (1, 5, 9)
    },
    **{f"{kind} damaged.jpg": bytes(8) + content[8:] for kind, content in WHOLE.items()},
}


@pytest.mark.parametrize("decode", ["fast", "exact"])
@pytest.mark.filterwarnings("ignore:Truncated File Read|Image size:Warning")
def test_each_of_many_broken_files_is_named_and_costs_only_itself(tmp_path: Path, decode: str) -> None:
    for number, (name, content) in enumerate(BROKEN.items()):
        (tmp_path / name).write_bytes(content)
        (tmp_path / f"whole {number:02}.png").write_bytes(encoded(PIXELS, "PNG"))
    (tmp_path / "folder.jpg").mkdir()
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "missing.jpg"]
    batches = picture_batches(paths, size=10, decode=decode, batch_size=8, on_error="skip", workers=3)
    found = everything(batches)
    unusable = [path for path in paths if not path.name.startswith("whole")]
    assert {paths[index] for index in batches.problems} == set(unusable)
    assert len(found) == len(BROKEN)
    assert len(np.unique(found, axis=0)) == 1
    for index, problem in batches.problems.items():
        assert str(paths[index]) in str(problem)
        assert isinstance(problem, MissingFileError if paths[index].name == "missing.jpg" else ImageError)
    assert len(batches.report().splitlines()) == 1 + len(unusable)


def test_replacements_bring_their_own_labels(tmp_path: Path, paths: list[Path]) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    batches = picture_batches([tmp_path / "broken.jpg", *paths[:2]], [5, 6, 7], size=8, on_error="replace")
    pictures, labels = batches.batch(0, 0)
    assert labels.tolist() == [6, 6, 7]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert "replaced by others" in batches.report()


def test_content_and_open_files_are_sources_too(paths: list[Path]) -> None:
    content = [path.read_bytes() for path in paths[:3]]
    np.testing.assert_array_equal(
        everything(picture_batches(content, size=8)), everything(picture_batches(paths[:3], size=8))
    )
    with pytest.raises(ImageError, match=r"^picture 1: <bytes> is empty"):
        picture_batches([content[0], b""], size=8).batch(0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": None}, r"Give size=\(rows, columns\)"),
        ({"size": 0}, r"A size is \(height, width\) in whole pixels above 0"),
        ({"interpolation": "cubic"}, "interpolation='cubic' is unknown"),
        ({"decode": "slow"}, "decode='slow' is unknown; choose 'fast' or 'exact'"),
        ({"dtype": "uint8", "scaling": "tf"}, "dtype=uint8 cannot hold scaled pixels; give a floating one"),
        ({"scaling": "keras"}, "scaling='keras' is unknown"),
        ({"labels": [1, 2]}, r"labels of shape \(2,\) for 1 pictures; give one for each"),
        ({"augmentation": True}, r"augmentation=True; give an amalthea\.Augmentation, such as"),
        ({"augmentation": {"rotation": 40}}, r"augmentation=\{'rotation': 40\}; give an amalthea\.Augmentation"),
        ({"pictures": (name for name in ["a.jpg"])}, r"a list of files; given was a generator\. Make a list of it"),
        ({"pictures": np.zeros((1, 0, 4, 3))}, r"given was \(1, 0, 4, 3\)"),
        ({"labels": 1}, r"labels of shape \(\) for 1 pictures"),
        ({"pictures": []}, "There are 0 pictures"),
        ({"pictures": np.zeros((4, 4, 3))}, r"has shape \(N, height, width, 3\) .*given was \(4, 4, 3\) of float64"),
        ({"pictures": np.zeros((1, 4, 4, 3), str)}, "numbers in"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),  # no address of the generator
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        picture_batches(**{"pictures": ["nowhere.jpg"], "size": 8, **arguments})


def test_a_folder_is_labelled_already(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="A folder's pictures are labelled already"):
        picture_batches(folder, [1, 2], size=8)
    with pytest.raises(MissingFileError, match="There is no folder nowhere"):
        picture_batches("nowhere", size=8)


def test_the_public_name_needs_no_keras() -> None:
    code = "import sys, amalthea; amalthea.picture_batches(['a.jpg'], size=8); sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
