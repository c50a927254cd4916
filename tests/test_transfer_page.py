"""What README.md, docs/transfer.md and docs/workflow.md say about training, run on a few pictures of the pets."""

import re
import shlex
import shutil
from pathlib import Path

import keras
import pytest
from click.testing import CliRunner

from amalthea.apps.command_line import command_line

ROOT = Path(__file__).parents[1]
PAGES = [(ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("transfer", "workflow")]
README = (ROOT / "README.md").read_text(encoding="utf-8")

PARTS = {"pets": "train", "pets/train": "train", "pets/validation": "validation", "other_pets": "validation"}

pytestmark = pytest.mark.single_backend


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def lines(text: str) -> list[list[str]]:
    return [
        shlex.split(line)[1:]
        for block in blocks(text, "sh")
        for line in block.splitlines()
        if line.startswith("amalthea")
    ]


@pytest.fixture
def pets(tmp_path, monkeypatch, test_data):
    """Eight pictures of each class in the folders that the pages name."""
    pytest.importorskip("sklearn")
    if keras.config.backend() == "openvino":
        pytest.skip("Keras' OpenVINO backend cannot train")
    monkeypatch.chdir(tmp_path)
    for name, part in PARTS.items():
        for breed in (test_data / "pets" / part).iterdir():
            folder = tmp_path / name / breed.name
            folder.mkdir(parents=True, exist_ok=True)
            for picture in sorted(breed.glob("*.jpg"))[:8]:
                shutil.copy(picture, folder)
    shutil.copy(test_data / "images" / "cat_720p.jpg", tmp_path / "cat.jpg")
    return tmp_path


def flatten(folder: Path) -> None:
    """Leave pets as a folder of classes alone, where a page has no parts of it."""
    for name in ("train", "validation"):
        shutil.rmtree(folder / "pets" / name)


def test_the_commands_of_the_readme(pets):
    flatten(pets)
    training = [line for line in lines(README) if "pets.onnx" in line and line[0] != "serve"]
    assert [line[0] for line in training] == ["train", "predict"]
    for line in training:
        answer = CliRunner().invoke(command_line, line)
        assert answer.exit_code == 0, answer.output
    assert "cat.jpg" in answer.output


@pytest.mark.filterwarnings("ignore:All .* pictures are answered right")
@pytest.mark.parametrize(("page", "written"), [(PAGES[0], ["pets.onnx"]), (PAGES[1], ["report.html", "map.png"])])
def test_the_python_of_the_pages(pets, page, written, capsys):
    [example] = blocks(page, "python")
    if "pets/train" not in example:
        flatten(pets)
    exec(compile(example, "page.md", "exec"), {})
    assert "accuracy" in capsys.readouterr().out.lower()
    assert all((pets / name).is_file() for name in written)


@pytest.mark.parametrize("line", [line for page in PAGES for line in lines(page)], ids=" ".join)
def test_the_options_of_the_pages_exist(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = command_line.get_command(None, line[0])
    context = command.make_context(line[0], line[1:])
    assert context.params["out" if line[0] == "train" else "model"]
