"""Every picture is held back once; each crosses the network once; the folds' classifiers become one."""

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.transfer import ImageClassifier, cross_validate
from tests.transfer.classifier.classes import classifier, coloured, weights, write_coloured

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

PICTURES, NAMES = coloured(24)
FEW = {"epochs": 3, "hidden": (4,), "learning_rate": 0.02}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A cache folder that lives as long as the cross-validation which all tests look at."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AMALTHEA_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def found(kept):
    return cross_validate(classifier(**FEW), PICTURES, NAMES, k=3)


def test_predictions_are_those_of_scikit_learns_own_cross_validation(found):
    splits = StratifiedKFold(3, shuffle=True, random_state=0)
    theirs = cross_val_predict(classifier(**FEW), PICTURES, NAMES, cv=splits, method="predict_proba")
    assert theirs.std(axis=0).min() > 0.01
    np.testing.assert_allclose(found.predictions, theirs, rtol=0, atol=1e-3)
    held = [np.flatnonzero(found.folds == number).tolist() for number in range(3)]
    assert held == [part.tolist() for _, part in splits.split(NAMES, NAMES)]
    assert found.report.accuracy == np.mean(
        found.predictions.argmax(axis=1) == np.unique(NAMES, return_inverse=True)[1]
    )


@pytest.mark.single_backend
def test_each_fold_has_a_classifier_of_its_own(found):
    for number, one in enumerate(found.classifiers):
        held = found.folds == number
        np.testing.assert_allclose(one.predict_proba(PICTURES[held]), found.predictions[held], rtol=0, atol=1e-4)
        assert one.history["val_accuracy"][-1] == pytest.approx(found.accuracies[number])
    layers = [{id(layer) for layer in one.model_.layers} for one in found.classifiers]
    assert not layers[0] & layers[1]
    assert weights(found.classifiers[0].model_).keys() == weights(found.classifiers[1].model_).keys()


@pytest.mark.single_backend
def test_folds_of_a_network_by_name_share_it_until_they_are_asked_for(computed):
    """It has random weights, which are drawn once."""
    unfitted = ImageClassifier("MobileNet", alpha=0.25, weights=None, epochs=1, learning_rate=0.1)
    found = cross_validate(unfitted, PICTURES, NAMES, k=2)
    assert sum(computed) == 24 + 24
    shared, whole = [one.model_ for one in found.fitted], found.ensemble()
    assert shared[0].get_layer("conv1") is shared[1].get_layer("conv1")
    one, other = found.classifiers
    assert (one.model, one.alpha, one.variant_, other.model) == ("MobileNet", 0.25, "MobileNet", "MobileNet")
    assert not {id(layer) for layer in one.model_.layers} & {id(layer) for layer in other.model_.layers}
    assert not other.model_.get_layer("conv1").trainable
    for number, fold in enumerate(found.classifiers):
        held = found.folds == number
        np.testing.assert_allclose(fold.predict_proba(PICTURES[held]), found.predictions[held], rtol=0, atol=1e-4)
    mean = np.mean([fold.predict_proba(PICTURES) for fold in found.classifiers], axis=0)
    np.testing.assert_allclose(whole.predict_proba(PICTURES), mean, rtol=0, atol=1e-5)


def test_the_ensemble_answers_with_the_mean(found, tmp_path):
    whole = found.ensemble()
    each = np.stack([one.predict_proba(PICTURES) for one in found.classifiers])
    mean = each.mean(axis=0)
    assert each.std(axis=0).max() > 1e-3
    np.testing.assert_allclose(whole.predict_proba(PICTURES), mean, rtol=0, atol=1e-5)
    right = whole.classes_[mean.argmax(axis=1)] == NAMES
    assert whole.evaluate(PICTURES, NAMES).accuracy == pytest.approx(right.mean())
    assert whole.history == {}
    whole.save(tmp_path / "whole.onnx")
    shown = amalthea.load(tmp_path / "whole.onnx")
    assert shown.classes == ("blue", "green", "red")
    np.testing.assert_allclose(shown(PICTURES), mean, rtol=0, atol=1e-5)
    whole.save(tmp_path / "whole.keras")
    loaded = ImageClassifier.load(tmp_path / "whole.keras")
    np.testing.assert_allclose(loaded.predict_proba(PICTURES), mean, rtol=0, atol=1e-5)


@pytest.mark.single_backend
def test_the_ensemble_can_be_trained_on_without_the_folds(found):
    whole, before = found.ensemble(), weights(found.classifiers[0].model_)
    learned = weights(whole.model_)
    whole.fine_tune("conv_2", epochs=1, learning_rate=1e-3, X=PICTURES, y=NAMES)
    after = weights(whole.model_)
    assert all(np.array_equal(before[path], value) for path, value in weights(found.classifiers[0].model_).items())
    assert np.array_equal(learned["conv_1/kernel"], after["conv_1/kernel"])
    assert not whole.model_.get_layer("conv_1").trainable


@pytest.mark.single_backend
def test_each_picture_crosses_the_network_once(computed):
    found = cross_validate(classifier(epochs=1), PICTURES, NAMES, k=2)
    assert sum(computed) == 24 + 24  # through the network; and those of each fold through its head
    computed.clear()
    assert found.ensemble().score(PICTURES, NAMES) >= 0
    assert sum(computed) == 24  # through the heads: its frozen network is known to be the same


@pytest.mark.single_backend
def test_files_of_which_one_is_broken(tmp_path):
    folder = write_coloured(tmp_path, 12)
    paths = sorted(folder.rglob("*.png"))
    paths[5].write_bytes(b"no picture")
    unfitted = classifier(epochs=1, on_error="skip")
    with pytest.warns(AmaltheaWarning, match="1 of 12 pictures cannot be used and are left out") as told:
        found = cross_validate(unfitted, folder, k=2)
    assert [warning.category for warning in told].count(AmaltheaWarning) == 1
    assert np.flatnonzero(found.folds < 0).tolist() == [5]
    assert np.isnan(found.predictions[5]).all()
    assert np.isfinite(np.delete(found.predictions, 5, axis=0)).all()
    assert (found.report.skipped, sum(found.report.support)) == (1, 11)
    assert not hasattr(unfitted, "model_")


class Soaring(keras.optimizers.schedules.LearningRateSchedule):
    """Beyond all from the third step on."""

    def __call__(self, step):
        return keras.ops.where(step < 2, 0.01, float("inf"))

    def get_config(self):
        return {}


@pytest.mark.single_backend
def test_a_fold_that_diverged_is_told():
    """In an epoch after the first one, of which a training only warns."""
    unfitted = classifier(epochs=4, optimizer="sgd", schedule=Soaring())
    with (
        pytest.warns(AmaltheaWarning, match="Training diverged"),
        pytest.raises(ArgumentError, match=r"Fold 1 diverged: some of its probabilities.* Give a lower learning rate"),
    ):
        cross_validate(unfitted, PICTURES, NAMES, k=2)


@pytest.mark.single_backend
def test_it_goes_on_with_what_is_kept_of_each_fold(caplog):
    wanted = {"fine_tune": {"from_layer": "conv_2", "epochs": 2, "learning_rate": 1e-3}, "k": 2}
    first = cross_validate(classifier(**FEW), PICTURES, NAMES, **wanted)
    with caplog.at_level("INFO", "amalthea"):
        again = cross_validate(classifier(**FEW), PICTURES, NAMES, resume=True, **wanted)
    np.testing.assert_array_equal(again.predictions, first.predictions)
    told = [record.getMessage() for record in caplog.records]
    assert sum("its result is taken" in message for message in told) == 2 * 2, told


@pytest.mark.single_backend
def test_folds_are_fine_tuned_and_their_ensemble_is_apart_from_there_on():
    groups = np.arange(24) // 2
    wanted = {"from_layer": "conv_2", "epochs": 1, "learning_rate": 1e-3}
    found = cross_validate(classifier(epochs=2), PICTURES, NAMES, k=2, groups=groups, fine_tune=wanted)
    assert [one.tuned_from_ for one in found.classifiers] == [2, 2]
    assert all(len(set(found.folds[groups == group])) == 1 for group in groups)
    whole = found.ensemble()
    mean = np.mean([one.predict_proba(PICTURES) for one in found.classifiers], axis=0)
    np.testing.assert_allclose(whole.predict_proba(PICTURES), mean, rtol=0, atol=1e-5)
    one, other = (one.model_.get_layer("conv_2").get_weights()[0] for one in found.classifiers)
    names = {layer.name for layer in whole.model_.layers}
    assert ("conv_2_fold_2" in names) == (not np.array_equal(one, other))
    assert "conv_1_fold_2" not in names


@pytest.mark.single_backend
def test_refusals_before_anything_is_computed(computed):
    own, untrained = classifier(epochs=1), ImageClassifier("MobileNet", alpha=0.25, weights=None)
    with pytest.raises(ArgumentError, match=r"allowed is an amalthea\.ImageClassifier"):
        cross_validate("MobileNet", PICTURES, NAMES)
    with pytest.raises(TypeError, match="blokcs"):
        cross_validate(own, PICTURES, NAMES, fine_tune={"blokcs": 2})
    with pytest.raises(ArgumentError, match="fine_tune holds X, y: each fold is fine-tuned with its own pictures"):
        cross_validate(own, PICTURES, NAMES, fine_tune={"X": PICTURES, "y": NAMES})
    with pytest.raises(ArgumentError, match="k=9, but the class 'blue' has 8 usable pictures"):
        cross_validate(own, PICTURES, NAMES, k=9)
    with pytest.raises(ArgumentError, match=r"groups of shape \(3,\) for 24 pictures"):
        cross_validate(own, PICTURES, NAMES, groups=[1, 2, 3])
    with pytest.raises(ArgumentError, match=r"The values of the pictures lie in \[0, 1\]"):
        cross_validate(untrained, PICTURES / 255, NAMES)
    with pytest.raises(ArgumentError, match="has no layer 'block9z'"):
        cross_validate(untrained, PICTURES, NAMES, fine_tune={"from_layer": "block9z"})
    assert computed == []


@pytest.mark.single_backend
def test_no_picture_that_can_be_read(tmp_path):
    folder = write_coloured(tmp_path, 6)
    for path in folder.rglob("*.png"):
        path.write_bytes(b"no picture")
    with (
        pytest.warns(AmaltheaWarning, match="6 of 6 pictures cannot be used"),
        pytest.raises(ArgumentError, match="None of the pictures can be read"),
    ):
        cross_validate(classifier(epochs=1, on_error="skip"), folder, k=2)
    Image.new("RGB", (32, 32)).save(next(folder.rglob("*.png")))
