"""A run answers as `amalthea predict` and `amalthea features` do, into files that any tool reads."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import amalthea
from tests.apps.commands import call, succeed

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

from tests.apps.distribution.runs import failures, parts  # noqa: E402

pytestmark = pytest.mark.single_backend


def test_predictions_are_those_of_the_predictor(small_network, test_data, tmp_path):
    pets = [test_data / "pets" / "validation" / breed for breed in ("Bengal", "american_bulldog")]
    done = amalthea.distribute(pets, small_network, out=tmp_path / "out", shard_size=40, top=3, scores=True)
    assert (done.pictures, done.rows, done.failures, done.shards, done.computed) == (100, 100, 0, 3, 3)

    paths = sorted(path for folder in pets for path in folder.iterdir())
    predictor = amalthea.load(small_network)
    expected = predictor.predict_images(paths, top=3)
    for row, path, prediction in zip(parts(tmp_path / "out"), paths, expected, strict=True):
        assert row["path"] == prediction.path == str(path)
        assert row["hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert row["classes"] == [scored.name for scored in prediction.classes]
        assert row["answer"] == prediction.answer
        np.testing.assert_allclose(row["probabilities"], [scored.probability for scored in prediction.classes], 1e-5)
    scores = [row["scores"] for row in parts(tmp_path / "out")]
    np.testing.assert_allclose(scores, list(predictor.probabilities(paths)), rtol=1e-4, atol=1e-6)
    table = pq.read_table(tmp_path / "out" / "part-00000.parquet")
    assert json.loads(table.schema.metadata[b"classes"]) == list(predictor.classes)


def test_views_and_threshold_hold_here_too(small_network, photographs, tmp_path):
    pytest.importorskip("cv2", reason="OpenCV is not installed")
    amalthea.distribute(photographs, small_network, out=tmp_path / "out", views=3, threshold=0.5, shard_size=3)
    paths = [row["path"] for row in parts(tmp_path / "out")]
    expected = amalthea.load(small_network).predict_images(paths, views=3, threshold=0.5)
    assert [row["answer"] for row in parts(tmp_path / "out")] == [prediction.answer for prediction in expected]
    assert {prediction.answer is None for prediction in expected} == {True, False}
    for row, prediction in zip(parts(tmp_path / "out"), expected, strict=True):
        np.testing.assert_allclose(row["probabilities"], [scored.probability for scored in prediction.classes], 1e-4)


@pytest.mark.parametrize(
    "options", [[], ["--layer", "conv_pw_5_relu", "--pooling", "max"], ["--pooling", "none", "--image-size", 128]]
)
def test_features_are_those_of_the_command_without_a_folder(options, quarter, photographs, tmp_path):
    out = tmp_path / "out"
    answer = succeed("features", photographs, *quarter, *options, "--out", out, "--shard-size", 3)
    assert answer.stdout.startswith(f"Written: {out}, 8 pictures in 3 shards, ")
    assert answer.stderr.splitlines()[-1] == (
        f"Warning: 1 of 9 pictures cannot be used: the tables in {out / '_failures'} say why."
    )
    call("features", photographs, *quarter, *options, "--out", tmp_path / "features.npz")
    held = np.load(tmp_path / "features.npz")
    assert [row["path"] for row in parts(out)] == held["paths"].tolist()
    found = np.array([row["features"] for row in parts(out)], np.float32).reshape(held["features"].shape)
    np.testing.assert_allclose(found, held["features"], rtol=1e-4, atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 0.1
    [metadata] = {pq.read_schema(path).metadata[b"shape"] for path in out.glob("part-*")}
    assert metadata.decode() == str(held["features"].shape[1:])


def test_the_command_predicts_into_a_folder(small_network, photographs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["predict", "photographs", "--model", small_network, "--out", "out", "--top", 1, "--json"]
    answer = succeed(*command, "--threads", 1, "--engine", "local")
    told = json.loads(answer.stdout)
    assert told.pop("seconds") > 0
    expected = {"folder": "out", "pictures": 9, "rows": 8, "failures": 1, "shards": 1, "computed": 1}
    assert told == expected
    assert {Path(row["path"]).parent.name for row in parts(Path("out"))} == {"photographs"}
    assert json.loads(succeed(*command).stdout)["computed"] == 0
    assert [row["path"] for row in failures(Path("out"))] == [str(Path("photographs", "broken.jpg"))]


def test_all_shards_are_one_table_for_pandas(small_network, photographs, tmp_path):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    out = tmp_path / "out"
    amalthea.distribute(photographs, small_network, out=out, shard_size=2)
    frame = pandas.concat(map(pandas.read_parquet, sorted(out.glob("part-*.parquet"))), ignore_index=True)
    assert frame.columns.tolist() == ["path", "hash", "answer", "classes", "probabilities"]
    assert frame["path"].tolist() == [row["path"] for row in parts(out)]
