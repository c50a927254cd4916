"""Mistakes are told before the work, and leave nothing behind."""

from pathlib import Path

import pytest

import amalthea
from amalthea.apps.distribution.wording import NO_STORE
from amalthea.apps.predict import DEMO
from amalthea.errors import ArgumentError, ArgumentTypeError, MissingDependencyError, MissingFileError, StorageError
from tests.apps.commands import call

pytestmark = pytest.mark.single_backend


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    yield
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"engine": "spark"}, ArgumentError, "engine='spark'; allowed are 'local' and 'ray'."),
        ({"workers": 2}, ArgumentError, "workers and address go with engine='ray'. The local engine is one process"),
        ({"address": "auto"}, ArgumentError, "workers and address go with engine='ray'."),
        ({"threads": 0}, ArgumentError, "threads=0; give a whole number from 1 on, or None."),
        ({"engine": "ray", "workers": 1.5}, ArgumentError, "workers=1.5; give a whole number from 1 on, or None."),
        ({"shard_size": 0}, ArgumentError, "shard_size=0; give the pictures of a shard, from 1 on."),
        ({"task": "train"}, ArgumentError, "task='train'; allowed are 'predict' and 'features'."),
        ({"top": 0}, ArgumentError, "top=0 is not how many classes to return"),
        ({"threshold": 2}, ArgumentError, "threshold=2; allowed are None and a probability"),
        ({"views": 0}, ArgumentError, "views=0; allowed are whole numbers from 1 on"),
        ({"layer": "relu"}, ArgumentError, "layer: goes with task='features', not with 'predict'."),
        ({"task": "features", "top": 3}, ArgumentError, "top: goes with task='predict', not with 'features'."),
        ({"task": "features", "pooling": "mean"}, ArgumentError, "pooling='mean'; allowed are 'avg', 'max' and None."),
        ({"task": "features", "image_size": 0}, ArgumentError, "image_size=0; give a number of pixels"),
        ({"shards": 3}, ArgumentTypeError, "amalthea.distribute takes no shards; there is task, model, alpha,"),
        ({"out": "s3://bucket/out"}, ArgumentError, "out='s3://bucket/out': object storage cannot rename a file"),
        ({"out": "no/out"}, MissingFileError, "There is no folder no for out. Make it first."),
        ({"out": "file"}, ArgumentError, "out='file' is a file; name a folder."),
        ({"model": "ResNet5O"}, ArgumentError, "Did you mean ResNet50"),
        ({"model": "no.onnx"}, MissingFileError, "There is no file no.onnx"),
        ({"model": "no.keras"}, MissingFileError, "There is no file no.keras"),
        ({"model": "no.onnx", "task": "features"}, ArgumentError, "model='no.onnx' is for prediction alone"),
        ({"model": "EfficientNetLite0", "task": "features", "layer": "wrong"}, ArgumentError, "wrong"),
    ],
)
def test_of_distribute(arguments, kind, words):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    with pytest.raises(kind) as error:
        amalthea.distribute(DEMO, **{"out": "out", **arguments})
    assert str(error.value).startswith(words) or (words in str(error.value) and "model" in arguments)


@pytest.mark.parametrize("data", ["pest", "pets/*.jpg", ["pest", "cta.jpg"]])
def test_a_mistyped_name_makes_no_run(data):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    with pytest.raises(MissingFileError, match=r"^There is no file or folder pe.*Check the path\.$"):
        amalthea.distribute(data, out="out")


def test_without_pyarrow_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("amalthea.apps.distribution.distributing.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r'pip install "amalthea\[parquet\]"'):
        amalthea.distribute(DEMO, out="out")


def test_a_folder_that_cannot_be_made():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    with pytest.raises(StorageError, match=r"Cannot write into \.: File name too long. Make room"):
        amalthea.distribute(DEMO, out="o" * 300)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["predict", DEMO, "--threads", 2], 2, "--threads: goes with --out FOLDER."),
        (["predict", DEMO, "--scores"], 2, "--scores: goes with --out FOLDER."),
        (
            ["predict", DEMO, "--out", "out", "--workers", 2],
            1,
            "Error: --workers and --address go with --engine ray. The",
        ),
        (["predict", "x.jpg", "--out", "s3://b/o", "--model", "no.onnx"], 2, f"'--out': s3://b/o is a URI; {NO_STORE}"),
        (["features", "x.jpg", "--out", "s3://b/o"], 2, f"'--out': s3://b/o is a URI; {NO_STORE}"),
        (["features", "x.jpg", "--out", "gs://b/o.parquet"], 2, f"'--out': gs://b/o.parquet is a URI; {NO_STORE}"),
        (["predict", "file", "--out", "file:///tmp/out"], 2, f"'--out': file:///tmp/out is a URI; {NO_STORE}"),
        (["predict", DEMO, "--out", "out", "--engine", "spark"], 2, "'spark' is not one of 'local', 'ray'."),
        (["predict", DEMO, "--out", "out", "--model", "p.keras"], 1, "There is no file p.keras"),
        (["predict", DEMO, "--out", "out", "--model", "p.onnx", "--alpha", 0.5], 2, "p.onnx is whole"),
        (["predict", DEMO, "--out", "out", "--alpha", 0.5], 1, "EfficientNetLite0 has one width."),
        (["features", DEMO, "--out", "f.npz", "--engine", "ray"], 2, "--engine: goes with --out FOLDER."),
        (["features", DEMO, "--out", "out", "--verify"], 2, "--verify: goes with a file; for a folder, every picture"),
        (["features", DEMO, "--out", "f.csv"], 2, "The name of a new folder ends in /, or has no dot."),
        (["features", DEMO, "--out", "out/", "--model", "p.onnx"], 1, "p.onnx is for prediction alone"),
    ],
)
def test_of_the_commands(arguments, status, words):
    answer = call(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
