"""Whole reports: of a classifier that was trained here, and of a file."""

import json
import os
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.errors import ArgumentError, ImageError, StorageError
from amalthea.transfer import Comparison, Contender, ImageClassifier, write_report
from amalthea.transfer.classifier.labelled import Samples
from amalthea.transfer.report import mistakes
from amalthea.transfer.selection.outcome import judged
from tests.live_weights import set_live_weights
from tests.transfer.report.networks import small_network
from tests.transfer.report.pages import Page, check_harmless

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

BREEDS = ("Abyssinian", "Bengal", "american_bulldog")
HOSTILE = ("<script>alert(1)<", '" onload=x', "\u202egnp.exe", "{{ 7 }}")


@pytest.fixture(scope="module")
def pets(test_data, tmp_path_factory):
    """Eight photographs of each breed to learn from, four to judge by; one of these is the copy of one of those."""
    folder = tmp_path_factory.mktemp("pets")
    for part, count in (("train", 8), ("validation", 4)):
        for breed in BREEDS:
            (folder / part / breed).mkdir(parents=True)
            for path in sorted((test_data / "pets" / part / breed).iterdir())[:count]:
                shutil.copy(path, folder / part / breed)
    with Image.open(sorted((folder / "train" / "Bengal").iterdir())[0]) as image:
        image.resize((image.width // 2, image.height // 2)).save(folder / "validation" / "Bengal" / "twin.png")
    return folder


@pytest.fixture(scope="module")
def classifier(pets):
    settings = {"image_size": 64, "epochs": 2, "hidden": (8,)}
    return ImageClassifier("EfficientNetLite0", **settings).fit(pets / "train", validation=pets / "validation")


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    """A classifier of four hostile classes as a file, its weights drawn."""
    model = amalthea.get_model("MobileNet", weights=None, alpha=0.25, classes=4, input_shape=(32, 32, 3))
    set_live_weights(model)
    path = tmp_path_factory.mktemp("file") / "small.onnx"
    amalthea.save(model, path, classes=HOSTILE)
    return path


@pytest.fixture
def hostile(tmp_path):
    """Two pictures of each of its classes, and their names are hostile, too."""
    generator, folder = np.random.default_rng(0), tmp_path / "pictures"
    for name in HOSTILE:
        (folder / name).mkdir(parents=True)
        for file in ('<img src=x onerror="alert(2)">.png', f"{os.fsdecode(b'caf' + bytes([0xE9]))}.png"):
            Image.fromarray(generator.integers(0, 256, (40, 40, 3), np.uint8)).save(folder / name / file)
    return folder


def facts(path):
    return json.loads(path.read_text(encoding="ascii"))


@pytest.fixture(scope="module")
def written(classifier, pets, tmp_path_factory):
    """The folder with the report of the classifier."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "report.json").write_text("of the user")  # such as what --json printed
    write_report(classifier, pets / "validation", path=folder / "report.html", file="pets.keras")
    return folder


def test_a_classifier_that_was_trained_here(classifier, pets, written):
    report = classifier.evaluate(pets / "validation")
    names = [f"report-{what}" for what in ("calibration.png", "confusion.png", "curves.png", "facts.json")]
    assert sorted(path.name for path in written.iterdir()) == [*names, "report.html", "report.json"]
    assert (written / "report.json").read_text() == "of the user"
    found = facts(written / "report-facts.json")
    assert found["report"] == json.loads(report.to_json())
    assert found["history"]["loss"] == classifier.history["loss"] and found["kept"] == 2
    assert {"features", "head", "this report"} == set(found["seconds"]) and min(found["seconds"].values()) > 0
    assert found["changed"] == ["epochs", "hidden", "image_size"]
    assert (found["learning"]["counts"], found["judging"]["counts"]) == ([8, 8, 8], [4, 5, 4])
    assert found["machine"]["backend"] == keras.config.backend() and found["versions"]["keras"] == keras.__version__
    page = Page((written / "report.html").read_text(encoding="utf-8"))
    check_harmless(page)
    sources = [value for name, value in page.attributes if name == "src"]
    assert sum(source.startswith("data:image/png") for source in sources) == 3


def test_mistakes_are_shown_with_maps_by_gradients(classifier, pets, tmp_path):
    paths = sorted((pets / "validation" / "Bengal").glob("*.jpg"))
    wrong = [name for name in BREEDS if name != "Bengal"]
    answers = classifier.predict_proba(paths)
    labels = [next(name for name in wrong if name != answer) for answer in classifier.predict(paths)]
    write_report(classifier, paths, labels, path=tmp_path / "report.html")
    found = facts(tmp_path / "report-facts.json")["mistakes"]
    assert [mistake["probability"] for mistake in found] == pytest.approx(sorted(answers.max(axis=1), reverse=True))
    assert {mistake["picture"] for mistake in found} == set(map(str, paths))
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "by Grad-CAM" in page.text
    assert sum(str(value).startswith("data:image/jpeg") for _, value in page.attributes) == 2 * len(paths)


def test_the_same_photograph_on_both_sides(pets, written):
    pytest.importorskip("imagehash", reason="ImageHash is not installed: amalthea[check]")
    [twins] = facts(written / "report-facts.json")["twins"]
    assert [os.path.basename(path) for path in twins["judging"]] == ["twin.png"]
    assert twins["learned"] == [str(min((pets / "train" / "Bengal").iterdir()))]
    assert "1 group of pictures that look the same is on both sides" in (written / "report.html").read_text("utf-8")


def test_the_time_of_what_came_before_the_training(small_file, hostile, tmp_path):
    measured = {"accuracy": 0.9, "latency": 0.1, "throughput": 9.0, "megabytes": 1.0, "parameters": 9}
    rows = Contender(name="A", features=3.0, training=4.0, **measured), Contender(name="B", error="no weights")
    compared = Comparison(contenders=rows, best=None, processor="a fast one")
    pictures, folds = Samples([], np.array([0, 1]), np.array(["cat", "dog"])), np.array([0, 1])
    found = judged((None, None), pictures, folds, np.eye(2, dtype=np.float32), {"features": 20.0, "training": 42.0})
    page = tmp_path / "report.html"
    write_report(amalthea.load(small_file), hostile, path=page, comparison=compared, folds=found)
    seconds = facts(tmp_path / "report-facts.json")["seconds"]
    assert (seconds["comparison"], seconds["cross-validation"]) == (7, 62)
    assert list(seconds) == ["comparison", "cross-validation", "this report"]
    words = " ".join(Page(page.read_text("utf-8")).text.split())
    assert "Time spent comparison7.0 s cross-validation1 min 2 s this report" in words
    assert (tmp_path / "report-comparison.png").exists()


def test_pictures_that_were_learned_from_are_told(classifier, pets, tmp_path):
    paths = [min((pets / "train" / breed).iterdir()) for breed in BREEDS]
    write_report(classifier, paths, BREEDS, path=tmp_path / "report.html")
    found = facts(tmp_path / "report-facts.json")
    assert (found["common"], found["twins"]) == (3, [])


def test_pictures_in_memory_and_a_threshold(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (12, 40, 40, 3), np.uint8)
    labels = [3, 5] * 6
    classifier = ImageClassifier(small_network(40), scaling=1 / 255, epochs=1, threshold=0.5).fit(pictures, labels)
    report = write_report(classifier, pictures[:6], labels[:6], path=tmp_path / "report.html")
    found = facts(tmp_path / "report-facts.json")
    assert report.accepted.threshold == found["report"]["accepted"]["threshold"] == 0.5
    assert found["judging"]["sizes"] == [[40, 40]] * 3
    assert found["twins"] is None and found["learning"]["counts"] == [6, 6]
    assert all(mistake["picture"].startswith("picture ") for mistake in found["mistakes"])


def test_pictures_that_came_scaled_get_no_maps(tmp_path):
    pictures = np.random.default_rng(0).random((6, 40, 40, 3), np.float32)
    classifier = ImageClassifier(small_network(40), scaling=1, epochs=1).fit(pictures, [3, 5] * 3)
    wrong = [8 - answer for answer in classifier.predict(pictures).tolist()]
    write_report(classifier, pictures, wrong, path=tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "The pictures came scaled: there are no maps." in page.text and "Grad-CAM" not in page.text
    assert sum(str(value).startswith("data:image/jpeg") for _, value in page.attributes) == 6


def test_an_error_of_keras_costs_the_maps_alone(classifier, pets, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("out of memory\nand more")

    monkeypatch.setattr(mistakes, "explain", fail)
    paths = sorted((pets / "validation" / "Bengal").glob("*.jpg"))
    wrong = [BREEDS[0] if answer == BREEDS[2] else BREEDS[2] for answer in classifier.predict(paths)]
    write_report(classifier, paths, wrong, path=tmp_path / "report.html", chosen=["epoch", "threshold"])
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "There are no maps: RuntimeError: out of memory" in page.text and "and more" not in page.text
    assert facts(tmp_path / "report-facts.json")["chosen"] == ["threshold", "epoch"]


def test_a_file_with_hostile_names(small_file, hostile, tmp_path):
    report = write_report(amalthea.load(small_file), hostile, path=tmp_path / "report.html", file=small_file)
    assert report.classes == HOSTILE and report.support == (2, 2, 2, 2)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    check_harmless(page)
    assert all(name.replace("\u202e", "\ufffd") in page.text for name in HOSTILE)
    assert '<img src=x onerror="alert(2)">.png' in page.text and "caf\ufffd.png" in page.text
    assert "by occlusion" in page.text
    found = facts(tmp_path / "report-facts.json")
    assert {mistake["picture"] for mistake in found["mistakes"]} <= {str(path) for path in hostile.rglob("*.png")}
    thumbnails = sum(str(value).startswith("data:image/jpeg") for _, value in page.attributes)
    assert thumbnails == len(found["mistakes"]) + min(len(found["mistakes"]), 4) > 0
    assert found["history"] == {} and not (tmp_path / "report-curves.png").exists()


def test_what_cannot_be_read_ends_it_or_is_left_out(small_file, hostile, tmp_path):
    broken = hostile / HOSTILE[0] / "broken.png"
    broken.write_bytes(b"no picture")
    predictor = amalthea.load(small_file)
    with pytest.raises(ImageError, match=r"broken\.png is no picture"):
        write_report(predictor, hostile, path=tmp_path / "report.html")
    assert list(tmp_path.glob("report*")) == []
    report = write_report(predictor, hostile, path=tmp_path / "report.html", on_error="skip")
    assert (report.skipped, sum(report.support)) == (1, 8)
    assert facts(tmp_path / "report-facts.json")["judging"]["unreadable"] == [str(broken)]


def test_wrong_input(small_file, hostile, tmp_path):
    predictor = amalthea.load(small_file)
    with pytest.raises(ArgumentError, match=r"report\.pdf does not end in \.html"):
        write_report(predictor, hostile, path=tmp_path / "report.pdf")
    with pytest.raises(ArgumentError, match="Call fit before a report"):
        write_report(ImageClassifier(), hostile, path=tmp_path / "report.html")
    with pytest.raises(ArgumentError, match="A report is of a fitted ImageClassifier"):
        write_report("small.onnx", hostile, path=tmp_path / "report.html")
    with pytest.raises(ArgumentError, match="is judged by picture files"):
        write_report(predictor, np.zeros((1, 32, 32, 3), np.uint8), [HOSTILE[0]], path=tmp_path / "report.html")
    with pytest.raises(ArgumentError, match="on_error='never'; allowed are 'raise', 'skip' and None"):
        write_report(predictor, hostile, path=tmp_path / "report.html", on_error="never")
    with pytest.raises(ArgumentError, match=r"chosen=\['size'\]; allowed are 'temperature', 'threshold', 'epoch'"):
        write_report(predictor, hostile, path=tmp_path / "report.html", chosen=["size", "epoch"])
    with pytest.raises(ArgumentError, match="does not say which classes it knows"):
        write_report(amalthea.predictor("EfficientNetLite0", weights=None, include_top=False), hostile)
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Cannot write into"):
        write_report(predictor, hostile, path=tmp_path / "file" / "report.html")
