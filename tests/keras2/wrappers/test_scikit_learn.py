"""Functions that build models, as estimators of scikit-learn."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError, ArgumentTypeError
from amalthea.keras2.wrappers.scikit_learn import KerasClassifier, KerasRegressor

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone, is_classifier, is_regressor  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

pytestmark = pytest.mark.single_backend

_random = np.random.default_rng(2)
X = _random.normal(size=(90, 4)).astype("float32")
COLOURS = np.array(["blue", "green", "red"])[np.argmax(X[:, :3], axis=1)]
SIGNS = np.where(X[:, 0] > 0, 7, 3)


def three_classes(width=8, rate=0.05):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(width, "relu"), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    return model


def two_classes():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["acc"])
    return model


def one_number():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def test_names_are_learned_and_answered():
    keras.utils.set_random_seed(1)
    classifier = KerasClassifier(three_classes, width=16, epochs=10, batch_size=10, verbose=0)
    history = classifier.fit(X, COLOURS)
    assert len(history.history["loss"]) == 10
    assert classifier.model.layers[0].units == 16
    assert classifier.classes_.tolist() == ["blue", "green", "red"]
    answers = classifier.predict(X)
    assert answers.shape == (90,)
    assert (answers == COLOURS).mean() == pytest.approx(classifier.score(X, COLOURS))
    assert (answers == COLOURS).mean() > 0.7
    np.testing.assert_allclose(classifier.predict_proba(X), classifier.model.predict(X, verbose=0), rtol=1e-5)


def test_two_classes_of_one_output():
    keras.utils.set_random_seed(1)
    classifier = KerasClassifier(two_classes, epochs=10, batch_size=10, verbose=0)
    classifier.fit(X, SIGNS)
    answers = classifier.predict(X)
    assert answers.shape == (90, 1)
    assert set(answers.ravel().tolist()) == {3, 7}
    assert (answers.ravel() == SIGNS).mean() == pytest.approx(classifier.score(X, SIGNS))
    probabilities = classifier.predict_proba(X)
    assert probabilities.shape == (90, 2)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    assert ((probabilities[:, 1] > 0.5) == (answers.ravel() == 7)).all()


def test_numbers_are_learned():
    keras.utils.set_random_seed(1)
    regressor = KerasRegressor(one_number, epochs=20, batch_size=15, verbose=0)
    target = X @ [1, 2, 3, 4]
    regressor.fit(X, target)
    answers = regressor.predict(X)
    assert answers.shape == (90,)
    assert regressor.score(X, target) == pytest.approx(-np.mean((answers - target) ** 2), rel=1e-3)
    assert regressor.score(X, target) > -np.var(target)


def test_scikit_learn_takes_them():
    classifier = KerasClassifier(build_fn=three_classes, epochs=1, verbose=0)
    assert (
        clone(classifier).get_params()
        == classifier.get_params()
        == {
            "build_fn": three_classes,
            "epochs": 1,
            "verbose": 0,
        }
    )
    assert is_classifier(classifier)
    assert is_regressor(KerasRegressor(one_number))
    search = GridSearchCV(classifier, {"width": [4, 6], "epochs": [1]}, cv=2, refit=True)
    search.fit(X, COLOURS)
    assert set(search.best_params_) == {"width", "epochs"}
    assert search.best_estimator_.model.layers[0].units == search.best_params_["width"]


def test_scores_of_folds_and_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), KerasClassifier(two_classes, epochs=1, verbose=0))
    assert cross_val_score(pipeline, X, SIGNS, cv=2).shape == (2,)
    pipeline.fit(X, SIGNS, kerasclassifier__epochs=2)
    assert pipeline.predict(X).shape == (90, 1)


def test_parameters_that_nothing_takes_are_refused():
    with pytest.raises(ArgumentTypeError, match="KerasClassifier has no parameter 'epoch'"):
        KerasClassifier(three_classes, epoch=3)
    with pytest.raises(ArgumentTypeError, match="no parameter 'depth'"):
        KerasClassifier(three_classes).set_params(depth=2)
    with pytest.raises(ArgumentError, match="needs build_fn, a function that returns a compiled model"):
        KerasClassifier().fit(X, COLOURS)
    with pytest.raises(ArgumentError, match="y has 1 or 2 axes"):
        KerasClassifier(three_classes).fit(X, np.ones((90, 1, 1)))


def test_a_model_without_accuracy_cannot_be_scored():
    def silent():
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax")])
        model.compile("sgd", "categorical_crossentropy")
        return model

    classifier = KerasClassifier(silent, epochs=1, verbose=0)
    classifier.fit(X, COLOURS)
    with pytest.raises(ArgumentError, match="Compile it with metrics="):
        classifier.score(X, COLOURS)


def test_a_class_that_builds_its_own_model():
    class Own(KerasClassifier):
        def __call__(self, width=3):
            return three_classes(width)

    classifier = Own(width=5, epochs=1, verbose=0)
    classifier.fit(X, COLOURS)
    assert classifier.model.layers[0].units == 5
