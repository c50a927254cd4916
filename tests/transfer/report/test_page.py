"""The page, taken apart as a browser does, whatever classes and files are called."""

import os
import re
import sys
from datetime import UTC, datetime

import pytest

from amalthea.errors import MissingDependencyError
from amalthea.transfer.report.page import page_of
from amalthea.transfer.selection.comparison import Comparison
from amalthea.transfer.selection.contenders import Contender
from tests.transfer.report.pages import PREPARATION, Page, check_harmless, facts_of

pytestmark = pytest.mark.single_backend

PLOTS = {"confusion": b"one", "calibration": b"two"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\" onload='alert(2)' x=\"",
    "{{ 7 * 7 }}{% include 'x' %}",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "קטת\u2067",
    os.fsdecode(b"caf\xe9"),
    "javascript:alert(3)",
    "long" * 300,
    "\x00\x1b[31m\r\n",
    "$\\frac{",
)


def page(classes=("cat", "dog"), picture="a.jpg", **others) -> Page:
    facts, gallery = facts_of(classes, picture, **others)
    plots = {**PLOTS, **({"curves": b"three"} if facts.history else {})}
    return Page(page_of(facts, gallery, plots, PREPARATION))


def test_what_stands_in_it():
    found = page(history={"loss": [0.5, 0.2]}, kept=2)
    check_harmless(found)
    words = " ".join(found.text.split())
    assert "MobileNet for 2 classes" in words
    assert "0.833accuracy" in words and "2026-11-22 at 12:30" in words
    assert "cat (0.10), taken for dog (0.90)a.jpg" in words
    assert "from 30 × 20 to 50 × 40 pixels, the middle one 40 × 30 pixels." in words
    assert "2 epochs; the weights are those after epoch 2." in words
    assert "1 min 15 s" in words and "a <fast> one" in words
    assert "None looks the same." in words


def test_the_browser_is_told_to_load_and_run_nothing():
    policies = [value for name, value in page().attributes if name == "content" and value.startswith("default-src")]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_and_not_obeyed(name):
    facts, gallery = facts_of(
        ("cat", name), picture=f"pets/{name.replace('/', '')}/a.jpg", network=name, file=f"{name}.keras"
    )
    text = page_of(facts, gallery, PLOTS, PREPARATION)
    text.encode("utf-8")  # or it could not be written
    found = Page(text)
    check_harmless(found)
    seen = re.sub(r"[\x00\r\n\x1b\udc80-\udcff\u202e\u2067]", "\ufffd", name)
    assert f"taken for {seen} (0.90)" in found.text
    assert f"{seen.replace('/', '')}/a.jpg" in found.text and "pets/" not in found.text
    assert found.tags.count("table") == page().tags.count("table")


def test_a_name_cannot_turn_the_words_around_it():
    """Each stands in an element that isolates its direction; a control in it that is never ended would leave that."""
    facts, gallery = facts_of(("\u05d7\u05ea\u05d5\u05dc", "\u2067two"))
    text = page_of(facts, gallery, PLOTS, PREPARATION)
    assert text.count("\u05d7\u05ea\u05d5\u05dc") == text.count("<bdi>\u05d7\u05ea\u05d5\u05dc</bdi>") > 3
    assert "\u2067" not in text and text.count("\ufffdtwo") > 3


def test_warnings_come_first():
    report_with = {"common": 4, "learning": None, "twins": None}
    words = " ".join(page(**report_with).text.split())
    assert "4 of the pictures that judge were learned from, too" in words
    assert "Not searched for" in words


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (("temperature", "threshold", "epoch"), "Temperature, threshold and epoch were chosen with these pictures, so"),
        (("threshold",), "Threshold was chosen with these pictures, so the figures flatter."),
    ],
)
def test_what_was_chosen_with_the_pictures_that_judge(chosen, words):
    assert words in " ".join(page(chosen=chosen).text.split())
    assert "chosen with these pictures" not in page().text


def test_classes_are_as_sure_as_they_are_right_or_not():
    """Of the answers "dog", with 0.9 each, one of four is wrong."""
    words = " ".join(page().text.split())
    assert "cat1.0000.6670.8000.9003" in words and "dog0.7501.0000.8570.9003" in words


def test_without_image_hash_it_says_how_to_get_it():
    words = page(by_looks=False).text
    assert 'pip install "amalthea[check]"' in words and "None has an equal file." in words


def test_a_comparison_and_its_failures():
    good = Contender(name="A<b>", accuracy=0.9, latency=0.002, throughput=500.0, megabytes=2.5, parameters=12345)
    bad = Contender(name="B", error="Out of <memory>.")
    compared = Comparison(contenders=(good, bad), best=None, processor="CPU & co")
    words = " ".join(page(comparison=json_of(compared)).text.split())
    assert "A<b>0.9002.05002.512,345" in words and "BOut of <memory>." in words and "CPU & co" in words


def test_folds():
    folds = {
        "accuracy": {"mean": 0.9, "deviation": 0.05},
        "folds": [{"pictures": 7, "accuracy": 0.95, "loss": None}, {"pictures": 6, "accuracy": 0.85, "loss": 0.4}],
    }
    words = " ".join(page(folds=folds).text.split())
    assert "Accuracy 0.900 ± 0.050 over 2 folds" in words and "170.950–" in words.replace(" ", "")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("my pets.onnx", "amalthea predict --model 'my pets.onnx' PICTURES"),
        ("pets.keras", "classifier = amalthea.ImageClassifier.load('pets.keras')"),
        (None, 'classifier.save("classifier.onnx")'),
    ],
)
def test_how_to_use_it(file, line):
    assert line in page(file=file).text


def test_the_json_holds_names_that_no_encoding_knows():
    facts, _ = facts_of(("cat", os.fsdecode(b"caf\xe9")), written=datetime(2026, 1, 2, tzinfo=UTC))
    text = facts.to_json()
    assert text.isascii() and "caf\\udce9" in text and '"written": "2026-01-02T00:00:00+00:00"' in text
    assert "thumbnail" not in text


def test_without_jinja(monkeypatch):
    facts, gallery = facts_of(("cat", "dog"))
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingDependencyError, match=r'Reports need jinja2: pip install "amalthea\[training\]"'):
        page_of(facts, gallery, PLOTS, PREPARATION)


def json_of(found):
    """As ``write_report`` hands it on; the comparison has no classifier here, which its JSON does not need."""
    import json

    return json.loads(found.to_json())
