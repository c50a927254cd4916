"""Pictures and labels in every form in which users give them."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import _safe_indexing

from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.transfer.classifier.labelled import pictures_of, samples_of, training_samples, with_validation

pytestmark = pytest.mark.single_backend

PATHS = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
PICTURES = np.arange(4 * 2 * 2 * 3, dtype=np.uint8).reshape(4, 2, 2, 3)


@pytest.fixture
def pets(test_data):
    return test_data / "pets" / "train"


def test_a_folder_names_the_labels_itself(pets):
    samples = training_samples(pets, None)
    assert samples.classes.tolist() == ["Abyssinian", "Bengal", "american_bulldog"]
    assert np.bincount(samples.labels).tolist() == [150, 150, 150]
    assert all(
        path.parent.name == samples.classes[label] for path, label in zip(samples.pictures, samples.labels, strict=True)
    )
    assert training_samples(str(pets), None).pictures == samples.pictures


@pytest.mark.parametrize(
    "paths", [PATHS, tuple(PATHS), [Path(path) for path in PATHS], np.array(PATHS), np.array(PATHS, object)]
)
@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        (["dog", "cat", "dog", "cat"], ["cat", "dog"], [1, 0, 1, 0]),
        (np.array(["dog", "cat", "dog", "cat"], object), ["cat", "dog"], [1, 0, 1, 0]),
        ([7, 3, 3, 5], [3, 5, 7], [2, 0, 0, 1]),
        (np.array([1.0, 0.0, 1.0, 0.0], np.float32), [0.0, 1.0], [1, 0, 1, 0]),
        ([True, False, True, False], [False, True], [1, 0, 1, 0]),
        (np.array([[1], [0], [1], [0]]), [0, 1], [1, 0, 1, 0]),
    ],
)
def test_paths_with_labels_of_any_type(paths, labels, classes, expected):
    samples = training_samples(paths, labels)
    assert samples.pictures == [Path(path) for path in PATHS]
    assert samples.classes.tolist() == classes
    assert samples.labels.tolist() == expected
    assert samples.labels.dtype == np.int64


def test_what_scikit_learn_makes_of_a_list_of_paths_is_understood():
    assert pictures_of(_safe_indexing(PATHS, np.array([2, 0]))) == [Path("c.jpg"), Path("a.jpg")]


def test_arrays_stay_where_they_are_if_their_type_allows_it():
    assert pictures_of(PICTURES) is PICTURES
    floats = PICTURES.astype(np.float32)
    assert pictures_of(floats) is floats
    for dtype in (np.float64, np.int64, np.float16):
        array = pictures_of(PICTURES.astype(dtype))
        assert array.dtype == np.float32
        assert np.array_equal(array, PICTURES)
    assert np.array_equal(pictures_of(PICTURES.tolist()), PICTURES)


def test_a_single_file_and_a_folder_without_labels(pets):
    assert pictures_of("cat.jpg") == [Path("cat.jpg")]
    assert len(pictures_of(pets)) == 450


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (PICTURES[0], r"shape \(N, H, W, 3\).*given was shape \(2, 2, 3\) of type uint8"),
        (PICTURES.transpose(0, 3, 1, 2), r"given was shape \(4, 3, 2, 2\)"),
        (PICTURES.astype(complex), "of type complex128"),
        (PICTURES.astype(bool), "of type bool"),
        (PICTURES[:0], r"shape \(0, 2, 2, 3\) holds no picture"),
        (np.full((1, 2, 2, 3), np.nan), "not finite"),
        ([], r"given was shape \(0,\)"),
        (["a.jpg", 7], r"given was shape \(2,\)"),
        ([[1, 2], [3]], "Pictures in memory are one array"),
        (7, "Pictures are a folder, a list of paths, or an array .* given was 7"),
        (None, "given was None"),
    ],
)
def test_what_is_no_picture(pictures, message):
    with pytest.raises(ArgumentError, match=message):
        pictures_of(pictures)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            None,
            r"^ImageClassifier requires y to be passed, but the target y is None\. Give one label a picture;",
        ),
        ([0, 1, 0], "4 pictures, but 3 labels"),
        (np.eye(4), r"shape \(N,\); given was \(4, 4\). One-hot labels: y.argmax\(axis=1\)"),
        ([0.5, 1, 0, 1], "not whole"),
        ([np.nan, 1, 0, 1], "or NaN"),
        ([0, 0, 0, 0], "All 4 pictures are of the class 0; a classifier tells at least two apart"),
        ([1j, 0, 1, 0], "a name or a whole number; given was type complex128"),
    ],
)
def test_labels_that_cannot_be_used(labels, message):
    with pytest.raises(ArgumentError, match=message):
        training_samples(PATHS, labels)


def test_a_folder_takes_no_labels(pets):
    with pytest.raises(ArgumentError, match="are the names of its sub-folders; leave y out"):
        training_samples(pets, [0] * 450)


def test_labels_must_be_among_the_classes():
    classes = np.array(["cat", "dog"])
    assert samples_of(PATHS, ["dog", "dog", "cat", "dog"], classes).labels.tolist() == [1, 1, 0, 1]
    with pytest.raises(ArgumentError, match="y holds the labels 'cow', 'emu'; the classes are 'cat', 'dog'"):
        samples_of(PATHS, ["dog", "emu", "cat", "cow"], classes)
    with pytest.raises(ArgumentError, match="y holds the labels 3; the classes are 0, 1"):
        samples_of(PATHS, [0, 1, 3, 1], np.array([0, 1]))


def test_validation_as_a_fraction_is_stratified_and_repeatable(pets):
    samples = training_samples(pets, None)
    training, held_back = with_validation(samples, 0.2, seed=3)
    assert np.bincount(training.labels).tolist() == [120, 120, 120]
    assert np.bincount(held_back.labels).tolist() == [30, 30, 30]
    assert set(training.pictures).isdisjoint(held_back.pictures)
    assert with_validation(samples, 0.2, seed=3)[1].pictures == held_back.pictures
    assert with_validation(samples, 0.2, seed=4)[1].pictures != held_back.pictures


def test_validation_as_a_folder_as_pairs_or_not_at_all(pets):
    samples = training_samples(pets, None)
    _, held_back = with_validation(samples, pets.parent / "validation", seed=0)
    assert np.bincount(held_back.labels).tolist() == [50, 50, 50]
    _, held_back = with_validation(samples, (PICTURES, ["Bengal"] * 4), seed=0)
    assert held_back.pictures is PICTURES
    assert held_back.labels.tolist() == [1] * 4
    assert with_validation(samples, None, seed=0) == (samples, None)


def test_pictures_that_are_learned_from_and_validated_with(pets, monkeypatch):
    samples = training_samples(pets, None)
    monkeypatch.chdir(pets)
    some = [f"Bengal/{path.name}" for path in sorted((pets / "Bengal").iterdir())[:7]]
    for validation, common in ((pets, "450 of the 450"), ((["other.jpg", *some], ["Bengal"] * 8), "7 of the 8")):
        with pytest.warns(AmaltheaWarning, match=f"^{common} pictures to validate with are learned from, too"):
            with_validation(samples, validation, seed=0)
    samples = training_samples(PICTURES, [0, 1, 0, 1])
    with pytest.warns(AmaltheaWarning, match="^4 of the 4 pictures to validate with are learned from, too"):
        with_validation(samples, (PICTURES, [0, 1, 0, 1]), seed=0)
    with_validation(samples, (PICTURES.copy(), [0, 1, 0, 1]), seed=0)


@pytest.mark.parametrize("validation", [0, 1, 1.5, -0.2, [PICTURES], {"x": PICTURES}, True])
def test_validation_that_is_none(validation):
    samples = training_samples(PICTURES, [0, 1, 0, 1])
    with pytest.raises(ArgumentError, match="allowed are a folder, a fraction in"):
        with_validation(samples, validation, seed=0)


def test_validation_with_other_classes_or_not_there(pets, tmp_path):
    samples = training_samples(pets, None)
    for name in ("Abyssinian", "Siamese"):
        (tmp_path / name).mkdir()
    with pytest.raises(ArgumentError, match="Missing: 'Bengal', 'american_bulldog'; not among them: 'Siamese'"):
        with_validation(samples, tmp_path, seed=0)
    with pytest.raises(MissingFileError, match="There is no folder"):
        with_validation(samples, tmp_path / "nowhere", seed=0)
