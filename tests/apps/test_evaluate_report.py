"""`amalthea evaluate --report`: a page beside what it prints."""

import json

import numpy as np
import pytest
from PIL import Image

import amalthea
from tests.apps.commands import call, succeed
from tests.live_weights import set_live_weights

pytestmark = pytest.mark.single_backend

CLASSES = ("cat", "dog")


@pytest.fixture
def model(tmp_path):
    network = amalthea.get_model("MobileNet", weights=None, alpha=0.25, classes=2, input_shape=(32, 32, 3))
    set_live_weights(network)
    amalthea.save(network, tmp_path / "pets.onnx", classes=CLASSES)
    return tmp_path / "pets.onnx"


@pytest.fixture
def folder(tmp_path):
    generator = np.random.default_rng(0)
    for name in CLASSES:
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(3):
            pixels = generator.integers(0, 256, (40, 40, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number}.png")
    return tmp_path / "pictures"


@pytest.fixture
def installed():
    for package in ("sklearn", "matplotlib", "jinja2"):
        pytest.importorskip(package)


def test_it_writes_a_page_and_prints_what_it_prints_without_one(installed, model, folder, tmp_path):
    page = tmp_path / "out" / "report.html"
    page.parent.mkdir()
    printed = succeed("evaluate", model, folder, "--report", page).stdout
    assert printed == f"{succeed('evaluate', model, folder).stdout}\nWritten: {page}\n"
    assert f"amalthea evaluate {model} FOLDER" in page.read_text(encoding="utf-8")
    facts = json.loads((page.parent / "report-facts.json").read_text())
    options = ("--threshold", 0.9, "--views", 2, "--json")
    answer = json.loads(succeed("evaluate", model, folder, "--report", page, *options).stdout)
    assert answer == json.loads(succeed("evaluate", model, folder, *options).stdout)
    later = json.loads((page.parent / "report-facts.json").read_text())
    assert (facts["report"]["accepted"], facts["views"]) == (None, 1)
    assert (later["report"]["accepted"]["threshold"], later["views"]) == (0.9, 2)


def test_files_that_are_no_pictures(installed, model, folder, tmp_path):
    (folder / "cat" / "broken.png").write_bytes(b"no picture")
    page = tmp_path / "report.html"
    answer = call("evaluate", model, folder, "--report", page)
    assert answer.exit_code == 1 and "--on-error skip leaves them out" in answer.stderr and not page.exists()
    assert "1 could not be read" in succeed("evaluate", model, folder, "--report", page, "--on-error", "skip").stdout


def test_no_picture_is_left(model, folder):
    pytest.importorskip("sklearn")
    for file in folder.rglob("*.png"):
        file.write_bytes(b"no picture")
    answer = call("evaluate", model, folder, "--on-error", "skip")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.endswith("Error: None of the pictures can be read.\n")


def test_mistakes_are_told_before_the_work(model, folder, tmp_path):
    answer = call("evaluate", model, folder, "--report", tmp_path / "report.pdf")
    assert answer.exit_code == 2 and "must end in .html" in answer.stderr
    answer = call("evaluate", model, folder, "--report", tmp_path / "nowhere" / "report.html")
    assert answer.exit_code == 2 and "there is no folder" in answer.stderr


def test_a_classifier_to_train_on(installed, backend, folder, tmp_path):
    if backend == "openvino":
        pytest.skip("Keras' OpenVINO backend cannot train")
    from tests.transfer.report.networks import small_network

    classifier = amalthea.ImageClassifier(small_network(), scaling=1 / 255, epochs=1).fit(folder)
    classifier.save(tmp_path / "pets.keras")
    succeed("evaluate", tmp_path / "pets.keras", folder, "--report", tmp_path / "report.html")
    facts = json.loads((tmp_path / "report-facts.json").read_text())
    assert len(facts["history"]["loss"]) == 1 and set(facts["seconds"]) == {"features", "head", "this report"}
    assert (tmp_path / "report-curves.png").is_file()
