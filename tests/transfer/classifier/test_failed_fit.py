"""After a fit that failed, a classifier is what it was before."""

import keras
import numpy as np
import pytest
from sklearn.utils.validation import check_is_fitted

from amalthea.errors import ArgumentError, ImageError
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.batches import Batches
from tests.transfer.classifier.classes import classifier, coloured, moved, weights, write_coloured

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]


@pytest.fixture
def broken(tmp_path):
    """A folder whose last file is no picture."""
    folder = write_coloured(tmp_path / "broken", 12)
    (folder / "red" / "zz.png").write_bytes(b"no picture")
    return folder


def interrupt(monkeypatch, at_epoch: int, problem: type[BaseException] = KeyboardInterrupt) -> None:
    """Let Ctrl-C come before an epoch, or another problem."""
    shuffle = Batches.shuffle

    def interrupted(batches: Batches, epoch: int) -> None:
        if epoch == at_epoch:
            raise problem
        shuffle(batches, epoch)

    monkeypatch.setattr(Batches, "shuffle", interrupted)


def test_a_first_fit_that_fails_leaves_nothing(broken, tmp_path):
    unfitted = classifier()
    before = dict(vars(unfitted))
    with pytest.raises(ImageError, match=r"zz.png"):
        unfitted.fit(broken)
    assert vars(unfitted) == before
    with pytest.raises(ArgumentError, match="Call fit before"):
        unfitted.predict(coloured(3)[0])
    with pytest.raises(ArgumentError, match="Call fit before it can be saved"):
        unfitted.save(tmp_path / "pets.onnx")
    with pytest.raises(ArgumentError, match="fine_tune comes after fit"):
        unfitted.fine_tune("conv_2")


def test_a_good_classifier_survives_a_fit_that_fails(broken):
    pictures, names = coloured(30)
    good = classifier().fit(pictures, names)
    before, answers = dict(vars(good)), good.predict_proba(pictures)
    for failing in ((broken,), (pictures[:, :16], names), (pictures[:2], names[:2], coloured(9))):
        with pytest.raises((ImageError, ArgumentError)):
            good.fit(*failing)
    assert {**vars(good), "_ready": None} == {**before, "_ready": None}
    assert np.array_equal(good.predict_proba(pictures), answers)
    assert good.fine_tune("conv_2", epochs=1).score(pictures, names) == 1


@pytest.mark.parametrize("at_epoch", [0, 2])
@pytest.mark.parametrize("problem", [OSError, KeyboardInterrupt])
def test_fine_tuning_that_fails_changes_nothing(monkeypatch, problem, at_epoch):
    """But Ctrl-C after an epoch keeps what was learned."""
    pictures, names = coloured(30)
    tuned = classifier().fit(pictures, names)
    before, model, history = dict(vars(tuned)), weights(tuned.model_), tuned.history
    interrupt(monkeypatch, at_epoch, problem)
    with pytest.raises(problem):
        tuned.fine_tune("conv_2", learning_rate=0.01, epochs=9)
    if problem is KeyboardInterrupt and at_epoch:
        assert (tuned.tuned_from_, len(tuned.history["loss"])) == (8, 8 + at_epoch)
        return
    assert vars(tuned) == before
    assert (tuned.tuned_from_, tuned.history) == (None, history)
    assert moved(model, weights(tuned.model_)) == set()
    assert tuned.model_.get_layer("conv_2").trainable is (problem is KeyboardInterrupt)  # as it was asked for


@pytest.mark.parametrize("fitted_before", [False, True])
def test_ctrl_c_before_the_first_epoch_ends_changes_nothing(monkeypatch, fitted_before):
    pictures, names = coloured(30)
    stopped: ImageClassifier = classifier()
    if fitted_before:
        stopped.fit(pictures, names)
    before = dict(vars(stopped))
    interrupt(monkeypatch, at_epoch=0)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(pictures, [name.upper() for name in names])
    assert vars(stopped) == before


def test_after_an_epoch_ctrl_c_keeps_the_new_fit(monkeypatch):
    pictures, names = coloured(30)
    stopped = classifier().fit(pictures, names)
    interrupt(monkeypatch, at_epoch=1)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(pictures, [name.upper() for name in names])
    check_is_fitted(stopped)
    assert len(stopped.history["loss"]) == 1
    assert stopped.classes_.tolist() == ["BLUE", "GREEN", "RED"]
