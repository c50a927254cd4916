"""The conventions of scikit-learn, as far as they apply to a classifier of pictures."""

import pickle
import warnings
from copy import copy as shallow_copy
from copy import deepcopy
from inspect import signature

import keras
import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.validation import check_is_fitted

from amalthea.architectures import get_model, variant_of
from amalthea.errors import ArgumentError
from amalthea.transfer import ImageClassifier
from tests.transfer.classifier.classes import classifier, coloured, small_network, write_coloured
from tests.transfer.classifier.test_estimator_on_tables import ON_TABLES

pytestmark = pytest.mark.single_backend
trains = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

# scikit-learn's own checks that need no table of numbers. ON_TABLES are those that can be given one.
CHECKS = (
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
)
# All others, with the reason why they do not apply.
TABLES = "fits tables of numbers, shape (N, features), which are no pictures"
VALIDATION = "is about how a table is looked through before it is fitted"
NOT_APPLICABLE = {
    "check_classifier_data_not_an_array": VALIDATION,
    "check_dtype_object": VALIDATION,
    "check_estimators_dtypes": VALIDATION,
    "check_f_contiguous_array_estimator": VALIDATION,
    "check_fit1d": VALIDATION,
    "check_fit2d_predict1d": VALIDATION,
    "check_n_features_in": VALIDATION,
    "check_n_features_in_after_fitting": VALIDATION,
    "check_positive_only_tag_during_fit": VALIDATION,
    "check_complex_data": VALIDATION,
    "check_estimators_empty_data_messages": VALIDATION,
    "check_estimators_nan_inf": VALIDATION,
    "check_estimator_sparse_tag": VALIDATION,
    "check_estimator_sparse_array": VALIDATION,
    "check_estimator_sparse_matrix": VALIDATION,
    "check_array_api_input": VALIDATION,
    "check_classifiers_one_label": "wants a constant classifier of one class; here that is an error",
    "check_classifiers_one_label_sample_weights": TABLES,
    "check_sample_weights_pandas_series": TABLES,
    "check_sample_weights_not_an_array": TABLES,
    "check_sample_weight_equivalence_on_dense_data": "a picture of weight 0 keeps its place in a batch, as in Keras",
    "check_estimators_partial_fit_n_features": "there is no partial_fit",
    "check_supervised_y_2d": "wants a warning of labels of shape (N, 1), which are clear enough",
    "check_non_transformer_estimators_n_iter": "there is no max_iter",
    "check_decision_proba_consistency": "there is no decision_function",
    "check_dict_unchanged": "allows no attribute to change in predict, which keeps what it has made ready",
    "check_fit2d_1sample": VALIDATION,
    "check_fit2d_1feature": VALIDATION,
}


class TablesAllowed(ImageClassifier):
    """Says that it takes tables, so that scikit-learn lists its checks."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def test_all_checks_of_scikit_learn_are_decided_upon():
    listed = list(estimator_checks._yield_all_checks(TablesAllowed(), legacy=True))
    names = {getattr(check, "func", check).__name__ for check in listed}
    assert names == {*CHECKS, *ON_TABLES, *NOT_APPLICABLE}


@pytest.mark.parametrize("name", CHECKS)
def test_check_of_scikit_learn(name):
    check = getattr(estimator_checks, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", estimator_checks.SkipTestWarning)
        check(*("ImageClassifier", ImageClassifier())[2 - len(signature(check).parameters) :])


def test_parameters():
    chosen = ImageClassifier("VGG16", hidden=(256,), dropout=0.5)
    assert is_classifier(chosen)
    assert chosen.get_params()["hidden"] == (256,)
    assert repr(chosen) == "ImageClassifier(dropout=0.5, hidden=(256,), model='VGG16')"
    copy = clone(chosen).set_params(dropout=0.1)
    assert (copy.dropout, copy.model, chosen.dropout) == (0.1, "VGG16", 0.5)
    with pytest.raises(ValueError, match="Invalid parameter 'dropuot'"):
        chosen.set_params(dropuot=0.1)
    with pytest.raises(TypeError, match="weight"):
        ImageClassifier("VGG16", weight=None)


@trains
def test_what_fit_leaves_and_what_it_does_not_touch():
    pictures, names = coloured(12)
    before = pictures.copy()
    unfitted = classifier(epochs=1)
    parameters = unfitted.get_params()
    fitted = unfitted.fit(pictures, names)
    assert fitted is unfitted
    check_is_fitted(fitted)
    assert np.array_equal(pictures, before)
    assert fitted.get_params() == parameters
    new = set(vars(fitted)) - set(parameters)
    assert all(name.startswith("_") or name.endswith("_") for name in new)
    first = fitted.predict_proba(pictures)
    assert np.array_equal(fitted.fit(pictures, names).predict_proba(pictures), first)
    order = np.random.default_rng(0).permutation(12)
    np.testing.assert_allclose(fitted.predict_proba(pictures[order]), first[order], atol=1e-6)
    np.testing.assert_allclose(fitted.predict_proba(pictures[:1]), first[:1], atol=1e-6)


@trains
def test_pickle_and_copy():
    pictures, names = coloured(12)
    fitted = classifier(epochs=1).fit(pictures, names)
    answers = fitted.predict_proba(pictures)
    for copy in (pickle.loads(pickle.dumps(fitted)), deepcopy(fitted)):
        assert np.array_equal(copy.predict_proba(pictures), answers)
        assert copy.history == fitted.history
    assert not hasattr(clone(fitted), "model_")
    assert pickle.loads(pickle.dumps(ImageClassifier("VGG16"))).model == "VGG16"


@trains
def test_copies_of_a_loaded_classifier(tmp_path):
    """Its ``model`` is None, for the file has the finished network alone."""
    pictures, names = coloured(12)
    classifier(epochs=1).fit(pictures, names).save(tmp_path / "own.keras")
    loaded = ImageClassifier.load(tmp_path / "own.keras")
    answers = loaded.predict_proba(pictures)
    for copy in (pickle.loads(pickle.dumps(loaded)), deepcopy(loaded), shallow_copy(loaded)):
        assert np.array_equal(copy.predict_proba(pictures), answers)
    assert clone(loaded).get_params() == loaded.get_params()
    with pytest.raises(ArgumentError, match="model=None"):
        clone(loaded).fit(pictures, names)


@trains
def test_a_copy_that_shares_its_network_leaves_it_alone():
    """Also one with groups, which were made fast once already."""
    pictures, names = coloured(12)
    small = small_network()
    x = keras.layers.Conv2D(16, 3, groups=4, data_format="channels_last", name="groups_4")(small.output)
    network = keras.Model(small.input, x)
    network.trainable = False
    fitted = classifier(model=network, epochs=1).fit(pictures, names)
    answers, features = fitted.predict_proba(pictures), network.predict(pictures / 255, verbose=0)
    for _ in range(2):
        copy = shallow_copy(fitted)
        assert copy.model is network
        np.testing.assert_allclose(network.predict(pictures / 255, verbose=0), features, rtol=0, atol=1e-5)
        np.testing.assert_allclose(copy.predict_proba(pictures), answers, rtol=0, atol=1e-5)


@trains
def test_a_search_crosses_each_picture_once(tmp_path, computed):
    folder = write_coloured(tmp_path, 24)
    paths = sorted(map(str, folder.rglob("*.png")))
    names = [path.split("/")[-2] for path in paths]
    pipeline = Pipeline([("classify", classifier(model=small_network(), epochs=3))])
    search = GridSearchCV(pipeline, {"classify__dropout": [0.0, 0.5]}, cv=2)
    search.fit(paths, names)
    assert set(search.best_params_) == {"classify__dropout"}
    assert search.best_score_ > 0.5
    assert search.predict(paths[:3]).tolist() == ["blue"] * 3
    scores = cross_val_score(pipeline, paths, names, cv=2)
    assert len(scores) == 2
    # Once the pictures through the network, of which clone makes copies; then those of each fold through the head.
    assert sum(computed) == 24 + 2 * 24 + 3 + 24


def test_copies_of_a_network_by_our_constructors_are_known_too():
    """With scaling=None, which is then the network's; and no copy shares layers with another."""
    network = get_model("MobileNet", alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
    own = ImageClassifier(network, epochs=1)
    for copy in (clone(own), clone(clone(own)), pickle.loads(pickle.dumps(own)), deepcopy(own)):
        assert copy.model is not network
        assert variant_of(copy.model) == variant_of(network)
        assert not {id(layer) for layer in copy.model.layers} & {id(layer) for layer in network.layers}
        for copied, original in zip(copy.model.get_weights(), network.get_weights(), strict=True):
            assert np.array_equal(copied, original)
    assert variant_of(clone(classifier()).model) is None


@trains
def test_a_search_over_a_network_by_our_constructors():
    network = get_model("MobileNet", alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
    network.trainable = False
    search = GridSearchCV(ImageClassifier(network, epochs=1), {"dropout": [0.0, 0.5]}, cv=2, error_score="raise")
    assert search.fit(*coloured(12)).best_estimator_.variant_ == "MobileNet"


@trains
def test_a_pickled_classifier_leaves_its_pictures_behind():
    fitted = classifier(epochs=1).fit(*coloured(12))
    few = len(pickle.dumps(fitted))
    fitted.fit(*coloured(120))
    assert len(pickle.dumps(fitted)) < few + 10_000 < few + coloured(120)[0].nbytes
    with pytest.raises(ArgumentError, match=r"or is a copy, without its pictures: give fine_tune\(X=...\)"):
        pickle.loads(pickle.dumps(fitted)).fine_tune("conv_2")


def test_before_fit_everything_says_so():
    for method in ("predict", "predict_proba", "score", "evaluate"):
        with pytest.raises(ArgumentError, match="Call fit before"):
            getattr(ImageClassifier(), method)(["a.jpg"])
    with pytest.raises(ArgumentError, match="no history before fit"):
        _ = ImageClassifier().history
