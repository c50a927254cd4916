"""docs/weights.md says what is true, and its commands run."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line
from tests.weights.file_server import FileServer
from tests.weights.small_files import write_small_h5

pytestmark = pytest.mark.single_backend

PAGE = (Path(__file__).parents[1] / "docs" / "weights.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_command_runs(tmp_path, serve, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_h5(tmp_path / "small.h5")
    write_small_h5(tmp_path / "model.keras")  # the content of a file decides
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(FileServer((tmp_path / "small.h5").read_bytes())))
    commands = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]
    assert [command[2] for command in commands] == ["list", "where", "pull", "verify", "pull", "convert"]
    for program, *arguments in commands:
        answer = CliRunner().invoke(command_line, arguments)
        assert (program, answer.exit_code, answer.stderr) == ("amalthea", 0, "")
    assert len(list((tmp_path / "usb").iterdir())) == 32


def test_the_error_offline_is_the_one_that_is_shown(home, monkeypatch):
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    answer = CliRunner().invoke(command_line, ["weights", "pull", "VGG16"])
    assert [answer.stderr.replace(str(home), "~")] == blocks("text")


def test_the_words_of_the_errors_are_those_of_the_code():
    package = Path(amalthea.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    ours = [words for row in rows for words in re.findall(r"`([a-zC][a-z ]{12,})`", row)]
    assert len(ours) == 5
    assert [words for words in ours if words not in sources] == []
