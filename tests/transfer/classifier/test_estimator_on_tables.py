"""Those of scikit-learn's checks that fit tables of numbers: each row is made a picture on its way in."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.utils import estimator_checks
from sklearn.utils.validation import validate_data

from amalthea.transfer import ImageClassifier
from tests.live_weights import set_live_weights

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of how the checks themselves make their tables
]

ON_TABLES = (
    "check_all_zero_sample_weights_error",
    "check_class_weight_classifiers",
    "check_classifiers_classes",
    "check_classifiers_regression_target",
    "check_classifiers_train",
    "check_dont_overwrite_parameters",
    "check_estimators_fit_returns_self",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_fit_check_is_fitted",
    "check_fit_idempotent",
    "check_fit_score_takes_y",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_pipeline_consistency",
    "check_readonly_memmap_input",
    "check_requires_y_none",
    "check_sample_weights_list",
    "check_sample_weights_not_overwritten",
    "check_sample_weights_shape",
    "check_supervised_y_no_nan",
)
SIDE = 8  # pixels


class OfTables(ImageClassifier):
    """An ``ImageClassifier`` whose pictures are the rows of a table: each number, squeezed into [0, 255], in turn."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = True, False
        return tags

    def fit(self, table: Any, y: Any = None, sample_weight: Any = None) -> "OfTables":
        return super().fit(self._drawn(table, reset=True), y, sample_weight=sample_weight)

    def predict(self, table: Any) -> NDArray[Any]:
        return super().predict(self._drawn(table) if hasattr(self, "model_") else table)

    def predict_proba(self, table: Any, views: int = 1) -> NDArray[np.float32]:
        known = not hasattr(self, "model_") or np.ndim(table) == 4  # pictures already, from ``predict``
        return super().predict_proba(table if known else self._drawn(table), views)

    def score(self, table: Any, y: Any = None) -> float:
        return super().score(self._drawn(table), y)

    def _drawn(self, table: Any, reset: bool = False) -> NDArray[np.float32]:
        rows = validate_data(self, table, reset=reset, dtype=np.float64)
        numbers = 255 / (1 + np.exp(-rows.clip(-9, 9)))
        return np.stack([np.resize(row, (SIDE, SIDE, 3)) for row in numbers]).astype(np.float32)


class Timeless(keras.Model):
    """A model that is pickled without the time of day, for which scikit-learn would say that ``fit`` had changed it."""

    def __reduce__(self) -> Any:
        return Timeless._again, (self.get_config(), self.get_weights(), self.trainable)

    @staticmethod
    def _again(config: dict[str, Any], weights: list[NDArray[np.float32]], trainable: bool) -> "Timeless":
        model = Timeless.from_config(config)
        model.set_weights(weights)
        model.trainable = trainable
        return model


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """A frozen layer that keeps all numbers of a picture apart."""
    picture = keras.Input((SIDE, SIDE, 3))
    base = Timeless(picture, keras.layers.Conv2D(3, 1, data_format="channels_last")(picture))
    set_live_weights(base)
    base.trainable = False
    return base


@pytest.mark.parametrize("name", ON_TABLES)
def test_check_of_scikit_learn(name: str, network: keras.Model) -> None:
    learning = {"epochs": 20, "learning_rate": 0.02, "dropout": 0.0, "pooling": "flatten", "batch_size": 32}
    getattr(estimator_checks, name)("OfTables", OfTables(network, scaling="tf", **learning))
