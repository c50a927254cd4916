"""What a report knows of the trainings before it: the pictures of each, and whose weights were kept."""

import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from amalthea.images.paths import Paths
from amalthea.transfer import ImageClassifier, write_report
from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.report.portions import looked_at
from tests.transfer.report.networks import small_network

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

COLOURS = {"blue": (0, 0, 200), "red": (200, 0, 0)}


@pytest.fixture
def folder(tmp_path):
    """Four pictures of each colour in each of three parts."""
    generator = np.random.default_rng(0)
    for part in ("first", "judging", "later"):
        for name, colour in COLOURS.items():
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(4):
                pixels = generator.integers(0, 56, (32, 32, 3)) + colour
                Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / part / name / f"{number}.png")
    return tmp_path


def new(epochs=2, **settings):
    return ImageClassifier(small_network(), scaling="tf", epochs=epochs, learning_rate=0.01, **settings)


def told(classifier, folder, part, **options):
    """The facts of a report."""
    write_report(classifier, folder / part, path=folder / "report.html", **options)
    return json.loads((folder / "report-facts.json").read_text(encoding="ascii"))


def test_pictures_of_fine_tuning_were_learned_from_too(folder):
    classifier = new().fit(folder / "first", validation=folder / "judging")
    classifier.fine_tune("report_last", X=folder / "later", epochs=1)
    assert classifier.history["kept"][-1] == 3 and "_tunings" not in classifier.__getstate__()
    found = told(classifier, folder, "later")
    assert (found["common"], found["learning"]["counts"], found["chosen"]) == (8, [8, 8], [])
    assert "8 of the pictures that judge were learned from, too" in (folder / "report.html").read_text("utf-8")
    copy, original = folder / "judging" / "red" / "copy.png", folder / "later" / "red" / "0.png"
    shutil.copy(original, copy)
    found = told(classifier, folder, "judging")
    pairs = [(twins["judging"], twins["learned"]) for twins in found["twins"]]
    assert any(str(copy) in judging and str(original) in learned for judging, learned in pairs)
    assert (found["common"], found["chosen"]) == (0, [])  # no epoch was chosen by them
    classifier.fit(folder / "first")
    assert told(classifier, folder, "later")["learning"]["counts"] == [4, 4]


def test_pictures_of_fine_tuning_that_was_discarded_were_not(folder):
    classifier = new(epochs=5).fit(folder / "first", validation=folder / "judging")
    paths = sorted((folder / "later").rglob("*.png"))
    wrong = ["red" if path.parent.name == "blue" else "blue" for path in paths]
    classifier.fine_tune("report_last", X=paths, y=wrong, validation=folder / "judging", epochs=1, learning_rate=0.1)
    assert classifier.history["kept"][-1] == 5
    found = told(classifier, folder, "later")
    assert (found["common"], found["learning"]["counts"], found["chosen"]) == (0, [4, 4], [])
    assert told(classifier, folder, "judging")["chosen"] == ["epoch"]  # that of before, by these


def test_the_best_epoch_was_chosen_with_pictures_to_validate_with(folder):
    classifier = new().fit(folder / "first", validation=folder / "judging")
    assert told(classifier, folder, "judging")["chosen"] == []
    classifier.fine_tune("report_last", epochs=1)
    found = told(classifier, folder, "judging", chosen=["temperature"])
    assert (found["chosen"], found["learning"]["counts"]) == (["temperature", "epoch"], [4, 4])
    words = "Temperature and epoch were chosen with these pictures, so the figures flatter."
    assert words in (folder / "report.html").read_text("utf-8")
    assert told(classifier, folder, "later")["chosen"] == []


def test_what_early_stopping_of_keras_has_given_back(folder):
    """It takes the epoch of the highest loss for the best, so that this is the first."""

    def fitted(**options):
        stopping = keras.callbacks.EarlyStopping(monitor="val_loss", mode="max", patience=1, restore_best_weights=True)
        return new(9).fit(folder / "first", validation=folder / "judging", callbacks=[stopping], **options)

    classifier, expected = fitted(), new(1).fit(folder / "first")
    for ours, theirs in zip(classifier.model_.get_weights(), expected.model_.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    found = told(classifier, folder, "judging")
    assert (found["kept"], found["chosen"], len(found["history"]["loss"])) == (1, ["epoch"], 2)
    assert "2 epochs; the weights are those after epoch 1." in (folder / "report.html").read_text("utf-8")
    again = fitted(resume=True)  # taken as it ended
    assert (again.history["kept"][-1], again.history["loss"]) == (1, classifier.history["loss"])


def test_arrays_and_files_beside_each_other(folder):
    def samples(pictures):
        return Samples(pictures, np.array([0, 0, 1]), np.array(["blue", "red"]))

    files = samples(Paths(sorted((folder / "first").rglob("*.png"))[2:5]))
    first, later = (samples(np.zeros((3, 40, 30, 3), np.uint8)) for _ in range(2))
    found = looked_at(later, [first, files, later, files, first], skip=False)
    assert (found.common, found.learning.counts, found.twins) == (3, (6, 3), None)
    assert found.learning.sizes == ((32, 32), (30, 40), (30, 40))
    assert looked_at(files, [first], skip=False).common == 0
