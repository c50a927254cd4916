"""`amalthea features`, with real weights and real photographs."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import amalthea
from amalthea.applications import MobileNet, mobilenet
from amalthea.apps.predict import DEMO
from amalthea.preprocessing.image import img_to_array, load_img
from amalthea.storage import file_hashes
from tests.apps.commands import call, succeed


def features(*arguments):
    return call("features", *arguments)


@pytest.mark.parametrize(
    ("options", "layer"),
    [([], "conv_pw_13_relu"), (["--layer", "conv_pw_5_relu"], "conv_pw_5_relu"), (["--layer", "predictions"], None)],
)
def test_they_are_those_of_the_model(options, layer, quarter, test_data, tmp_path):
    import keras

    paths = [test_data / "images" / name for name in ("parrot.jpg", "elephant.jpg")]
    answer = features(*paths, *quarter, *options, "--pooling", "none", "--out", tmp_path / "features.npz")
    assert answer.exit_code == 0, answer.output
    held = np.load(tmp_path / "features.npz")
    assert held["paths"].tolist() == list(map(str, paths))

    model = MobileNet(alpha=0.25, weights=quarter[-1])
    pixels = mobilenet.preprocess_input(
        np.stack([img_to_array(load_img(path, target_size=(224, 224))) for path in paths])
    )
    part = keras.Model(model.input, model.get_layer(layer).output) if layer else model
    expected = part.predict(pixels, verbose=0)
    assert held["features"].shape == expected.shape
    np.testing.assert_allclose(held["features"], expected, rtol=1e-3, atol=1e-3 * expected.std())
    assert np.abs(expected[0] - expected[1]).max() > 0.1


def test_a_row_of_numbers_for_each_picture_of_a_folder(quarter, test_data, tmp_path):
    answer = features(test_data / "images", *quarter, "--out", tmp_path / "features.npz")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == f"Written: {tmp_path / 'features.npz'}, 7 pictures, 256 numbers each\n"
    whole = features(test_data / "images", *quarter, "--pooling", "none", "--out", tmp_path / "whole.npz")
    assert whole.stdout == f"Written: {tmp_path / 'whole.npz'}, 7 pictures, 7 × 7 × 256 numbers each\n"
    maps = np.load(tmp_path / "whole.npz")["features"]
    assert maps.shape == (7, 7, 7, 256)
    np.testing.assert_allclose(np.load(tmp_path / "features.npz")["features"], maps.mean(axis=(1, 2)), atol=1e-4)


@pytest.mark.single_backend
def test_features_of_a_classifier_of_ones_own(trains, pets, quarter, tmp_path):
    """Those before its scores, or of any layer, under either name of the option."""
    import keras

    trained, out = tmp_path / "pets.keras", tmp_path / "features.npz"
    succeed("train", pets / "train", *quarter, "--hidden", 8, "--epochs", 1, "--out", trained)
    assert "8 numbers each" in succeed("features", DEMO, "--model", trained, "--out", out).stdout
    model = amalthea.ImageClassifier.load(trained).model_
    pixels = mobilenet.preprocess_input(img_to_array(load_img(DEMO, target_size=(224, 224)))[None])
    expected = keras.Model(model.input, model.get_layer("head_hidden_1").output).predict(pixels, verbose=0)
    np.testing.assert_allclose(np.load(out)["features"], expected, rtol=1e-3, atol=1e-3 * expected.std())
    for option in ("--layer", "--features"):
        answer = succeed("features", DEMO, "--model", trained, option, "conv_pw_5_relu", "--out", out)
        assert "1 picture, 64 numbers each" in answer.stdout
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    succeed("features", DEMO, "--model", trained, "--out", tmp_path / "folder")
    [found] = parquet.read_table(tmp_path / "folder" / "part-00000.parquet").column("features").to_pylist()
    np.testing.assert_allclose(found, expected[0], rtol=1e-3, atol=1e-3 * expected.std())


def test_a_table_for_pandas(quarter, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    answer = features(DEMO, *quarter, "--pooling", "max", "--out", tmp_path / "features.parquet")
    assert answer.exit_code == 0, answer.output
    features(DEMO, *quarter, "--pooling", "max", "--out", tmp_path / "features.npz")
    table = parquet.read_table(tmp_path / "features.parquet")
    assert table.column("path").to_pylist() == [str(DEMO)]
    expected = np.load(tmp_path / "features.npz")["features"]
    np.testing.assert_array_equal(np.array(table.column("features").to_pylist(), np.float32), expected)


@pytest.mark.single_backend
def test_what_is_no_picture_is_named_and_the_others_are_written(quarter, tmp_path):
    pets = tmp_path / "pets"
    pets.mkdir()
    shutil.copy(DEMO, pets / "cat.jpg")
    (pets / "broken.jpg").write_text("not a picture")
    (pets / "phone.heic").touch()
    answer = features(pets, "nowhere.jpg", *quarter, "--pooling", "avg", "--out", tmp_path / "features.npz")
    assert answer.exit_code == 1
    assert np.load(tmp_path / "features.npz")["paths"].tolist() == [str(pets / "cat.jpg")]
    skipped, first, second, counted = answer.stderr.splitlines()
    assert skipped == "Skipped: 1 .heic. They cannot be read here; convert them to JPEG or PNG."
    assert first.startswith(f"Error: {pets / 'broken.jpg'} is no picture")
    assert second.startswith("Error: There is no file nowhere.jpg")
    assert counted == "Error: 2 of 3 pictures cannot be used."

    answer = features(pets / "broken.jpg", *quarter, "--out", tmp_path / "none.npz")
    assert answer.exit_code == 1
    assert "1 of 1 pictures cannot be used" in answer.stderr
    assert not (tmp_path / "none.npz").exists()


@pytest.mark.single_backend
def test_ctrl_c_says_how_to_go_on(quarter, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("amalthea.transfer.features.extraction.Keeper.add", interrupted)
    answer = features(DEMO, *quarter, "--out", tmp_path / "features.npz")
    assert answer.exit_code == 130
    assert answer.stderr.endswith("Stopped. What was computed is kept: the same command goes on from there.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--out", "features.npz"], 2, "Missing argument 'IMAGE...'"),
        ([DEMO], 2, "Missing option '--out'"),
        ([DEMO, "--out", "features.csv"], 2, "features.csv must end in .npz or .parquet, which chooses the format."),
        ([DEMO, "--out", "folder.npz"], 2, "folder.npz is a folder."),
        ([DEMO, "--out", "f.npz", "--layer", "block5_swich"], 1, "block5_swich"),
    ],
)
def test_mistakes_are_told_before_the_work(arguments, status, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder.npz").mkdir()
    answer = features(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert words in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["folder.npz"]


@pytest.mark.single_backend
def test_verify_reads_files_that_look_unchanged(quarter, test_data, tmp_path, monkeypatch):
    """Here by taking the new file for the old one, which no real file system makes easy."""
    monkeypatch.setattr(file_hashes, "identity", lambda status: [0, 0, 0, 0])
    monkeypatch.setattr(file_hashes, "settled", lambda status: True)
    picture, out = tmp_path / "picture.jpg", tmp_path / "features.npz"

    def written(name, *options):
        shutil.copy(test_data / "images" / name, picture)
        succeed("features", picture, *quarter, *options, "--out", out)
        return np.load(out)["features"]

    parrot = written("parrot.jpg")
    np.testing.assert_array_equal(written("elephant.jpg"), parrot)
    assert np.abs(written("elephant.jpg", "--verify") - parrot).max() > 0.1
