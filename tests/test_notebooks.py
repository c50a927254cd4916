"""The notebooks run as a newcomer runs them, in a kernel of their own without a network, and show what they promise."""

import os
import re
import shutil
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import keras
import pytest
from PIL import Image

from amalthea.apps.predict import DEMO
from amalthea.images import read_picture

nbformat = pytest.importorskip("nbformat", reason="nbclient and ipykernel run notebooks")
nbclient = pytest.importorskip("nbclient", reason="nbclient and ipykernel run notebooks")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parents[1]
NOTEBOOKS = {path.stem: path for path in (ROOT / "examples").glob("*.ipynb")}

pytestmark = pytest.mark.single_backend


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder that a notebook lies in, with the photograph that most of them name."""
    # Commands are those of this installation, here is no network, and what does not train needs no framework.
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    shutil.copy(DEMO, tmp_path / "cat.jpg")
    return tmp_path


def run(name, folder):
    """What each cell with code has shown: the text, and the pictures. Nothing may be said on the error output."""
    notebook = nbformat.read(NOTEBOOKS[name], as_version=4)
    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3").execute(cwd=str(folder))
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert [part.text for each in outputs for part in each if part.get("name") == "stderr"] == []
    texts = ["".join(part.get("text") or part.data.get("text/plain", "") for part in each) for each in outputs]
    drawn = [part.data["image/png"] for each in outputs for part in each if "image/png" in part.get("data", {})]
    texts = [text.replace("\r\n", "\n") for text in texts]  # a command runs in a terminal
    return texts, [Image.open(BytesIO(b64decode(picture))) for picture in drawn]


@pytest.fixture
def trainable(here, backend, monkeypatch):
    """The folder, where a newcomer who has chosen no backend gets one that trains."""
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    monkeypatch.delenv("KERAS_BACKEND")
    return here


@pytest.fixture
def pets(trainable, test_data):
    """Pictures of three breeds in the folders that notebooks name."""
    for part in ("train", "validation"):
        for breed in (test_data / "pets" / part).iterdir():
            folder = trainable / "pets" / part / breed.name
            folder.mkdir(parents=True)
            for picture in sorted(breed.glob("*.jpg"))[:12]:
                shutil.copy(picture, folder)
    for name, breed in (("cat", "Abyssinian"), ("dog", "american_bulldog")):
        shutil.copy(sorted((test_data / "pets" / "validation" / breed).glob("*.jpg"))[-1], trainable / f"{name}.jpg")
    return trainable


def test_predict_and_explain(here):
    texts, [overlay] = run("predict_and_explain", here)
    first, *others = texts[0].splitlines()
    assert re.fullmatch(r"Egyptian_cat +0\.7\d", first)  # as scikit-image calls the picture: a cat named Chelsea
    assert len(others) == 2
    of_keras = {name for name in dir(keras.applications) if "Net" in name and name.endswith("V2")}
    assert set(texts[1].strip("'").split(", ")) == of_keras
    assert texts[2].startswith("<Explanation of 'Egyptian_cat', 0.7")
    assert overlay.size == (224, 224)
    assert read_picture(here / "map.png").shape[1] > 2 * 224
    good, bad = texts[4].splitlines()
    assert good == "cat.jpg -> Egyptian_cat"
    assert bad.startswith("broken.jpg -> ")
    assert "broken.jpg" in bad.removeprefix("broken.jpg -> ")


def test_find_similar_pictures(here, test_data):
    (here / "pictures").mkdir()
    for breed in (test_data / "pets" / "train").iterdir():
        for picture in sorted(breed.glob("*.jpg"))[:6]:
            shutil.copy(picture, here / "pictures")
    copied = sorted((here / "pictures").iterdir())[7]
    Image.fromarray(read_picture(copied)).reduce(2).save(here / "query.jpg", quality=60)
    texts, [sheet] = run("find_similar_pictures", here)
    assert texts[0] == "(18, 1280)\n"
    pairs = [line.split()[:2] for line in texts[2].splitlines()]
    assert [name for name, _ in pairs] == [path.name for path in sorted((here / "pictures").iterdir())]
    breeds = [[name.rpartition("_")[0] for name in pair] for pair in pairs]
    assert sum(own == nearest for own, nearest in breeds) >= 14  # by chance 5
    assert texts[3].startswith(f"['{copied.name}', ")
    assert sheet.size == (450, 150)


def test_train_on_your_pictures(pets):
    pytest.importorskip("sklearn")
    texts, _ = run("train_on_your_pictures", pets)
    assert all(breed in texts[0] for breed in ("Abyssinian", "Bengal", "american_bulldog"))
    accuracy = float(re.search(r"Accuracy ([01]\.\d+) on 36 pictures", texts[1])[1])
    assert accuracy > 0.7  # by chance 0.33
    assert float(texts[2]) >= accuracy - 0.01
    assert texts[3] == "cat.jpg Abyssinian\ndog.jpg american_bulldog\n"
    assert (pets / "pets.onnx").is_file()


def test_compare_networks(pets, cached_weights):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    for breed in list((pets / "pets" / "train").iterdir()):
        breed.rename(pets / "pets" / breed.name)
    for part in ("train", "validation"):
        shutil.rmtree(pets / "pets" / part)
    texts, [chart] = run("compare_networks", pets)
    rows = [line.split()[0] for line in texts[0].splitlines()[1:3]]
    assert sorted(rows) == ["EfficientNetLite0", "MobileNet:0.25"]
    assert chart.width > 400


def test_run_an_old_script(trainable):
    texts, _ = run("run_an_old_script", trainable)
    written, ran, migrated, imported = texts
    assert "old_script.py" in written
    assert ran.startswith("['acc', 'loss']\n(4, 1)\n")  # the names of Keras 2
    assert "old_script.py:11: written for Keras 1, as border_mode says\n" in ran
    assert '\n+model.add(Conv2D(8, (3, 3), padding="same"))\n' in migrated
    assert imported == "8 (3, 3) same (2, 2)\n"


def test_serve_and_call(here):
    pytest.importorskip("starlette")
    started, ready, answered, refused, ended = run("serve_and_call", here)[0]
    assert (started, ready) == ("", "'EfficientNetLite0'")
    assert re.match(r"Egyptian_cat +0\.7\d\n", answered)
    assert re.match(r"422 \w+", refused)
    assert ended == "0\n"


def test_every_notebook_is_run_here():
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert set(NOTEBOOKS) <= tests
    assert len(NOTEBOOKS) == 6


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_kept_small_and_without_outputs(name):
    notebook = nbformat.read(NOTEBOOKS[name], as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.metadata.kernelspec.name) == (4, "python3")
    assert NOTEBOOKS[name].stat().st_size < 6000
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert notebook.cells[0].source.startswith("# ")


def test_the_page_lists_them_all():
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\S+)\]\(\.\./examples/(\S+)\) \|", page, re.MULTILINE)
    there = {path.name for path in (ROOT / "examples").iterdir() if path.suffix in (".py", ".ipynb")}
    assert {target for _, target in listed} == there
    assert [title for title, target in listed if title != target] == []
