"""The README and its neighbours say what is true, and their commands run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import amalthea
from amalthea.apps.predict import DEMO
from docs import generate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_command_blocks():
    assert blocks("sh") == [
        "pip install .\namalthea predict --demo\n",
        "pip install nox\nnox\n",
        'pip install ".[tensorflow-cpu]"\namalthea train pets --out pets.onnx\n'
        "amalthea predict --model pets.onnx cat.jpg\n",
        'pip install ".[serve]"\namalthea serve EfficientNetLite0 pets.onnx\n',
    ]


def test_ci_runs_the_second_block():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"bash -euc '\n{blocks('sh')[1]}'" in script


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_first_block_works_on_a_fresh_machine(tmp_path, home, outer_environment):
    """Installed into a new environment with the network, then run without."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    install, demo = blocks("sh")[0].splitlines()
    settings = {name: value for name, value in outer_environment.items() if not name.startswith(("PYTHON", "KERAS"))}
    settings["PATH"] = f"{programs}{os.pathsep}{settings['PATH']}"
    subprocess.run(install, shell=True, check=True, cwd=ROOT, env=settings, capture_output=True)

    nowhere = "http://127.0.0.1:9"  # the port that discards everything
    offline = {"AMALTHEA_OFFLINE": "1", "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "HOME": str(home)}
    settings = {name: value for name, value in settings.items() if not name.lower().endswith("_proxy")} | offline
    answer = subprocess.run(demo, shell=True, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[1].split()[:2] == ["chelsea.jpg", "Egyptian_cat"]


def test_the_python_example(tmp_path, monkeypatch, capsys):
    shutil.copy(DEMO, tmp_path / "cat.jpg")
    monkeypatch.chdir(tmp_path)
    [example] = blocks("python")
    assert len([line for line in example.splitlines() if line]) == 5
    exec(compile(example, "README.md", "exec"), {})
    first, *others = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Egyptian_cat 0\.\d\d", first)
    assert len(others) == 2


def test_the_model_table_is_the_catalogue():
    assert generate.with_model_table(README) == README, "renew it: python docs/generate.py"


def test_the_picture_shows_what_the_command_answers():
    words, numbers = shown((ROOT / "docs" / "predict.svg").read_text(encoding="utf-8"))
    words_now, numbers_now = shown(generate.terminal_picture())
    assert words == words_now, "renew it: python docs/generate.py"
    assert numbers == pytest.approx(numbers_now, abs=0.01), "renew it: python docs/generate.py"


def shown(picture: str) -> tuple[list[str], list[float]]:
    """Words and numbers in the order of the picture; bars left out."""
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture)).replace("&#160;", " ")
    words = re.sub("[█▉▊▋▌▍▎▏]", " ", text).split()
    numbers = [word for word in words if re.fullmatch(r"\d\.\d+", word)]
    return [word for word in words if word not in numbers], [float(number) for number in numbers]


def test_every_setting_is_in_the_table():
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(amalthea.__file__).parent.rglob("*.py"))
    used = set(re.findall(r"""["'`]((?:AMALTHEA|KERAS)_[A-Z_]+)["'`]""", sources))
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)) == used


def test_links_lead_somewhere():
    files = [path for path in re.findall(r"\]\(([^)]+)\)", README) if not path.startswith("http")]
    assert len(files) > 3
    assert [path for path in files if not (ROOT / path).exists()] == []


def test_contributing_names_the_sessions_that_exist():
    sessions = re.findall(r"@nox\.session.*\ndef (\w+)", (ROOT / "noxfile.py").read_text(encoding="utf-8"))
    named = re.findall(r"`nox -s (\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert named == sessions == ["lint", "default", "backends", "site", "programs", "explanations", "torchvision"]
