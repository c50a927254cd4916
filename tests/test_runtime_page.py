"""What docs/runtime.md says, done in an empty folder with a photograph in it."""

import re
import shlex
import shutil
from pathlib import Path

import keras
import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line
from amalthea.apps.predict import DEMO

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.single_backend


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = [shlex.split(line)[1:] for block in blocks("sh") for line in block.splitlines()]
QUICK = ["--seconds", "0", "--batch", "2"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(DEMO, "cat.jpg")
    return tmp_path


def test_the_commands_run_one_after_another(here):
    pytest.importorskip("matplotlib")
    for command in COMMANDS[:5]:
        answer = CliRunner().invoke(command_line, command + (QUICK if command[0] == "bench" else []))
        assert answer.exit_code == 0, (command, answer.output)
    assert {path.name for path in here.iterdir()} == {"cat.jpg", "lite.onnx", "lite.xml", "lite.bin", "speed.png"}


def test_an_old_model_becomes_one_that_answers(here):
    layers = keras.layers
    steps = [layers.Flatten(data_format="channels_last"), layers.Dense(2, activation="softmax")]
    keras.Sequential([keras.Input((8, 8, 3)), *steps]).save("old_model.h5")
    for name in ("dog", "cat"):
        Path("pets", name).mkdir(parents=True)
    [command] = [command for command in COMMANDS if "old_model.h5" in command]
    assert command[0] == "export"
    answer = CliRunner().invoke(command_line, command)
    assert answer.exit_code == 0, answer.output
    assert amalthea.load("pets.onnx").classes == ("cat", "dog")


@pytest.mark.parametrize("line", [command for command in COMMANDS if "int8" in command], ids=" ".join)
def test_the_options_for_int8_exist(line):
    assert command_line.get_command(None, line[0]).make_context(line[0], line[1:]).params["precision"] == "int8"


def test_the_python_runs(here, capsys):
    for example in blocks("python"):
        exec(compile(example, "runtime.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[:2] == ["Egyptian_cat", "Egyptian_cat"]


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"`amalthea\s(\w+)", PAGE)) | {command[0] for command in COMMANDS}
    assert named <= set(command_line.list_commands(None))


def test_the_readme_lists_all_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `amalthea (\w+)` \|", readme, re.MULTILINE)) == command_line.list_commands(None)


def test_links_lead_somewhere():
    for path in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert path.startswith("http") or (ROOT / "docs" / path).exists(), path
