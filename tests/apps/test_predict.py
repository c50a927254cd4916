"""`amalthea predict`, with real weights and real photographs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line
from amalthea.apps.predict import DEMO, rows
from amalthea.catalog import best_classes
from amalthea.errors import ImageError
from amalthea.runtime import Prediction
from tests.apps.commands import started


def predict(*arguments):
    return CliRunner().invoke(command_line, ["predict", *map(str, arguments)])


def answers(*arguments):
    result = predict(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def best(answer):
    return answer["classes"][0]["name"], answer["classes"][0]["probability"]


def test_demo_finds_the_cat():
    [answer] = answers("--demo")
    assert answer["path"] == str(DEMO)
    assert answer["error"] is None
    assert best(answer) == ("Egyptian_cat", pytest.approx(0.753, abs=0.02))
    assert answer["classes"][0]["wordnet_id"] == "n02124075"
    probabilities = [scored["probability"] for scored in answer["classes"]]
    assert len(probabilities) == 5
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1.0001


def test_the_default_model_knows_an_elephant(test_data):
    [answer] = answers(test_data / "images" / "elephant.jpg")
    assert best(answer)[0] in ("African_elephant", "Indian_elephant", "tusker")


def test_a_weight_file_by_its_path(test_data):
    file = test_data / "weights" / "mobilenet_7_5_224_tf.h5"
    [answer] = answers(test_data / "images" / "hot_dog.jpg", "--model", "MobileNet", "--alpha", 0.75, "--weights", file)
    assert best(answer) == ("hotdog", pytest.approx(0.796, abs=0.002))


def test_folders_and_patterns(tmp_path):
    for name in ("b.jpg", "a.jpg", "deep/c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DEMO, tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture, and not asked for")
    in_folder = [answer["path"] for answer in answers(tmp_path, "--top", 1)]
    assert in_folder == [str(tmp_path / name) for name in ("a.jpg", "b.jpg", "deep/c.jpg")]
    by_pattern = [answer["path"] for answer in answers(tmp_path / "*.jpg", "--top", 1)]
    assert by_pattern == [str(tmp_path / name) for name in ("a.jpg", "b.jpg")]


def test_a_picture_that_is_named_twice_is_answered_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(DEMO, "cat.jpg")
    assert [answer["path"] for answer in answers("cat.jpg", tmp_path / "cat.jpg", "./cat.jpg", ".")] == ["cat.jpg"]


def test_pictures_that_nothing_here_reads_are_counted(tmp_path):
    for name in ("a.HEIC", "deep/b.heic", "c.svg", ".hidden.heic", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(DEMO, tmp_path / "cat.jpg")
    result = predict(tmp_path, "--top", 1)
    assert result.exit_code == 0
    assert result.stderr == "Skipped: 2 .heic, 1 .svg. They cannot be read here; convert them to JPEG or PNG.\n"
    assert len(result.stdout.splitlines()) == 2


def test_a_terminal_is_spared_the_folder_that_all_pictures_share():
    classes = best_classes([1.0] + [0.0] * 999, top=1)
    predictions = [
        Prediction(path, classes) for path in ("/photos/pets/a.jpg", "/photos/people/b.jpg", "/photos/c.jpg")
    ]
    error = Prediction("elsewhere.jpg", (), ImageError("no picture"))
    cells, _ = rows([*predictions, error], shorten=True)
    assert [path for path, *_ in cells] == ["pets/a.jpg", "people/b.jpg", "c.jpg"]
    assert [path for path, *_ in rows(predictions, shorten=False)[0]] == [each.path for each in predictions]
    assert rows(predictions[:1], shorten=True)[0][0][0] == "a.jpg"
    assert rows([error], shorten=True) == ([], [])


def test_the_table_for_a_pipe():
    result = predict("--demo", "--top", 2)
    header, first, second = result.stdout.splitlines()
    assert header.split() == ["picture", "class", "probability"]
    assert first.split()[:2] == ["chelsea.jpg", "Egyptian_cat"]
    assert second.split()[0] == "chelsea.jpg"
    assert float(first.split()[2]) == pytest.approx(0.753, abs=0.02)


def test_a_file_that_is_no_picture_is_named_and_the_others_are_answered(tmp_path):
    broken, cat = tmp_path / "broken.jpg", tmp_path / "cat.jpg"
    broken.write_text("not a picture")
    shutil.copy(DEMO, cat)
    result = predict(broken, cat, "--top", 1)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Error: ")
    assert str(broken) in result.stderr
    assert result.stdout.splitlines()[1].split()[:2] == [str(cat), "Egyptian_cat"]
    assert str(broken) not in result.stdout

    result = predict(broken, cat, "--top", 1, "--json")
    assert result.exit_code == 1
    refused, answered = json.loads(result.stdout)
    assert (refused["path"], refused["classes"]) == (str(broken), [])
    assert str(broken) in refused["error"]
    assert (answered["path"], answered["error"]) == (str(cat), None)


def test_what_stands_for_no_picture_does_not_keep_the_others_from_being_answered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("pics", "empty"):
        Path(name).mkdir()
    cat = str(shutil.copy(DEMO, Path("pics", "cat.jpg")))
    absent = {
        "nowhere.jpg": "There is no file nowhere.jpg (looked for at ",
        "empty": "There is no picture in the folder empty: no file in it has the suffix of one, such as .jpg or .png.",
        "nothing*.png": "No file matches the pattern nothing*.png.",
    }
    result = predict("nowhere.jpg", "pics", "empty", "nothing*.png", "--top", 1)
    assert result.exit_code == 1
    for line, sentence in zip(result.stderr.splitlines(), absent.values(), strict=True):
        assert line.startswith(f"Error: {sentence}")
    _, row = result.stdout.splitlines()
    assert row.split()[:2] == [cat, "Egyptian_cat"]

    result = predict("nowhere.jpg", "pics", "empty", "nothing*.png", "--top", 1, "--json")
    assert result.exit_code == 1
    missing, answered, *others = json.loads(result.stdout)
    assert (answered["path"], answered["error"]) == (cat, None)
    for answer, (path, sentence) in zip([missing, *others], absent.items(), strict=True):
        assert (answer["path"], answer["classes"]) == (path, [])
        assert answer["error"].startswith(sentence)


def test_only_broken_pictures_print_no_table(tmp_path):
    (tmp_path / "broken.jpg").write_text("not a picture")
    result = predict(tmp_path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "broken.jpg" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jpg"], "There is no file nowhere.jpg"),
        (["*.nothing"], "No file matches the pattern *.nothing."),
        (["https://example.org/cat.jpg"], "https://example.org/cat.jpg is an address. Fetch the picture"),
        (["--demo", "--model", "ResNet5O"], "Did you mean ResNet50"),
        (["--demo", "--model", "p.keras"], "There is no file p.keras"),
        (["--demo", "--weights", "none"], "--weights: there is no file none. Give the path of a weight file"),
        (["--demo", "--model", "MobileNet", "--alpha", "0.3"], "alpha"),
        (["--demo", "--alpha", "0.5"], "EfficientNetLite0 has one width. MobileNet and MobileNetV2 have more"),
    ],
)
def test_errors_are_one_message_and_status_1(arguments, words):
    result = predict(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name one picture or more, or ask for --demo."),
        (["--demo", "cat.jpg"], "--demo takes its own picture. Leave out --demo, or cat.jpg."),
        (["cat.jpg", "--model", "pets.onnx", "--alpha", "0.5"], "pets.onnx is whole"),
        (["--demo", "--top", "0"], "0 is not in the range 1<=x<=1000"),
        (["--demo", "--top", "1001"], "1001 is not in the range 1<=x<=1000"),
        (["--demo", "--alpha", "wide"], "'wide' is not a valid float"),
    ],
)
def test_wrong_usage_is_status_2(arguments, words):
    result = predict(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_no_network_says_where_to_put_the_file(monkeypatch):
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    result = predict("--demo", "--model", "MobileNet")
    assert result.exit_code == 1
    assert "AMALTHEA_OFFLINE" in result.stderr
    assert "mobilenet_1_0_224_tf.h5" in result.stderr


def test_the_second_answer_needs_no_keras_and_the_home_stays_clean(home):
    code = (
        "import sys; from amalthea.apps.command_line import command_line; "
        "command_line(['predict', '--demo', '--json'], standalone_mode=False); "
        "print('keras' in sys.modules, file=sys.stderr)"
    )
    run = [sys.executable, "-c", code]
    first = subprocess.run(run, capture_output=True, text=True, timeout=120, check=True)
    second = subprocess.run(run, capture_output=True, text=True, timeout=120, check=True)
    assert first.stderr.splitlines()[-1] == "True"
    assert second.stderr == "False\n"
    [before], [after] = json.loads(first.stdout), json.loads(second.stdout)
    assert best(before) == (best(after)[0], pytest.approx(best(after)[1], abs=1e-4))
    # OpenVINO reports its use to its makers, and notes that in ~/intel, unless it is kept from it.
    matplotlib = {".cache", ".config"}  # Keras imports it where it is installed
    assert {entry.name for entry in home.iterdir()} <= {".keras", "cache"} | matplotlib


def test_a_cache_folder_that_cannot_be_written_is_one_line_and_no_failure(tmp_path):
    (tmp_path / "file").write_text("where a folder should be")
    environment = {**os.environ, "AMALTHEA_CACHE": str(tmp_path / "file")}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # as for somebody who has never heard of it
    run = [sys.executable, "-m", "amalthea", "predict", "--demo"]
    answer = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0
    assert "Egyptian_cat" in answer.stdout
    [warning] = answer.stderr.splitlines()  # and nothing that TensorFlow says when Keras imports it
    assert warning.startswith("Warning: Nothing is cached, so the next start takes as long.")
    assert str(tmp_path / "file") in warning


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_control_c_is_quiet(home, tmp_path):
    cat = shutil.copy(DEMO, tmp_path / "cat.jpg")
    for number in range(3000):  # more than any processor can answer in the time until the signal
        os.link(cat, tmp_path / f"{number}.jpg")
    # Keeps the graph, so that the next process imports no Keras: some of what that imports prints the interruption.
    run = [sys.executable, "-m", "amalthea", "predict", str(cat)]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    [graph] = (home / "cache" / "graphs").iterdir()
    os.utime(graph, (0, 0))
    with started("predict", tmp_path) as process:
        end = time.monotonic() + 60
        while not graph.stat().st_atime and time.monotonic() < end:  # until it takes the graph, with all imported
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert stdout == ""
