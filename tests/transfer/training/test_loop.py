"""The training of a suffix, against Keras' own ``fit``."""

import logging
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import Rows, assert_equal, evaluated, head, moved, samples, trains, weights


@trains
@pytest.mark.parametrize(
    "optimizer", ["adam", *(pytest.param(name, marks=pytest.mark.single_backend) for name in ("sgd", "rmsprop"))]
)
def test_equals_plain_keras(optimizer: str) -> None:
    """Three epochs on the same batches: 83 rows in batches of 20, so that the last one is smaller."""
    features, labels = samples(83)
    model, twin = head(dropout=0.5, l2=1e-3), head(dropout=0.5, l2=1e-3)
    twin.set_weights(model.get_weights())
    settings = Training(optimizer=optimizer, learning_rate=0.01, epochs=3, batch_size=20, seed=7)
    before = weights(model)
    train(model, features, labels, None, settings)

    plain = {
        "adam": keras.optimizers.Adam(0.01),
        "sgd": keras.optimizers.SGD(0.01, momentum=0.9),
        "rmsprop": keras.optimizers.RMSprop(0.01),
    }[optimizer]
    twin.compile(optimizer=plain, loss="categorical_crossentropy")
    one_hot = np.eye(3, dtype=np.float32)[labels]
    for epoch in range(3):
        order = np.random.default_rng((7, epoch)).permutation(83)
        twin.fit(features.arrays[0][order], one_hot[order], batch_size=20, shuffle=False, verbose=0)
    for start, one, other in zip(before, weights(model), weights(twin), strict=True):
        change = np.abs(other - start).max()
        assert change > 0.002
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3 * change)


@trains
@pytest.mark.single_backend
def test_history_is_what_keras_evaluates() -> None:
    (features, labels), validation = samples(200), samples(90, seed=1)
    model = head()
    history = train(model, features, labels, validation, Training(epochs=4, learning_rate=0.01, batch_size=16))
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert all(len(values) == 4 and all(isinstance(value, float) for value in values) for values in history.values())
    answers = keras.ops.convert_to_numpy(model(validation[0].arrays[0]))
    loss = -np.log(answers[np.arange(90), validation[1]]).mean()
    assert history["val_loss"][-1] == pytest.approx(loss, rel=1e-4)
    assert history["val_accuracy"][-1] == pytest.approx((answers.argmax(axis=1) == validation[1]).mean(), abs=1e-6)
    assert history["loss"][-1] < history["loss"][0]


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("validated", [(False, True, False), (True, False, False)])
def test_epochs_without_validation_have_nan_in_a_history_with_some(validated: tuple[bool, ...]) -> None:
    (features, labels), validation = samples(30), samples(30, seed=1)
    model, history = head(), {}
    for judged in validated:
        train(model, features, labels, validation if judged else None, Training(epochs=2), history)
    wanted = [judged for judged in validated for _ in range(2)]
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(np.isfinite(history[name]).all() and len(history[name]) == 6 for name in ("loss", "accuracy"))
    assert all(np.isfinite(history[name]).tolist() == wanted for name in ("val_loss", "val_accuracy"))


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="the other backends warn of nothing")
def test_training_again_and_again_is_no_reason_for_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tensorflow.python.eager.polymorphic_function import polymorphic_function as functions

    detector = functions._FrequentTracingDetectorManager()  # another test may have had all warnings that there are
    monkeypatch.setattr(functions, "_frequent_tracing_detector_manager", detector)
    features, labels = samples(20)
    model = head()
    for _ in range(6):
        train(model, features, labels, None, Training(epochs=1))
    assert "retracing" not in caplog.text
    logging.getLogger("tensorflow").warning("6 of the last 6 calls triggered tf.function retracing.")
    assert "retracing" in caplog.text  # nothing is silent outside


@trains
def test_each_epoch_takes_each_row_once_in_the_order_of_the_seed() -> None:
    features, labels = samples(50)
    train(head(), features, labels, None, Training(epochs=2, batch_size=16, seed=3))
    wanted = [order for epoch in range(2) for order in np.random.default_rng((3, epoch)).permutation(50).tolist()]
    batches = [wanted[e * 50 + start : e * 50 + min(start + 16, 50)] for e in range(2) for start in range(0, 50, 16)]
    taken = [batch for batch in features.taken if batch in batches]  # Keras also looks at batches to learn their shapes
    assert [batch for number, batch in enumerate(taken) if batch not in taken[:number]] == batches


@trains
def test_the_same_seed_gives_the_same_weights() -> None:
    features, labels = samples(60)

    def trained(seed: int) -> list[np.ndarray]:
        model = head(dropout=0.5)
        train(model, features, labels, None, Training(epochs=2, seed=seed))
        return weights(model)

    first = trained(1)
    for one, other in zip(first, trained(1), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    assert not all(np.allclose(one, other, rtol=1e-4) for one, other in zip(first, trained(2), strict=True))


@trains
@pytest.mark.single_backend
def test_one_sigmoid_learns_as_two_softmax_scores_do() -> None:
    features, labels = samples(300, classes=2)
    sigmoid = head(classes=2, hidden=(), loss="binary_crossentropy")
    softmax = head(classes=2, hidden=())
    settings = {"epochs": 15, "learning_rate": 0.02}
    one = train(sigmoid, features, labels, None, Training(loss="binary_crossentropy", **settings))
    other = train(softmax, features, labels, None, Training(**settings))
    assert one["accuracy"][-1] > 0.8
    assert one["accuracy"][-1] == pytest.approx(other["accuracy"][-1], abs=0.03)


@trains
def test_features_of_several_tensors() -> None:
    parts = [keras.Input((4,)), keras.Input((2, 2))]
    joined = keras.layers.Concatenate()([parts[0], keras.layers.Flatten()(parts[1])])
    model = keras.Model(parts, keras.layers.Dense(3, activation="softmax")(joined))
    features, labels = samples(40, width=8)
    [array] = features.arrays
    history = train(
        model,
        Rows(array[:, :4], array[:, 4:].reshape(-1, 2, 2)),
        labels,
        (Rows(array[:, :4], array[:, 4:].reshape(-1, 2, 2)), labels),
        Training(epochs=8, learning_rate=0.05, batch_size=16),
    )
    assert history["val_loss"][-1] < history["val_loss"][0]


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("class_weight", ["balanced", {0: 0.5, 1: 2.0}])
def test_class_weights_are_those_of_keras(class_weight: Any) -> None:
    features, labels = samples(64)
    labels[:40] = 0
    model, twin = head(), head()
    twin.set_weights(model.get_weights())
    train(model, features, labels, None, Training(class_weight=class_weight, epochs=1, learning_rate=0.01))
    counts = np.bincount(labels)
    explicit = dict(enumerate(64 / (3 * counts))) if class_weight == "balanced" else {**class_weight, 2: 1.0}
    twin.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
    order = np.random.default_rng((0, 0)).permutation(64)
    twin.fit(features.arrays[0][order], labels[order], class_weight=explicit, shuffle=False, verbose=0)
    for one, other in zip(weights(model), weights(twin), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6)


@trains
@pytest.mark.single_backend
def test_an_optimizer_of_keras_serves_twice_and_stays_as_it_is() -> None:
    features, labels = samples(40)
    optimizer = keras.optimizers.Nadam(0.02)
    for model in (head(), head(hidden=())):
        before = weights(model)
        train(model, features, labels, None, Training(optimizer=optimizer, epochs=1))
        assert moved(before, weights(model))
    assert not optimizer.built


@trains
def test_trainable_is_read_at_every_call() -> None:
    features, labels = samples(40)
    model = head()
    hidden = model.get_layer("head_hidden_1")
    for flag in (False, True, False):
        hidden.trainable = flag
        before = weights(hidden)
        train(model, features, labels, None, Training(epochs=1))
        assert moved(before, weights(hidden)) is flag


@trains
@pytest.mark.single_backend
def test_early_stopping_restores_the_best_weights() -> None:
    (features, labels), validation = samples(30), samples(90, seed=1)
    model = head(hidden=(64,))
    history = train(
        model, features, labels, validation, Training(epochs=80, learning_rate=0.02, patience=4, batch_size=10)
    )
    best = int(np.argmin(history["val_loss"]))
    assert len(history["loss"]) == best + 5 < 80
    again = evaluated(model, validation)
    assert again["loss"] == pytest.approx(history["val_loss"][best], rel=1e-4)


@trains
@pytest.mark.parametrize("with_validation", [True, pytest.param(False, marks=pytest.mark.single_backend)])
def test_never_worse_than_before(with_validation: bool) -> None:
    """A learning rate at which everything is forgotten."""
    (features, labels), validation = samples(200), samples(90, seed=1)
    model = head()
    train(model, features, labels, None, Training(epochs=15, learning_rate=0.01))
    before = weights(model)
    judged = validation if with_validation else None
    settings = Training(optimizer="sgd", learning_rate=50.0, epochs=2, never_worse=True)
    history = train(model, features, labels, judged, settings)
    assert_equal(weights(model), before)
    assert ("val_loss" in history) is with_validation
    start = evaluated(model, validation)
    train(model, features, labels, validation, Training(learning_rate=1e-3, epochs=3, never_worse=True))
    end = evaluated(model, validation)
    assert end["loss"] <= start["loss"] + 1e-6
    assert end["accuracy"] >= start["accuracy"]
