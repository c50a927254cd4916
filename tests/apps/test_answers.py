"""Options that say how a network answers: --views and --threshold."""

import json

import pytest
from PIL import Image, ImageOps

import amalthea
from amalthea.apps.predict import DEMO
from tests.apps.commands import call, succeed
from tests.live_weights import set_live_weights

pytestmark = pytest.mark.single_backend
BREEDS = ("Abyssinian", "Bengal", "american_bulldog")


@pytest.fixture
def breeds(tmp_path):
    """A file that is not sure of anything."""
    model = amalthea.get_model("MobileNet", weights=None, alpha=0.25, classes=3, input_shape=(64, 64, 3))
    set_live_weights(model)
    amalthea.save(model, tmp_path / "breeds.onnx", classes=BREEDS, threshold=0.999)
    return tmp_path / "breeds.onnx"


def answered(*arguments):
    [answer] = json.loads(succeed("predict", *arguments, "--json").stdout)
    return answer


def test_an_improbable_class_is_none_of_these():
    sure, careful = answered("--demo"), answered("--demo", "--threshold", 0.95)
    assert (sure["answer"], careful["answer"]) == ("Egyptian_cat", None)
    assert careful["classes"] == sure["classes"]
    lines = succeed("predict", "--demo", "--top", 2, "--threshold", 0.95).stdout.splitlines()
    assert lines[1].split()[1:4] == ["none", "of", "these"]
    assert "Egyptian_cat" in lines[2]
    assert len(lines) == 4


def test_a_file_says_how_sure_it_must_be(breeds):
    assert answered(DEMO, "--model", breeds)["answer"] is None
    named = answered(DEMO, "--model", breeds, "--threshold", 0)
    assert named["answer"] == named["classes"][0]["name"]


def test_views_are_averaged(tmp_path):
    with Image.open(DEMO) as picture:
        ImageOps.mirror(picture).save(tmp_path / "mirrored.png")
    cat, mirrored, both = (
        {scored["name"]: scored["probability"] for scored in found["classes"]}["Egyptian_cat"]
        for found in (answered("--demo"), answered(tmp_path / "mirrored.png"), answered("--demo", "--views", 2))
    )
    assert abs(cat - mirrored) > 0.001
    assert both == pytest.approx((cat + mirrored) / 2, abs=0.002)


def test_a_report_tells_of_both(breeds, pets):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    report = json.loads(succeed("evaluate", breeds, pets / "validation", "--json").stdout)
    assert report["accepted"]["threshold"] == 0.999
    assert "Threshold 0.999: a class is named for" in succeed("evaluate", breeds, pets / "validation").stdout
    half = json.loads(succeed("evaluate", breeds, pets / "validation", "--json", "--threshold", 0.4).stdout)
    assert half["accepted"]["coverage"] >= report["accepted"]["coverage"]
    assert half["confusion"] == report["confusion"]
    none = succeed("evaluate", breeds, pets / "validation", "--threshold", 0, "--views", 2, "--json").stdout
    assert json.loads(none)["accepted"] is None
    assert json.loads(none)["pictures"] == 12


def test_a_classifier_to_train_on_is_judged_so(breeds, pets, tmp_path, backend):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from tests.transfer.classifier.untrained import untrained

    classifier = untrained(threshold=0.5)
    classifier.classes_[:] = ["Abyss", "Beng", "amer"]
    for short, name in zip(("Abyss", "Beng", "amer"), BREEDS, strict=True):
        (pets / "validation" / name).rename(pets / "validation" / short)
    classifier.save(tmp_path / "pets.keras")
    found = succeed("evaluate", tmp_path / "pets.keras", pets / "validation", "--views", 2, "--json").stdout
    assert json.loads(found)["accepted"]["threshold"] == 0.5
    succeed("export", tmp_path / "pets.keras", tmp_path / "pets.onnx")
    assert amalthea.load(tmp_path / "pets.onnx").threshold == 0.5


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--views", 0, "0 is not in the range x>=1"), ("--threshold", 2, "2.0 is not in the range 0<=x<=1.")],
)
def test_what_is_refused(option, value, message):
    answer = call("predict", "--demo", option, value)
    assert answer.exit_code == 2
    assert f"Invalid value for '{option}': {message}" in answer.stderr
