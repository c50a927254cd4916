"""The same pictures give the same bits: whatever the threads, the shards, the neighbours and the attempts."""

import shutil

import numpy as np
import pytest

import amalthea

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from amalthea.apps.distribution.computing import ShardWorker
from tests.apps.distribution.runs import everything, parts

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def dense_network(tmp_path_factory):
    """With a large dense layer, whose sums OpenVINO divides among the threads of a stream."""
    import keras

    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Input((64, 64, 3)),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    file = tmp_path_factory.mktemp("network") / "dense.onnx"
    amalthea.save(keras.Sequential(layers), file, classes=list("abcdefghij"), scaling=1 / 255)
    return file


def scores(folder):
    return {row["path"]: row["scores"] for row in parts(folder)}


def test_threads_and_shards_and_neighbours_change_nothing(dense_network, photographs, tmp_path):
    asked = {"model": dense_network, "scores": True}
    amalthea.distribute(photographs, out=tmp_path / "one", threads=1, **asked)
    amalthea.distribute(photographs, out=tmp_path / "two", threads=2, shard_size=3, **asked)
    backwards = sorted(photographs.iterdir(), reverse=True)
    amalthea.distribute(backwards, out=tmp_path / "three", threads=3, shard_size=1, **asked)
    assert len(scores(tmp_path / "one")) == 8
    assert len(np.unique(list(scores(tmp_path / "one").values()), axis=0)) == 8
    assert scores(tmp_path / "one") == scores(tmp_path / "two") == scores(tmp_path / "three")


def test_openvino_alone_would_change_them(dense_network):
    """Otherwise the test before would prove nothing."""
    pictures = np.random.default_rng(0).integers(0, 256, (15, 64, 64, 3), np.uint8)
    answers = [amalthea.load(dense_network, threads=threads, streams=1)(pictures) for threads in (1, 2)]
    if np.array_equal(*answers):
        pytest.skip("on this processor, OpenVINO sums in the same order whatever the threads")
    np.testing.assert_allclose(*answers, rtol=1e-3)


def test_a_shard_that_is_computed_again_is_the_same_file(small_network, photographs, tmp_path):
    out = tmp_path / "out"
    amalthea.distribute(photographs, small_network, out=out, shard_size=5, scores=True)
    before = everything(out)
    worker = ShardWorker(out, threads=1)
    for shard in (1, 0, 1):
        worker.finish(shard)
    assert everything(out) == before


def test_a_run_needs_nothing_but_its_folder_and_the_pictures(small_network, photographs, tmp_path, monkeypatch, home):
    model = shutil.copy(small_network, tmp_path / "model.onnx")
    monkeypatch.chdir(tmp_path)
    amalthea.distribute("photographs", model, out="out", shard_size=5)
    before = everything(tmp_path / "out")
    (tmp_path / "model.onnx").unlink()
    shutil.rmtree(home / "cache")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for shard in (0, 1):
        ShardWorker(tmp_path / "out").finish(shard)
    assert everything(tmp_path / "out") == before
