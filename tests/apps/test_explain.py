"""`amalthea explain`: what is drawn, where, and what is said."""

import json
import shutil

import pytest
from PIL import Image

import amalthea
from amalthea.apps.predict import DEMO
from tests.apps.commands import call, succeed
from tests.live_weights import set_live_weights

pytestmark = pytest.mark.single_backend

NAMES = ["Abyssinian", "Bengal", "american_bulldog"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A file of a small classifier."""
    file = tmp_path_factory.mktemp("model") / "pets.onnx"
    network = amalthea.get_model("MobileNet", weights=None, alpha=0.25, classes=3, input_shape=(64, 64, 3))
    set_live_weights(network)
    amalthea.save(network, file, classes=NAMES)
    return file


def test_one_picture(model, tmp_path):
    out = tmp_path / "map.png"
    answer = succeed("explain", model, DEMO, "--out", out)
    expected = amalthea.explain(model, DEMO)
    assert answer.stdout == f"Written: {out}, {expected.target} {expected.probability:.3f}\n"
    with Image.open(out) as image:
        assert (image.format, image.width) == ("PNG", 2 * 6 * 64 + 30)
    other = next(name for name in NAMES if name != expected.target)
    assert f", {other} 0." in succeed("explain", model, DEMO, "--out", out, "--class", other).stdout


def test_a_folder_of_pictures(model, pets, tmp_path):
    out = tmp_path / "maps" / "all"
    first = pets / "train" / "Bengal" / "Bengal_10.jpg"
    first.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEMO, first)
    (tmp_path / "other").mkdir()
    shutil.copy(DEMO, tmp_path / "other" / "bengal_10.JPG")
    (tmp_path / "broken.jpg").write_text("no picture")
    pictures = [first, tmp_path / "broken.jpg", tmp_path / "other", tmp_path / "none"]
    answer = call("explain", model, *pictures, "--out", out, "--json")
    found = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert "broken.jpg is no picture" in answer.stderr and "There is no file" in answer.stderr
    assert sorted(path.name for path in out.iterdir()) == ["Bengal_10.png", "bengal_10-2.png"]
    assert [each["map"] for each in found] == [str(out / "Bengal_10.png"), None, str(out / "bengal_10-2.png"), None]
    assert [each["error"] is None for each in found] == [True, False, True, False]
    expected = amalthea.explain(model, DEMO)
    assert found[0]["probability"] == pytest.approx(expected.probability)
    assert {name: found[0][name] for name in ("class", "method", "layer")} == {
        "class": expected.target,
        "method": "occlusion",
        "layer": None,
    }
    row, column = expected.peak
    assert found[0]["peak"] == {"row": round(row, 4), "column": round(column, 4)}


def test_a_network_of_the_catalogue(tmp_path, backend):
    out = tmp_path / "map.png"
    answer = json.loads(succeed("explain", "EfficientNetLite0", DEMO, "--out", out, "--json").stdout)
    assert (answer[0]["class"], answer[0]["map"]) == ("Egyptian_cat", str(out))
    usual = ("occlusion", None) if backend == "openvino" else ("grad_cam", "top_activation")
    assert (answer[0]["method"], answer[0]["layer"]) == usual
    peak = answer[0]["peak"]  # the cat fills most of the picture, but for its upper corner and right side
    assert peak["row"] > 0.05 and 0.05 < peak["column"] < 0.9


def test_a_map_without_a_peak(model, tmp_path, monkeypatch):
    monkeypatch.setattr("amalthea.transfer.explanation.explanation.Explanation.peak", None)
    out = tmp_path / "map.png"
    assert succeed("explain", model, DEMO, "--out", out).stdout.endswith("; no place speaks for it\n")
    assert json.loads(succeed("explain", model, DEMO, "--out", out, "--json").stdout)[0]["peak"] is None


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--out", "maps.jpg"], 2, "maps.jpg must end in .png"),
        (["--out", "nowhere/map.png"], 2, "there is no folder nowhere"),
        ([str(DEMO.with_suffix(".png")), "--out", "map.png"], 2, "map.png is one file, and there are 2 pictures"),
        (["--out", "a-file/maps"], 2, "the folder a-file/maps cannot be made"),
        (["--out", "map.png", "--alpha", "0.5"], 2, "--alpha and --weights choose among networks of the catalogue"),
        (["--out", "map.png", "--class", "dog"], 1, "target='dog': "),
        (["--out", "map.png", "--method", "grad_cam"], 1, "method='grad_cam' needs gradients"),
        ([], 2, "Missing option '--out'"),
    ],
)
def test_what_is_refused(model, tmp_path, monkeypatch, arguments, status, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    answer = call("explain", model, DEMO, *arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert words in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


@pytest.mark.parametrize("name", ["nowhere.onnx", "nowhere.keras", "ResNet51"])
def test_models_that_are_not_there(name, tmp_path):
    answer = call("explain", name, DEMO, "--out", tmp_path / "map.png")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "Error: " in answer.stderr and ("There is no file" in answer.stderr or "ResNet50" in answer.stderr)


@pytest.mark.usefixtures("trains")
def test_a_classifier_to_train_on(tmp_path):
    pytest.importorskip("sklearn")
    import numpy as np

    pictures = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)
    trained = amalthea.ImageClassifier("MobileNet", weights=None, alpha=0.25, epochs=1).fit(pictures, NAMES * 2)
    trained.save(tmp_path / "pets.keras")
    out = tmp_path / "map.png"
    [answer] = json.loads(succeed("explain", tmp_path / "pets.keras", DEMO, "--out", out, "--json").stdout)
    assert (answer["method"], answer["layer"]) == ("grad_cam", "conv_pw_12_relu")
    layer = ["--layer", "conv_pw_5_relu"]
    [other] = json.loads(succeed("explain", tmp_path / "pets.keras", DEMO, "--out", out, "--json", *layer).stdout)
    assert other["layer"] == "conv_pw_5_relu"
