"""Pictures that a classifier learned from are known again when it goes on, in another process and another folder."""

import shutil

import numpy as np
import pytest
from PIL import Image

from amalthea.errors import AmaltheaWarning
from amalthea.images import labelled_folder, split
from amalthea.transfer import ImageClassifier, split_unseen
from amalthea.transfer.classifier.learned_pictures import learned_marks, marks_of
from tests.transfer.report.networks import small_network
from tests.transfer.training.rows import trains

pytestmark = [pytest.mark.single_backend, trains]

KINDS = ("cat", "dog")


def draw(folder, numbers, seed):
    generator = np.random.default_rng(seed)
    for place, kind in enumerate(KINDS):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for number in numbers:
            pixels = generator.integers(0, 256, (12, 12 + number + 30 * place, 3), np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{number}.png")
    return folder


def fitted(folder, tmp_path):
    """Trained on four fifths of the pictures, saved, and opened again."""
    found = labelled_folder(folder)
    kept, _ = split(found.named_labels, 0.2, 0)
    part = found.take(kept)
    classifier = ImageClassifier(small_network(12), scaling="tf", epochs=1)
    classifier.fit(list(part.paths), part.named_labels).save(tmp_path / "own.keras")
    return ImageClassifier.load(tmp_path / "own.keras"), set(part.paths)


def test_none_is_held_back_when_others_come_to_them(tmp_path):
    classifier, learned = fitted(draw(tmp_path / "first", range(10), 0), tmp_path)
    assert len(learned_marks(classifier)) == len(learned) == 16
    more = draw(shutil.copytree(tmp_path / "first", tmp_path / "second"), range(10, 16), 1)
    found = labelled_folder(more)
    moved = {more / path.relative_to(tmp_path / "first") for path in learned}
    labels = found.named_labels
    anew = {found.paths[place] for place in split(labels, 0.25, 0)[1]}
    assert anew & moved  # what would be held back otherwise
    training, held_back = split_unseen(classifier, found.paths, labels, 0.25, seed=0)
    assert len(held_back) == len(anew) == 8 and sorted([*training, *held_back]) == list(range(32))
    assert not {found.paths[place] for place in held_back} & moved
    assert {labels[place] for place in held_back} == set(KINDS)


def test_the_same_folder_is_divided_as_before(tmp_path):
    folder = draw(tmp_path / "first", range(10), 0)
    classifier, learned = fitted(folder, tmp_path)
    found = labelled_folder(folder)
    training, _ = split_unseen(classifier, found.paths, found.named_labels, 0.2, seed=0)
    assert {found.paths[place] for place in training} == learned


def test_where_all_were_learned_from_it_is_said(tmp_path):
    folder = draw(tmp_path / "first", range(4), 0)
    classifier = ImageClassifier(small_network(12), scaling="tf", epochs=1).fit(folder)
    found = labelled_folder(folder)
    _, held_back = split_unseen(classifier, found.paths, found.named_labels, 0.5, seed=0)
    np.testing.assert_array_equal(held_back, split(found.named_labels, 0.5, 0)[1])
    words = r"^4 of the 4 pictures to validate with were learned from in an earlier training: they will be judged too"
    with pytest.warns(AmaltheaWarning, match=words):
        classifier.fine_tune(X=folder, validation=0.5, epochs=1)


def test_a_new_training_forgets_those_of_before(tmp_path):
    classifier, _ = fitted(draw(tmp_path / "first", range(10), 0), tmp_path)
    other = draw(tmp_path / "other", range(20, 24), 1)
    classifier.set_params(model=small_network(12))
    classifier.fit(other)
    np.testing.assert_array_equal(learned_marks(classifier), np.unique(marks_of(labelled_folder(other).paths)))


def test_names_alone_do_not_make_the_same_picture(tmp_path):
    first, second = draw(tmp_path / "first", [3], 0), draw(tmp_path / "second", [3], 1)
    Image.new("RGB", (12, 15)).save(second / "cat" / "3.png")
    assert not np.isin(marks_of([second / "cat" / "3.png"]), marks_of([first / "cat" / "3.png"])).any()
    (gone,) = marks_of([tmp_path / "nowhere.png"])
    assert gone == marks_of([tmp_path / "first" / "nowhere.png"])[0]
