"""`amalthea cache` looks and clears, and touches nothing that is not ours."""

import json
import os
import subprocess
import sys

import pytest

import amalthea
from amalthea.runtime import cache
from amalthea.runtime.seal import SIZE
from amalthea.storage import cache_folder, file_digests
from amalthea.transfer import FileFeatureStore
from tests.apps.commands import call, succeed

pytestmark = pytest.mark.single_backend

KINDS = ["graphs", "compiled", "features", "trainings", "hashes"]


@pytest.fixture
def filled(home):
    """A cache with something of each kind, and somebody else's notes."""
    for number in range(3):
        cache.store(f"graphs/{cache.key_of(number)}.onnx", bytes(1_000_000))
    cache.store(f"compiled/{cache.key_of(0)}.blob", bytes(500))
    FileFeatureStore().feature_set("0" * 64, 512, "float32")
    (cache_folder() / "trainings").mkdir()
    (cache_folder() / "trainings" / f"{'1' * 64}.safetensors").write_bytes(bytes(99))
    file_digests([__file__])
    (cache_folder() / "graphs" / "notes.txt").write_text("not ours")
    (cache_folder() / "notes").mkdir()
    (cache_folder() / "notes" / "notes.txt").write_text("not ours")
    return cache_folder()


def kept(*arguments):
    objects = json.loads(succeed("cache", "--json", *arguments).stdout)
    assert all(each.keys() == {"kind", "entries", "bytes", "folder"} for each in objects)
    return {each["kind"]: each["entries"] for each in objects}


def ours(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "notes.txt")


def test_a_look(filled):
    header, *rows, total = succeed("cache").stdout.splitlines()
    assert header.split() == ["kind", "entries", "MB", "folder"]
    assert [row.split()[0] for row in rows] == KINDS
    assert rows[0].split() == ["graphs", "3", "3.0", str(filled / "graphs")]
    assert total.split()[:2] == ["all", "7"]
    assert total.split()[3] == str(filled)


def test_json(filled):
    objects = json.loads(succeed("cache", "--json").stdout)
    assert objects[0] == {
        "kind": "graphs",
        "entries": 3,
        "bytes": 3 * (1_000_000 + SIZE),
        "folder": str(filled / "graphs"),
    }
    assert [each["kind"] for each in objects] == KINDS


def test_clearing_one_kind(filled):
    header, row = succeed("cache", "--clear", "graphs").stdout.splitlines()
    assert header.split() == ["removed", "entries", "MB", "folder"]
    assert row.split() == ["graphs", "3", "3.0", str(filled / "graphs")]
    assert kept() == {"graphs": 0, "compiled": 1, "features": 1, "trainings": 1, "hashes": 1}


def test_clearing_all(filled):
    assert ours(filled)
    assert kept("--clear") == {"graphs": 3, "compiled": 1, "features": 1, "trainings": 1, "hashes": 1}
    assert kept() == dict.fromkeys(KINDS, 0)
    assert ours(filled) == []
    assert (filled / "graphs" / "notes.txt").read_text() == "not ours"
    assert (filled / "notes" / "notes.txt").read_text() == "not ours"
    assert kept("--clear", "all") == dict.fromkeys(KINDS, 0)


def test_what_is_in_use_stays(filled):
    features = FileFeatureStore().feature_set("1" * 64, 512, "float32")
    answer = succeed("cache", "--clear", "features")
    assert answer.stderr == "features: 1 of 2 stay; somebody is using them.\n"
    assert kept()["features"] == 1
    assert features.records().shape == (0, 512)


def test_nothing_is_kept_yet(home):
    assert kept() == kept("--clear") == dict.fromkeys(KINDS, 0)
    assert not cache_folder().exists()


def test_an_unknown_kind():
    answer = call("cache", "--clear", "weights")
    assert answer.exit_code == 2
    assert "'weights' is not one of 'graphs', 'compiled', 'features', 'trainings', 'hashes', 'all'" in answer.stderr


def test_what_a_prediction_keeps_and_how_fast_it_is_gone(home, test_data):
    """A whole run, with Keras; then one that finds what the first has kept."""
    amalthea.predictor("EfficientNetLite0").predict_images(test_data / "images" / "cat_720p.jpg")
    assert kept()["graphs"] == 1
    assert kept()["compiled"] >= 1
    kept("--clear")
    assert ours(cache_folder()) == []
    amalthea.predictor("EfficientNetLite0")
    assert kept()["graphs"] == 1


def test_it_starts_without_keras():
    code = (
        "import sys; from amalthea.apps import main; sys.argv[1:] = ['cache']\ntry: main()\nexcept SystemExit: pass\n"
    )
    code += "print(sorted({'keras', 'openvino', 'onnx', 'tensorflow', 'torch', 'jax', 'scipy'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert result.stdout.splitlines()[-1] == "[]"
