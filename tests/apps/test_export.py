"""`amalthea export`, with real weights."""

import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import openvino
import pytest

import amalthea
from amalthea.apps.predict import DEMO
from amalthea.errors import AmaltheaWarning
from tests.apps.commands import call, succeed


def test_a_network_of_the_catalogue(tmp_path):
    out = tmp_path / "lite.onnx"
    first, takes, tried, difference = succeed("export", "efficientnet-lite0", out).stdout.splitlines()
    assert first.startswith(f"{out}: ONNX, 18.")
    assert takes == "It takes pictures as they are decoded: uint8, RGB, (N, 224, 224, 3)."
    assert tried.startswith("Tried on chelsea.jpg: Egyptian_cat 0.7") and "; the original: Egyptian_cat 0.7" in tried
    assert difference.startswith("Largest difference: ") and difference.endswith("(allowed: 1e-04).")
    [answer] = json.loads(call("predict", DEMO, "--model", out, "--json").stdout)
    assert answer["classes"][0]["name"] == "Egyptian_cat"

    found = json.loads(succeed("export", out, tmp_path / "lite.xml", "--json").stdout)
    assert (found["format"], found["path"]) == ("OpenVINO", str(tmp_path / "lite.xml"))
    assert found["difference"] < found["tolerance"] == 1e-4
    assert openvino.Core().read_model(found["path"]).outputs[0].get_partial_shape()[1].get_length() == 1000


def test_weights_and_width(quarter, tmp_path):
    quarter = quarter[2:]
    answer = succeed("export", "MobileNet", tmp_path / "quarter.xml", *quarter, "--precision", "float16")
    assert "OpenVINO, 1." in answer.stdout


@pytest.mark.single_backend
def test_what_training_wrote(trains, pets, quarter, tmp_path):
    pytest.importorskip("sklearn")
    out = tmp_path / "pets.keras"
    succeed("train", pets / "train", "--out", out, *quarter, "--epochs", 1)
    found = json.loads(succeed("export", out, tmp_path / "pets.xml", "--json").stdout)
    assert found["best"][0].split()[0] in ("Abyssinian", "Bengal", "american_bulldog")


@pytest.mark.single_backend
@pytest.mark.parametrize("said", ["folder", "text"])
@pytest.mark.parametrize("name", ["own.keras", "own.h5"])
def test_what_a_model_of_ones_own_does_not_say(name, said, tmp_path, monkeypatch, test_data):
    monkeypatch.chdir(tmp_path)
    layers, names = keras.layers, ["Abyssinian", "Bengal", "american_bulldog"]
    steps = [layers.Conv2D(4, 3, strides=8), layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")]
    network = keras.Sequential([keras.Input((None, None, 3)), *steps])
    network.save(name)
    answer = call("predict", DEMO, "--model", name)
    way = rf"{name} is .*`amalthea export {name} own.onnx --classes names.txt --scaling \.\.\.`"
    assert answer.exit_code == 1 and re.search(way, answer.stderr)
    Path("names.txt").write_text("\n".join(names) + "\n\n", encoding="utf-8-sig")
    classes = test_data / "pets" / "train" if said == "folder" else "names.txt"

    told = succeed("export", name, "own.onnx", "--classes", classes, "--scaling", "1/255", "--image-size", 128).stdout
    assert "It takes pictures as they are decoded: uint8, RGB, (N, 128, 128, 3)." in told
    [found] = json.loads(succeed("predict", DEMO, "--model", "own.onnx", "--json").stdout)
    pixels = np.asarray(keras.utils.load_img(DEMO, target_size=(128, 128)), np.float32)
    expected = dict(zip(names, network.predict(pixels[None] / 255, verbose=0)[0], strict=True))
    assert {row["name"]: row["probability"] for row in found["classes"]} == pytest.approx(expected, abs=1e-4)


@pytest.mark.single_backend
def test_how_pixels_are_scaled_is_said_and_carried_or_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("cat\ndog\n")
    layers, steps = keras.layers, [keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    keras.Sequential([keras.Input((8, 8, 3)), *steps]).save("own.h5")
    keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(1 / 255), *steps]).save("scales.h5")
    named = ["--classes", "names.txt"]
    succeed("export", "own.h5", "own.onnx", *named, "--scaling", " 1. / 255 ")
    assert amalthea.load("own.onnx").preparation.scaling.divisor == 255
    succeed("export", "scales.h5", "scales.onnx", *named)
    assert amalthea.load("scales.onnx").preparation.scaling.divisor == 1
    with pytest.warns(AmaltheaWarning, match=r"^Model '.*' scales pictures in its first layers, and scaling= does so"):
        succeed("export", "scales.h5", "scales.onnx", *named, "--scaling", "1/255")
    if keras.config.backend() == "tensorflow":
        told = succeed("export", "own.h5", "own.tflite", *named, "--scaling", "1/255").stderr
        assert "own.tflite has no room for --scaling 1/255: scale pictures before it gets them." in told


@pytest.mark.single_backend
def test_names_of_classes_that_name_none_or_one_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    texts = {"empty.txt": b"\n \n", "twice.txt": b"cat\ndog\ncat\n", "latin.txt": "Kätzchen\n".encode("latin-1")}
    for name, text in texts.items():
        Path(name).write_bytes(text)
    words = {
        "empty": "empty has no sub-folder.",
        "empty.txt": "empty.txt names no class.",
        "twice.txt": "twice.txt names 'cat' more than once. Give each class its own.",
        "latin.txt": "latin.txt is no text in UTF-8.",
    }
    for name, said in words.items():
        answer = call("export", "own.h5", "own.onnx", "--classes", name, "--scaling", "tf")
        assert (answer.exit_code, f"Error: --classes: {said}" in answer.stderr) == (2, True), answer.stderr


@pytest.mark.single_backend
def test_a_model_of_ones_own(tmp_path):
    layers, out = keras.layers, tmp_path / "own.xml"
    network = keras.Sequential([keras.Input((9,), name="facts"), layers.Dense(4, name="hidden"), layers.Dense(2)])
    network.save(tmp_path / "own.keras")
    found = json.loads(succeed("export", tmp_path / "own.keras", out, "--json").stdout)
    assert (found["takes"], found["best"]) == ("what model.predict takes: float32, (N, 9)", None)
    facts = np.random.default_rng(0).random((3, 9), np.float32)
    [answer] = openvino.compile_model(out, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(facts).values()
    np.testing.assert_allclose(answer, network.predict(facts, verbose=0), atol=1e-5)

    keras.Sequential([keras.Input((9,)), layers.Lambda(lambda x: 2 * x, output_shape=(9,))]).save(
        tmp_path / "own.keras"
    )
    answer = call("export", tmp_path / "own.keras", tmp_path / "lambda.onnx")
    assert answer.exit_code == 1
    assert re.search(
        r"^Error: Keras cannot load .*own.keras: .*Load it in Python, where its own classes", answer.stderr
    )
    assert not (tmp_path / "lambda.onnx").exists()


@pytest.mark.single_backend
def test_int8(quarter, test_data, tmp_path):
    pytest.importorskip("nncf")
    arguments = ["MobileNet", tmp_path / "small.onnx", *quarter[2:], "--precision", "int8"]
    folder = test_data / "images"
    answer = succeed("export", *arguments, "--calibration", folder, "--force")
    assert "same best class" in answer.stdout
    assert (tmp_path / "small.onnx").stat().st_size < 0.5 * 4 * 475_544


@pytest.mark.single_backend
def test_int8_that_answers_otherwise_is_not_written(pets, quarter, tmp_path):
    """Calibrated with pictures that are nearly black, which say nothing of photographs."""
    pytest.importorskip("nncf")
    (tmp_path / "black").mkdir()
    for grey in range(2):
        keras.utils.save_img(tmp_path / "black" / f"{grey}.png", np.full((32, 32, 3), grey), scale=False)
    before = sorted(tmp_path.iterdir())
    chosen = ["--precision", "int8", "--calibration", tmp_path / "black", "--held-out", pets, "--min-agreement", 1]
    answer = call("export", "MobileNet", tmp_path / "small.onnx", *quarter[2:], *chosen)
    assert (answer.exit_code, answer.stdout) == (1, "")
    refused, table, advice = answer.stderr.split("\n\n")
    assert "in int8 would name the same best class as in float32 for a part of 0." in refused
    assert refused.endswith("of the pictures only, and min_agreement is 1.0.")
    rows = ["42 pictures, none of them among the 2 of the calibration", "same best class", "largest change of a prob"]
    assert all(line.startswith(row) for line, row in zip(table.splitlines(), rows, strict=False))
    assert float(table.splitlines()[1].split()[-1]) < 1
    assert advice.startswith("Accept that by a lower min_agreement (--min-agreement), calibrate with pictures of the")
    assert sorted(tmp_path.iterdir()) == before


INTERRUPTED = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)


def calibrating(frame):
    while frame and frame.f_code.co_name != "to_integers":
        frame = frame.f_back
    return frame and "seen" in frame.f_locals  # NNCF is at work


def press():
    while not calibrating(sys._current_frames()[threading.main_thread().ident]):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


threading.Thread(target=press, daemon=True).start()
from amalthea.apps import main
main()
"""


@pytest.mark.single_backend
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_control_c_amid_calibration_leaves_nothing_behind(quarter, test_data, tmp_path):
    pytest.importorskip("nncf")
    out = tmp_path / "small.onnx"
    out.write_bytes(b"of before")
    arguments = [out, *quarter[2:], "--precision", "int8", "--calibration", test_data / "images", "--force"]
    run = [sys.executable, "-c", INTERRUPTED, "export", "MobileNet", *map(str, arguments)]
    answer = subprocess.run(run, capture_output=True, text=True, timeout=120)
    assert (answer.returncode, answer.stdout) == (130, "")
    assert answer.stderr.endswith("Stopped. Nothing was written.\n")
    assert "Traceback" not in answer.stderr
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes() == b"of before"


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ResNet5O", "a.xml"], "Did you mean ResNet50"),
        (["MobileNet", "a.pb"], "'a.pb': the suffix chooses the format."),
        (["MobileNet", "nowhere/a.xml"], "There is no folder nowhere for a.xml. Make it first."),
        (["MobileNet", "a.tflite", "--precision", "int8", "--calibration", "."], "as LiteRT, there is 'float32'."),
        (["MobileNet", "a.onnx", "--precision", "int8"], "--precision int8 needs --calibration FOLDER"),
        (["MobileNet", "a.onnx", "--force"], "--calibration, --held-out and --force are for --precision int8."),
        (["nowhere.keras", "a.onnx"], "There is no file nowhere.keras"),
        (["nowhere.onnx", "a.xml"], "There is no file nowhere.onnx"),
        (["a.onnx", "a.tflite"], "a.onnx can only answer, so that it becomes .xml"),
        (["a.onnx", "a.xml", "--alpha", "0.5"], "--alpha and --weights choose among networks of the catalogue"),
        (["ResNet50", "a.xml", "--alpha", "0.5"], "--alpha: ResNet50 has one width."),
        (["ResNet50", "a.xml", "--scaling", "tf"], "--image-size are for models of your own; ResNet50 knows them."),
        (["nowhere.h5", "a.xml", "--scaling", "tf"], "There is no file nowhere.h5"),
        (["a.h5", "a.xml", "--classes", "nowhere.txt"], "'--classes': Path 'nowhere.txt' does not exist."),
    ],
)
def test_mistakes_are_told_at_once(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = call("export", *arguments)
    assert answer.exit_code in (1, 2)
    assert answer.stdout == ""
    assert words in answer.stderr
    assert list(tmp_path.iterdir()) == []
