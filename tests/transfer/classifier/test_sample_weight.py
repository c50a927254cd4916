"""Pictures that count more or less than others: against plain Keras, and through scikit-learn."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from amalthea.catalog import scaling_steps
from amalthea.errors import ArgumentError
from amalthea.images import epoch_order, labelled_folder, scale, split
from tests.transfer.classifier.classes import classifier, coloured, small_network, write_coloured

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

COUNT = 30
PICTURES, NAMES = coloured(COUNT)
WEIGHTS = np.random.default_rng(3).random(COUNT) * 2
WEIGHTS[:3] = 0


class Twin(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """A copy of what trains, as it was before."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.copy = keras.models.clone_model(self.model)
        self.copy.set_weights(self.model.get_weights())


def test_they_are_those_of_plain_keras() -> None:
    """Which refuses weights of classes beside those of pictures, so it gets the products."""
    network, twin, of_class = small_network(), Twin(), {"blue": 0.5, "green": 1.0, "red": 3.0}
    fitted = classifier(model=network, dropout=0.0, class_weight=of_class, epochs=2, optimizer="sgd")
    fitted.fit(PICTURES, NAMES, sample_weight=WEIGHTS, callbacks=[twin])

    maps = keras.ops.convert_to_numpy(network(scale(PICTURES, scaling_steps("tf"))))
    features, labels = maps.mean(axis=(1, 2)), np.searchsorted(list(of_class), NAMES)
    products = WEIGHTS * np.array([of_class[name] for name in NAMES])
    plain = twin.copy
    plain.compile(keras.optimizers.SGD(0.01, momentum=0.9), "sparse_categorical_crossentropy")
    losses = []
    for epoch in range(2):
        order = epoch_order(COUNT, seed=0, epoch=epoch)
        given = features[order], labels[order]
        plain_history = plain.fit(*given, 20, sample_weight=products[order], shuffle=False, verbose=0).history
        losses += plain_history["loss"]
    np.testing.assert_allclose(fitted.history["loss"], losses, rtol=1e-4)
    for ours, keras_ones in zip(fitted.model_.layers[-1].get_weights(), plain.layers[-1].get_weights(), strict=True):
        np.testing.assert_allclose(ours, keras_ones, rtol=0, atol=1e-5)


@pytest.mark.single_backend
def test_a_folder_has_them_in_the_order_of_its_files(tmp_path: Path) -> None:
    """Those of pictures that are held back, or cannot be used, go with them."""
    found = labelled_folder(write_coloured(tmp_path, COUNT))
    names = np.array(found.classes)[found.labels]
    learned, held_back = split(names, 0.2, 0)
    at_once = classifier(epochs=2).fit(tmp_path, validation=0.2, sample_weight=list(WEIGHTS))
    some, others = ([found.paths[place] for place in part] for part in (learned, held_back))
    apart = classifier(epochs=2).fit(
        some, names[learned], validation=(others, names[held_back]), sample_weight=WEIGHTS[learned]
    )
    assert at_once.history == apart.history
    assert at_once.history != classifier(epochs=2).fit(tmp_path, validation=0.2).history

    whole = classifier(epochs=1).fit(tmp_path, sample_weight=WEIGHTS)
    broken = tmp_path / "blue" / "0.png"  # the first one
    broken.write_bytes(b"no picture")
    with pytest.warns(UserWarning, match="1 of 31 pictures cannot be used and are left out"):
        skipped = classifier(epochs=1, on_error="skip").fit(tmp_path, sample_weight=[1000, *WEIGHTS])
    assert skipped.history == whole.history


@pytest.mark.single_backend
def test_further_trainings_heed_them(computed: list[int]) -> None:
    """Twice the weights are twice the loss, where one step is an epoch and the rate is too small to matter."""
    once, twice = (
        classifier(epochs=1, batch_size=COUNT, learning_rate=1e-9, dropout=0.0).fit(PICTURES, NAMES, **given)
        for given in ({}, {"sample_weight": np.full(COUNT, 2)})
    )
    assert sum(computed) == COUNT, "features are the same"

    def losses(**given: Any) -> list[float]:
        tuning = {"from_layer": "conv_2", "epochs": 1, "learning_rate": 1e-9, **given}
        return [each.fine_tune(**tuning).history["loss"][-1] for each in (once, twice)]

    assert twice.history["loss"][0] == pytest.approx(2 * once.history["loss"][0], rel=1e-5)
    assert twice.lr_find(steps=20).losses[0] == pytest.approx(2 * once.lr_find(steps=20).losses[0], rel=1e-5)
    of_fit = losses()
    assert of_fit[1] == pytest.approx(2 * of_fit[0], rel=1e-4)
    of_new = losses(X=PICTURES, y=NAMES, sample_weight=np.full(COUNT, 3))
    assert of_new == pytest.approx([3 * of_fit[0]] * 2, rel=1e-4)
    with pytest.raises(ArgumentError, match="sample_weight without X: the pictures of fit keep the weights"):
        losses(sample_weight=WEIGHTS)


@pytest.mark.single_backend
def test_a_search_of_scikit_learn_passes_them_on() -> None:
    """To each fold those of its pictures; and to ``score``, as for scikit-learn's own classifiers."""
    pipeline = Pipeline([("classify", classifier(epochs=2))])
    folds = StratifiedKFold(2)
    search = GridSearchCV(pipeline, {"classify__dropout": [0.0]}, cv=folds, refit=False, error_score="raise")
    search.fit(PICTURES, NAMES, classify__sample_weight=WEIGHTS)
    alone = GridSearchCV(classifier(epochs=2), {"dropout": [0.0]}, cv=folds, refit=False, error_score="raise")
    alone.fit(PICTURES, NAMES, sample_weight=WEIGHTS)
    names = np.array(NAMES)
    for fold, (learned, judged) in enumerate(folds.split(PICTURES, NAMES)):
        one = classifier(epochs=2, dropout=0.0).fit(PICTURES[learned], names[learned], sample_weight=WEIGHTS[learned])
        truth, answers = names[judged], one.predict(PICTURES[judged])
        assert search.cv_results_[f"split{fold}_test_score"][0] == accuracy_score(truth, answers)
        expected = accuracy_score(truth, answers, sample_weight=WEIGHTS[judged])
        assert alone.cv_results_[f"split{fold}_test_score"][0] == pytest.approx(expected)
    wrong = np.where(answers == truth, 0.0, 1.0)
    wrong[np.flatnonzero(answers == truth)[0]] = wrong.sum() + 1
    assert one.score(PICTURES[judged], truth, sample_weight=wrong) == pytest.approx(wrong.max() / wrong.sum())


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (WEIGHTS[:-1], r"sample_weight=ndarray of shape \(29,\); needed is one number for each of the 30 pictures, in"),
        (WEIGHTS[:, None], r"ndarray of shape \(30, 1\); needed is one number"),
        (2.0, r"sample_weight=2\.0; needed is one number .* of a folder, in that of amalthea\.images\.labelled_folder"),
        ({"blue": 1.0}, r"sample_weight={'blue': 1\.0}; needed .*\. class_weight weighs whole classes\."),
        (["much"] * COUNT, r"sample_weight=\['much', .*\.\.\.; needed is one number"),
        ([[1.0], [1.0, 2.0]], r"sample_weight=\[\[1\.0\], \[1\.0, 2\.0\]\]; needed is one number"),
        ([*WEIGHTS[1:], -0.5], r"sample_weight holds -0\.5 at place 29; allowed are finite numbers from 0 on\."),
        ([np.nan, *WEIGHTS[1:]], "sample_weight holds nan at place 0; allowed"),
        ([1e300, *WEIGHTS[1:]], r"sample_weight holds 1e\+300 at place 0; allowed"),
        (np.zeros(COUNT), "sample_weight is zero for all pictures, so that none counts"),
    ],
)
def test_what_cannot_be_used_is_refused(given: Any, words: str) -> None:
    unfitted = classifier(epochs=1)
    with pytest.raises(ArgumentError, match=words):
        unfitted.fit(PICTURES, NAMES, sample_weight=given)
    assert not hasattr(unfitted, "model_")
