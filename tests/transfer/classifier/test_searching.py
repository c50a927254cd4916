"""Searches of scikit-learn over parameters of the head: against doing them by hand, and what they cost."""

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
from joblib import parallel_config
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from amalthea.errors import ArgumentError
from amalthea.runtime.runners.openvino import OpenVINORunner
from amalthea.transfer import FileFeatureStore, ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured, write_coloured

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

COUNT = 18


@pytest.fixture
def crossed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures crossed a network, call by call; heads, which take features, do not count."""
    counts: list[int] = []
    original: Callable[..., list[np.ndarray]] = OpenVINORunner.__call__

    def counted(self: OpenVINORunner, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        if arrays[0].shape[1:] == (32, 32, 3):
            counts.append(len(arrays[0]))
        return original(self, arrays)

    monkeypatch.setattr(OpenVINORunner, "__call__", counted)
    return counts


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    return sorted(map(str, write_coloured(tmp_path / "pictures", COUNT).rglob("*.png")))


def names_of(paths: Sequence[str]) -> list[str]:
    return [Path(path).parent.name for path in paths]


def quick(**parameters: object) -> ImageClassifier:
    return classifier(**{"epochs": 2, **parameters})


def by_hand(paths: list[str], splitter: StratifiedKFold, **parameters: object) -> list[ImageClassifier]:
    """One classifier a fold, and in ``held_back`` the paths that it has not seen."""
    fitted = []
    for learned, held_back in splitter.split(paths, names_of(paths)):
        some = [paths[place] for place in learned]
        own = quick(**parameters).fit(some, names_of(some))
        own.held_back = [paths[place] for place in held_back]
        fitted.append(own)
    return fitted


def test_a_grid_of_heads(paths: list[str], tmp_path: Path, crossed: list[int]) -> None:
    """Each picture crosses the network once, however many heads and folds there are; and it is kept once."""
    store = FileFeatureStore(tmp_path / "store")
    pipeline = Pipeline([("nothing", FunctionTransformer()), ("classify", quick(store=store))])
    grid = {"classify__hidden": [(), (8,)], "classify__dropout": [0.5]}
    search = GridSearchCV(pipeline, grid, cv=StratifiedKFold(2), error_score="raise")
    search.fit(paths, names_of(paths))
    assert sum(crossed) == COUNT
    [records] = (tmp_path / "store").rglob("records.bin")
    assert records.stat().st_size == COUNT * 16 * 4  # bytes of the small network's features

    results = search.cv_results_
    assert [each["classify__hidden"] for each in results["params"]] == [(), (8,)]
    folds = by_hand(paths, StratifiedKFold(2), dropout=0.5, hidden=(8,), store=store)
    scores = [own.score(own.held_back, names_of(own.held_back)) for own in folds]
    assert [results[f"split{fold}_test_score"][1] for fold in range(2)] == scores
    assert sum(crossed) == COUNT
    best = search.best_estimator_["classify"]
    assert best.hidden == search.best_params_["classify__hidden"]
    assert search.predict(paths).tolist() == best.predict(paths).tolist()


def test_several_processes_find_the_same(paths: list[str]) -> None:
    """They share the features that are kept, though nothing is kept yet when they begin."""
    names, folds = names_of(paths), StratifiedKFold(2)
    search = GridSearchCV(quick(), {"hidden": [(8,)]}, cv=folds, error_score="raise", refit=False, n_jobs=2)
    with parallel_config("loky"):
        results = search.fit(paths, names).cv_results_
    get_reusable_executor().shutdown(wait=True)
    alone = [own.score(own.held_back, names_of(own.held_back)) for own in by_hand(paths, folds, hidden=(8,))]
    assert [results[f"split{fold}_test_score"][0] for fold in range(2)] == alone


def test_transformers_may_come_before(crossed: list[int]) -> None:
    """Here one that crops arrays: what the network sees is what is kept."""
    pictures, names = coloured(COUNT, side=48)
    pipeline = Pipeline([("crop", FunctionTransformer(cropped)), ("classify", quick())]).fit(pictures, names)
    alone = quick().fit(cropped(pictures), names)
    assert sum(crossed) == COUNT
    np.testing.assert_allclose(pipeline.predict_proba(pictures), alone.predict_proba(cropped(pictures)), atol=1e-6)
    assert pipeline.score(pictures, names) == alone.score(cropped(pictures), names)


def cropped(pictures: np.ndarray) -> np.ndarray:
    return pictures[:, 8:40, 8:40]


def test_several_measures(paths: list[str]) -> None:
    """They ask for predictions and probabilities, which are computed anew; without any, ``score`` is asked."""
    measures = ["accuracy", "neg_log_loss"]
    found = cross_validate(quick(), paths, names_of(paths), cv=StratifiedKFold(2), scoring=measures)
    for fold, own in enumerate(by_hand(paths, StratifiedKFold(2))):
        truth = names_of(own.held_back)
        assert found["test_accuracy"][fold] == own.score(own.held_back, truth)
        right = own.predict_proba(own.held_back)[np.arange(len(truth)), np.searchsorted(own.classes_, truth)]
        assert found["test_neg_log_loss"][fold] == pytest.approx(np.log(right).mean(), rel=1e-4)


def test_a_setting_that_cannot_be_used_fails_as_scikit_learn_says(paths: list[str]) -> None:
    names = names_of(paths)
    grid = {"dropout": [0.0, 1.5]}
    failed = pytest.warns(FitFailedWarning, match=r"dropout=1\.5; allowed: numbers of at least 0 and below 1")
    with pytest.warns(UserWarning, match="test scores are non-finite"), failed:
        search = GridSearchCV(quick(), grid, cv=2).fit(paths, names)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [False, True]
    assert search.best_params_ == {"dropout": 0.0}
    with pytest.raises(ArgumentError, match=r"dropout=1\.5"):
        GridSearchCV(quick(), {"dropout": [1.5]}, cv=2, error_score="raise").fit(paths, names)
    with pytest.raises(ValueError, match="Invalid parameter 'widths'"):
        GridSearchCV(clone(quick()), {"widths": [(8,)]}, cv=2).fit(paths, names)
