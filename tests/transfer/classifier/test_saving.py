"""Classifiers in files: to train on, for plain Keras, and for amalthea.load."""

import json
import os
import pickle
from pathlib import Path
from zipfile import ZipFile

import keras
import numpy as np
import onnx
import pytest
from sklearn.base import clone

import amalthea
from amalthea.catalog import ScalingSteps, scaling_steps
from amalthea.errors import AmaltheaError, ArgumentError, BrokenWeightsError, MissingFileError, StorageError
from amalthea.images import Preparation, scale
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.head import Head, attach
from tests.live_weights import set_live_weights
from tests.transfer.classifier.classes import coloured, small_network, write_coloured

PICTURES, NAMES = coloured(12)


@pytest.fixture
def fitted() -> ImageClassifier:
    """What fit makes, without training, so that it exists on every backend."""
    classifier = ImageClassifier(
        "MobileNet",
        scaling=1 / 127.5,
        hidden=(5,),
        class_weight=dict.fromkeys(["blue", "green", "red"], 2.0),
        weights=Path("x"),
    )
    classifier.model_ = attach(small_network(), None, Head(classes=3, hidden=(5,), dropout=0.5))
    set_live_weights(classifier.model_)
    classifier.classes_ = np.array(["blue", "green", "red"])
    classifier.preparation_ = Preparation(size=(32, 32), scaling=scaling_steps(1 / 127.5), interpolation="bicubic")
    classifier.variant_, classifier.history_, classifier.tuned_from_ = "MobileNet", {"loss": [1.5, 0.5]}, 1
    return classifier


def test_it_comes_back_as_it_was(fitted, tmp_path):
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    assert np.array_equal(loaded.predict_proba(PICTURES), fitted.predict_proba(PICTURES))
    assert loaded.predict(PICTURES).tolist() == fitted.predict(PICTURES).tolist()
    assert {**loaded.get_params(), "weights": Path("x")} == fitted.get_params()
    assert (loaded.preparation_, loaded.variant_, loaded.history, loaded.tuned_from_) == (
        fitted.preparation_,
        fitted.variant_,
        fitted.history,
        1,
    )
    trainable = [layer.trainable for layer in loaded.model_.layers[1:]]
    assert trainable == [layer.trainable for layer in fitted.model_.layers[1:]]
    assert set(trainable) == {False, True}


def test_plain_keras_loads_the_model(fitted, tmp_path):
    fitted.save(tmp_path / "pets.keras")
    model = keras.saving.load_model(tmp_path / "pets.keras")
    scaled = scale(PICTURES, fitted.preparation_.scaling)
    np.testing.assert_allclose(model.predict(scaled, verbose=0), fitted.predict_proba(PICTURES), atol=1e-5)


def test_one_file_for_prediction_alone(fitted, tmp_path):
    folder = write_coloured(tmp_path / "pictures", 9)
    fitted.save(tmp_path / "pets.onnx")
    loaded = amalthea.load(tmp_path / "pets.onnx")
    assert loaded.classes == ("blue", "green", "red")
    paths = sorted(folder.rglob("*.png"))
    np.testing.assert_allclose(np.stack(list(loaded.probabilities(paths))), fitted.predict_proba(paths), atol=1e-5)
    with pytest.raises(ArgumentError, match=r"pets.onnx is for prediction alone: amalthea.load opens it"):
        ImageClassifier.load(tmp_path / "pets.onnx")


@pytest.mark.single_backend
@pytest.mark.parametrize(
    "classes", [[3, 7, 9], [0.0, 1.0, 2.0], ["a", "b\n", '"Ü🐶"'], [False, True]], ids=["int", "float", "text", "bool"]
)
def test_classes_keep_their_type(fitted, tmp_path, classes):
    fitted.classes_ = np.array(classes)
    fitted.model_ = attach(small_network(), None, Head(classes=len(classes)))
    for name in ("pets.keras", "pets.onnx"):
        fitted.save(tmp_path / name)
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    assert loaded.classes_.dtype == fitted.classes_.dtype
    assert loaded.classes_.tolist() == classes
    assert amalthea.load(tmp_path / "pets.onnx").classes == tuple(map(str, classes))


@pytest.mark.single_backend
def test_parameters_that_are_objects_are_left_out(fitted, tmp_path):
    fitted.set_params(model=small_network(), optimizer=keras.optimizers.Adam(), scaling=ScalingSteps(divisor=2.0))
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    assert (loaded.model, loaded.optimizer, loaded.scaling) == (None, "adam", ScalingSteps(divisor=2.0))
    with pytest.raises(ArgumentError, match="model=None is neither a name"):
        loaded.fit(PICTURES, NAMES)


@pytest.mark.single_backend
def test_without_its_pictures_it_is_fine_tuned_on_others(fitted, tmp_path):
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    with pytest.raises(
        ArgumentError, match=r"loaded from a file or is a copy, without its pictures: give fine_tune\(X=...\)"
    ):
        loaded.fine_tune("conv_2")
    if keras.config.backend() == "openvino":
        pytest.skip("Keras' OpenVINO backend cannot train")
    loaded.fine_tune("conv_2", epochs=1, X=PICTURES, y=NAMES)
    assert len(loaded.history["loss"]) == 3


@pytest.mark.single_backend
def test_numbers_that_json_does_not_have(fitted, tmp_path):
    path = tmp_path / "pets.keras"
    fitted.history_ = {"loss": [1.5, np.nan, np.inf], "val_loss": [np.nan, np.nan, 0.5], "kept": [np.nan, np.nan, 3]}
    fitted.save(path)
    with ZipFile(path) as archive:
        written = json.loads(archive.read("amalthea.json"), parse_constant=pytest.fail)
    assert written["history"] == {"loss": [1.5, None, None], "val_loss": [None, None, 0.5], "kept": [None, None, 3]}
    history = ImageClassifier.load(path).history
    np.testing.assert_array_equal(history["loss"], [1.5, np.nan, np.nan])
    np.testing.assert_array_equal(history["kept"], [np.nan, np.nan, 3])
    with ZipFile(path) as old, ZipFile(tmp_path / "older.keras", "w") as older:
        for name in old.namelist():
            content = old.read(name)
            older.writestr(name, content.replace(b"null", b"NaN") if name == "amalthea.json" else content)
    np.testing.assert_array_equal(ImageClassifier.load(tmp_path / "older.keras").history["loss"], history["loss"])


def test_convolutions_by_group_stay_fast(fitted, tmp_path):
    """As our constructors make them: a step of ResNeXt takes seconds where Keras convolves all groups at once."""
    network = small_network()
    x = network.output
    for groups in (4, 16):  # of 16 channels
        x = keras.layers.Conv2D(64, 3, groups=groups, data_format="channels_last", name=f"groups_{groups}")(x)
    x = keras.layers.Conv2D(64, 1, groups=64, data_format="channels_last", name="groups_64")(x)
    fitted.model_ = attach(keras.Model(network.input, x), None, Head(classes=3))
    set_live_weights(fitted.model_)
    fitted.save(tmp_path / "pets.keras")
    loaded = ImageClassifier.load(tmp_path / "pets.keras")
    slow = keras.config.backend() in ("tensorflow", "jax")
    for copy in (loaded, pickle.loads(pickle.dumps(fitted)), clone(ImageClassifier(fitted.model_))):
        model = getattr(copy, "model_", copy.model)
        ours = [layer.name for layer in model.layers if "convolution_op" in vars(layer)]
        assert ours == (["groups_4", "groups_16"] if slow else [])
    x = scale(PICTURES, fitted.preparation_.scaling)
    wanted, found = (keras.ops.convert_to_numpy(one.model_(x, training=False)) for one in (fitted, loaded))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6)
    np.testing.assert_allclose(loaded.predict_proba(PICTURES), fitted.predict_proba(PICTURES), rtol=0, atol=1e-6)


@pytest.mark.single_backend
def test_the_file_for_prediction_names_the_network(fitted, tmp_path):
    for variant, written in (("MobileNet", "MobileNet"), ("", None)):
        fitted.variant_ = variant
        fitted.save(tmp_path / "pets.onnx")
        [entry] = onnx.load(tmp_path / "pets.onnx").metadata_props[:1]
        assert json.loads(entry.value)["provenance"]["variant"] == written


@pytest.mark.single_backend
def test_a_layer_that_keras_does_not_know_is_no_damage(fitted, tmp_path):
    class Own(keras.layers.Layer):
        def call(self, x):
            return x

    path, network = tmp_path / "pets.keras", small_network()
    fitted.model_ = attach(keras.Model(network.input, Own(name="own")(network.output)), None, Head(classes=3))
    fitted.save(path)
    with pytest.raises(ArgumentError, match=r"pets.keras holds layers .* not know here: Own. Put @keras.saving.regis"):
        ImageClassifier.load(path)
    with keras.saving.custom_object_scope({"Own": Own}):
        assert isinstance(ImageClassifier.load(path).model_.get_layer("own"), Own)


@pytest.mark.single_backend
def test_what_is_no_classifier(fitted, tmp_path):
    path = tmp_path / "pets.keras"
    with pytest.raises(MissingFileError, match=r"There is no file .*pets.keras"):
        ImageClassifier.load(path)
    fitted.model_.save(path)
    with pytest.raises(ArgumentError, match=r"holds a model, but no classes: .* keras.saving.load_model opens it"):
        ImageClassifier.load(path)
    path.write_bytes(b"something else")
    with pytest.raises(BrokenWeightsError, match=r"is no .keras file, or is damaged"):
        ImageClassifier.load(path)
    for name in ("pets", "pets.h5", "pets.KERAS.zip"):
        with pytest.raises(ArgumentError, match=r"end the name in .keras, to train on, or in .onnx"):
            fitted.save(tmp_path / name)
    with pytest.raises(ArgumentError, match="Call fit before it can be saved"):
        ImageClassifier().save(path)


@pytest.mark.single_backend
def test_a_file_of_a_newer_version_says_so(fitted, tmp_path):
    path, newer = tmp_path / "pets.keras", tmp_path / "newer.keras"
    fitted.save(path)
    with ZipFile(path) as old, ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "amalthea.json":
                content = json.dumps({**json.loads(content), "format": 2, "amalthea": "9.0"}).encode()
            new.writestr(name, content)
    with pytest.raises(ArgumentError, match=r"was written by Amalthea 9.0 in format 2; this one reads format 1"):
        ImageClassifier.load(newer)


@pytest.mark.single_backend
def test_an_older_file_does_not_tell_where_fine_tuning_began(fitted, tmp_path):
    fitted.save(tmp_path / "pets.keras")
    with ZipFile(tmp_path / "pets.keras") as new, ZipFile(tmp_path / "older.keras", "w") as older:
        for name in new.namelist():
            content = new.read(name)
            older.writestr(name, content.replace(b"tuned_from", b"unknown") if name == "amalthea.json" else content)
    assert ImageClassifier.load(tmp_path / "pets.keras").tuned_from_ == 1
    assert ImageClassifier.load(tmp_path / "older.keras").tuned_from_ is None


@pytest.mark.single_backend
def test_damage_is_an_error_of_ours_or_changes_nothing(fitted, tmp_path):
    """Bits flipped all over the file, and the file cut off: never another exception, never other answers."""
    path = tmp_path / "pets.keras"
    fitted.save(path)
    whole, answers = path.read_bytes(), fitted.predict_proba(PICTURES)
    damaged = []
    for place in range(0, len(whole), len(whole) // 40):
        flipped = bytearray(whole)
        flipped[place] ^= 0x40
        damaged += [bytes(flipped), whole[:place]] if place % 2 else [bytes(flipped)]
    errors = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            loaded = ImageClassifier.load(path)
        except AmaltheaError:
            errors += 1
        else:
            assert np.array_equal(loaded.predict_proba(PICTURES), answers)
    assert errors > len(damaged) / 2


@pytest.mark.single_backend
@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(fitted, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Cannot write into"):
        fitted.save(tmp_path / "pets.keras")


@pytest.mark.single_backend
def test_a_file_where_a_folder_should_be(fitted, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Cannot write into"):
        fitted.save(tmp_path / "file" / "pets.keras")
