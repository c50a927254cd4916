"""A classifier that learns from augmented pictures, and answers for pictures as they are."""

import json
from zipfile import ZipFile

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.images import Augmentation
from amalthea.transfer import ImageClassifier
from amalthea.transfer.classifier import crossing
from amalthea.transfer.features.network import FrozenNetwork
from amalthea.transfer.training.batches import Batches
from tests.transfer.classifier.classes import classifier, coloured, moved, small_network, weights, write_coloured

pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

TURNS = Augmentation(rotation=40, width_shift=0.2, zoom=(0.7, 1.3), horizontal_flip=True)


def same(one: ImageClassifier, other: ImageClassifier) -> bool:
    """Whether two classifiers learned the same."""
    losses = (fitted.history["loss"] for fitted in (one, other))
    return np.allclose(*losses, rtol=1e-4)


def test_live_pictures_and_as_many_versions_as_epochs_are_the_same(computed):
    pictures, names = coloured(30)
    validation = coloured(15, seed=1)
    live = classifier(augment="live", augmentation=TURNS, epochs=3).fit(pictures, names, validation)
    assert sum(computed) == 3 * 30 + 15  # pictures to validate with cross the network once
    computed.clear()
    kept = classifier(augment=3, augmentation=TURNS, epochs=3).fit(pictures, names, validation)
    assert sum(computed) == 3 * 30
    assert same(live, kept)
    plain = classifier(epochs=3).fit(pictures, names, validation)
    assert not same(live, plain)
    assert {name: len(values) for name, values in live.history.items()} == dict.fromkeys(
        ["loss", "accuracy", "val_loss", "val_accuracy"], 3
    )


@pytest.mark.single_backend
def test_versions_are_computed_once_and_come_in_turn(tmp_path, computed):
    folder = write_coloured(tmp_path, 24)
    two, four = (classifier(augment=augment, augmentation=TURNS, epochs=4).fit(folder) for augment in (2, 4))
    assert sum(computed) == 4 * 24
    losses, others = two.history["loss"], four.history["loss"]
    np.testing.assert_allclose(losses[:2], others[:2], rtol=1e-4)
    assert losses[2] != pytest.approx(others[2], rel=1e-4)
    computed.clear()
    classifier(augment=2, augmentation=TURNS, epochs=2, hidden=(8,)).fit(folder)
    assert computed == []


@pytest.mark.single_backend
def test_versions_that_no_epoch_takes_are_not_computed(computed):
    pictures, names = coloured(12)
    fitted = classifier(augment=10, augmentation=TURNS, epochs=2).fit(pictures, names, validation=coloured(6, seed=1))
    assert sum(computed) == 2 * 12 + 6
    live = classifier(augment="live", augmentation=TURNS, epochs=2).fit(pictures, names)
    for tuned in (fitted, live):
        tuned.fine_tune("conv_2", epochs=1, X=pictures, y=names)
    assert same(fitted, live)


@pytest.mark.single_backend
def test_live_pictures_and_those_to_validate_with_cross_one_network(monkeypatch):
    made, make = [], FrozenNetwork.__init__
    monkeypatch.setattr(FrozenNetwork, "__init__", lambda self, *given: made.append(self) or make(self, *given))
    classifier(augment="live", epochs=1).fit(*coloured(12), validation=coloured(6, seed=1))
    assert len(made) == 1


@pytest.mark.single_backend
def test_only_pictures_in_the_range_of_pixels_get_brighter():
    pictures, names = coloured(12)
    brighter = classifier(scaling=1, augment="live", augmentation=Augmentation(brightness=(0.8, 1.2)), epochs=1)
    with pytest.raises(ArgumentError, match=r"clips values to \[0, 255\], but those of the pictures lie in \[-1, 1\]"):
        brighter.fit(pictures / 127.5 - 1, names)
    brighter.fit(pictures.astype(np.float32), names).predict(pictures / 127.5 - 1)
    brighter.set_params(augmentation=TURNS).fit(pictures / 127.5 - 1, names)


@pytest.mark.single_backend
def test_the_folds_of_a_cross_validation_share_the_versions(tmp_path, computed):
    folder = write_coloured(tmp_path, 24)
    paths = sorted(folder.rglob("*.png"))
    names = [path.parent.name for path in paths]
    changing = classifier(augment=2, augmentation=TURNS, epochs=2)
    assert clone(changing).augmentation == TURNS
    cross_val_score(changing, list(map(str, paths)), names, cv=3)
    # Two versions of each picture, each as it is to be judged by, and these through the head.
    assert sum(computed) == 24 * 2 + 24 + 24


@pytest.mark.single_backend
def test_answers_are_for_pictures_as_they_are(monkeypatch):
    pictures, names = coloured(30)
    fitted = classifier(augment="live", augmentation=TURNS).fit(pictures, names, validation=(pictures[:9], names[:9]))
    monkeypatch.setattr(Augmentation, "draw", lambda *_: pytest.fail("augmented"))
    plain = classifier(epochs=1).fit(pictures, names)
    plain.model_.set_weights(fitted.model_.get_weights())
    assert np.array_equal(fitted.predict_proba(pictures), plain.predict_proba(pictures))
    assert fitted.evaluate(pictures, names) == plain.evaluate(pictures, names)
    assert fitted.score(pictures[:9], names[:9]) == pytest.approx(fitted.history["val_accuracy"][-1])
    assert fitted.score(pictures, names) == 1


@pytest.mark.single_backend
def test_fine_tuning_goes_on_with_other_versions(computed, monkeypatch):
    versions = []
    draw = Augmentation.draw

    def drawn(self, height, width, generator):
        versions.append(generator.bit_generator.seed_seq.spawn_key[0])
        return draw(self, height, width, generator)

    monkeypatch.setattr(Augmentation, "draw", drawn)
    pictures, names = coloured(12)
    fitted = classifier(augment="live", epochs=2).fit(pictures, names)
    assert set(versions) == {0, 1}
    versions.clear()
    before = weights(fitted.model_)
    fitted.fine_tune("conv_2", epochs=2, learning_rate=1e-3)
    assert set(versions) == {2, 3}
    assert moved(before, weights(fitted.model_)) == {"conv_2", "head_scores"}
    fitted.set_params(augment=None)
    versions.clear()
    fitted.fine_tune("conv_2", epochs=1)
    assert versions == []


@pytest.mark.single_backend
def test_fine_tuning_without_validation_judges_pictures_as_they_are():
    """The weights of before are kept, so that the loss of before is, too."""
    pictures, names = coloured(30)
    for augment in ("live", 2):
        fitted = classifier(augment=augment, augmentation=TURNS, epochs=4).fit(pictures, names)
        before = weights(fitted.model_)
        fitted.fine_tune("conv_1", learning_rate=30.0, epochs=2)
        assert moved(before, weights(fitted.model_)) == set()


@pytest.mark.parametrize(("augment", "data_format"), [("live", "channels_first"), (2, "channels_last")])
def test_a_network_that_trains_whole(augment, data_format, tmp_path):
    network = small_network(data_format, trainable=True)
    before = weights(network)
    folder = write_coloured(tmp_path, 24)
    fitted = classifier(model=network, augment=augment, epochs=2).fit(folder, validation=0.25)
    assert moved(before, weights(network)) == {"conv_1", "bn_1", "conv_2"}
    assert len(fitted.history["loss"]) == 2


@pytest.mark.single_backend
@pytest.mark.parametrize(("augment", "trainable"), [("live", False), ("live", True), (2, False)])
def test_files_that_cannot_be_used(augment, trainable, tmp_path):
    folder = write_coloured(tmp_path, 24)
    without = classifier(model=small_network(trainable=trainable), augment=augment, epochs=1).fit(folder)
    (folder / "blue" / "000.txt.png").write_bytes(b"no picture")
    changing = classifier(model=small_network(trainable=trainable), augment=augment, epochs=1)
    with pytest.raises(ImageError, match=r"000\.txt\.png"):
        changing.fit(folder)
    with pytest.warns(UserWarning, match=r"1 of 25 pictures cannot be used and are left out:\n.*000\.txt"):
        changing.set_params(on_error="skip").fit(folder)
    assert same(without, changing)


@pytest.fixture
def little_room(monkeypatch):
    """For five pictures."""
    original = crossing.PicturesInMemory
    monkeypatch.setattr(crossing, "PicturesInMemory", lambda *arguments: original(*arguments, room=5 * 32 * 32 * 3))


@pytest.mark.single_backend
def test_files_without_room_in_memory_are_read_again(tmp_path, little_room):
    folder = write_coloured(tmp_path, 24)
    again, kept = (classifier(augment=augment, epochs=2).fit(folder) for augment in ("live", 2))
    assert same(again, kept)


def test_a_file_that_goes_while_pictures_are_learned_from(tmp_path, little_room, monkeypatch):
    folder, shuffle = write_coloured(tmp_path, 24), Batches.shuffle
    gone = folder / "red" / "023.png"

    def removing(batches: Batches, epoch: int) -> None:
        if epoch == 1:
            gone.unlink()
        shuffle(batches, epoch)

    monkeypatch.setattr(Batches, "shuffle", removing)
    with pytest.raises(MissingFileError, match=r"red/023\.png"):
        classifier(augment="live").fit(folder)


@pytest.mark.single_backend
def test_the_file_of_a_classifier_keeps_how_it_augments(tmp_path):
    fitted = classifier(augment=2, augmentation=TURNS, epochs=1, dropout=0.0).fit(*coloured(12))
    fitted.save(tmp_path / "c.keras")
    with ZipFile(tmp_path / "c.keras") as archive:
        assert json.loads(archive.read("amalthea.json"))["parameters"]["augment"] == 2
    loaded = ImageClassifier.load(tmp_path / "c.keras")
    assert (loaded.augment, loaded.augmentation) == (2, TURNS)
    pictures, names = coloured(12, seed=3)
    tuned = loaded.fine_tune("conv_2", epochs=1, X=pictures, y=names)
    assert tuned.history["loss"][1] == pytest.approx(
        fitted.fine_tune("conv_2", epochs=1, X=pictures, y=names).history["loss"][1], rel=1e-3
    )


@pytest.mark.single_backend
def test_ctrl_c_while_pictures_are_augmented(monkeypatch):
    shuffle = Batches.shuffle

    def interrupted(batches: Batches, epoch: int) -> None:
        if epoch == 2:
            raise KeyboardInterrupt
        shuffle(batches, epoch)

    stopped = classifier(augment="live")
    with monkeypatch.context() as patched:
        patched.setattr(Batches, "shuffle", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stopped.fit(*coloured(30))
    assert len(stopped.history["loss"]) == 2
    assert stopped.predict(coloured(3)[0]).shape == (3,)


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"augment": "always"}, "augment='always'; allowed are None, 'live', and how many versions"),
        ({"augment": 0}, "augment=0; allowed"),
        ({"augment": True}, "augment=True; allowed"),
        ({"augment": 1.5}, "augment=1.5; allowed"),
        ({"augmentation": TURNS}, "augmentation= says how, but augment=None not to augment"),
        ({"augment": 2, "augmentation": {"rotation": 40}}, r"augmentation=\{'rotation': 40\}; allowed are an amalthea"),
        ({"feature_dtype": "float64"}, "feature_dtype='float64'; allowed: 'float32', 'float16'"),
    ],
)
def test_parameters_that_cannot_be_used(parameters, message):
    with pytest.raises(ArgumentError, match=message):
        classifier(**parameters).fit(*coloured(6))


@pytest.mark.single_backend
def test_features_in_half_the_room(home):
    def size() -> int:
        return sum(path.stat().st_size for path in (home / "cache").rglob("records.bin"))

    pictures, names = coloured(30)
    exact = classifier(epochs=2).fit(pictures, names)
    whole = size()
    rounded = classifier(epochs=2, feature_dtype="float16").fit(pictures, names)
    assert size() - whole == whole // 2
    np.testing.assert_allclose(rounded.history["loss"], exact.history["loss"], rtol=1e-2)
