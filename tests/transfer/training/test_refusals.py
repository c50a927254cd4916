"""What cannot be trained, and what says so."""

from typing import Any

import keras
import pytest

from amalthea.errors import ArgumentError, MissingDependencyError
from amalthea.transfer.training.loop import train, trainable_count
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import head, samples, trains


@trains
def test_nothing_trainable() -> None:
    model = head()
    model.trainable = False
    features, labels = samples(10)
    with pytest.raises(ArgumentError, match=r"every layer is frozen. Set trainable"):
        train(model, features, labels, None, Training())


def test_trainable_count() -> None:
    model = head()
    assert trainable_count(model) == (12 * 8 + 8 + 8 * 3 + 3,) * 2
    model.get_layer("head_hidden_1").trainable = False
    assert trainable_count(model) == (8 * 3 + 3, 12 * 8 + 8 + 8 * 3 + 3)


@trains
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 3], r"Label 3, but 'sequential\w*_classifier' has 3 classes: allowed are 0 to 2"),
        ([0, -1, 2], "Label -1, but"),
        ([0.0, 1.0, 2.0], "Labels of type float64; allowed are whole numbers"),
        (["cat", "dog", "cow"], "Labels of type <U3; allowed are whole numbers"),
        ([0, 1], r"Labels of shape \(2,\) for 3 pictures; needed is one label for each"),
        ([[0], [1], [2]], r"Labels of shape \(3, 1\) for 3 pictures"),
    ],
)
def test_labels_that_do_not_fit(labels: Any, message: str) -> None:
    features, good = samples(3)
    with pytest.raises(ArgumentError, match=message):
        train(head(), features, labels, None, Training())
    with pytest.raises(ArgumentError, match=message):
        train(head(), features, good, (features, labels), Training())


@trains
def test_settings_that_do_not_fit_the_data() -> None:
    features, labels = samples(9)
    with pytest.raises(ArgumentError, match=r"class_weight names \[7\]; there are pictures of"):
        train(head(), features, labels, None, Training(class_weight={7: 1.0}))
    with pytest.raises(ArgumentError, match="patience=3 needs validation pictures"):
        train(head(), features, labels, None, Training(patience=3))


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "mse"}, "loss='mse'; allowed: 'categorical_crossentropy', 'binary_crossentropy'"),
        ({"optimizer": "adagrad"}, "optimizer='adagrad'; allowed: 'adam', 'rmsprop', 'sgd'"),
        ({"learning_rate": 0}, "learning_rate=0; allowed: numbers above 0"),
        ({"learning_rate": "fast"}, "learning_rate='fast'; allowed: numbers above 0"),
        ({"epochs": 0}, "epochs=0; allowed: whole numbers from 1 on"),
        ({"epochs": True}, "epochs=True; allowed: whole numbers"),
        ({"batch_size": 2.5}, "batch_size=2.5; allowed: whole numbers"),
        ({"patience": 0}, "patience=0; allowed: whole numbers from 1 on"),
        ({"class_weight": "even"}, "class_weight='even'; allowed: 'balanced'"),
        ({"class_weight": {0: -1}}, "class_weight of 0=-1; allowed: numbers of at least 0"),
        ({"seed": None}, "seed=None; allowed: whole numbers from 0 on"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Training(**settings)


@pytest.mark.skipif(keras.config.backend() != "openvino", reason="the other backends train")
def test_openvino_cannot_train() -> None:
    features, labels = samples(9)
    with pytest.raises(MissingDependencyError, match=r'cannot train.*pip install "amalthea\[tensorflow-cpu\]"'):
        train(head(), features, labels, None, Training())
