"""Losses, metrics, their keys, and which weights are trained."""

import linecache

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.keras2 import backend as K  # as scripts call it
from amalthea.keras2 import losses, metrics, objectives
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2.callbacks import EarlyStopping
from amalthea.keras2.layers import BatchNormalization, Dense, Dropout
from amalthea.keras2.models import Input, Model
from tests.keras2.training.networks import LABELS, ROWS, SUMS, classifier, numbers, weight_model, weight_of


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def changed(layers):
    """Where it is said that these were changed after they had been compiled."""
    return pytest.warns(AmaltheaWarning, match=f"^trainable of {layers} was changed after compile, which settled")


def two_outputs(**arguments):
    rows = Input(shape=(4,))
    model = Model(rows, [Dense(1, name="size")(rows), Dense(1, activation="sigmoid", name="kind")(rows)])
    model.compile(**{"optimizer": "sgd", **arguments})
    return model


def test_arguments_in_the_order_of_then():
    model = weight_model(compiled=False)
    model.compile("sgd", "mse", ["mae"], [0.5])
    assert model.metrics_names == ["loss", "mean_absolute_error"]
    assert model.evaluate(np.ones((2, 1)), np.zeros(2), verbose=0) == pytest.approx([0.5, 1.0])
    assert model.train_on_batch(np.ones((2, 1)), np.zeros(2)) == pytest.approx([0.5, 1.0])
    assert model.test_on_batch(np.ones((2, 1)), np.zeros(2)) == pytest.approx([0.49005, 0.99])


@pytest.mark.parametrize("given", ["acc", "accuracy"])
def test_keys_are_those_of_then_and_answer_to_both_names(given):
    history = classifier(metrics=[given]).fit(ROWS, LABELS, validation_split=0.2, verbose=0)
    assert list(history.history) == ["acc", "loss", "val_acc", "val_loss"]
    assert history.history["val_accuracy"] == history.history["val_acc"]
    assert "accuracy" in history.history
    assert history.history.get("nothing", 7) == 7
    assert history.model.history is history
    with pytest.raises(KeyError, match="categorical_acc"):
        history.history["categorical_acc"]


def test_the_key_is_that_of_keras_2_3_where_the_script_is_for_it():
    with written_for(2, "accuracy"):
        model = classifier(metrics=["accuracy"])
        history = model.fit(ROWS, LABELS, validation_split=0.2, verbose=0, callbacks=[EarlyStopping("val_acc")])
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert history.history["val_acc"] == history.history["val_accuracy"]
    assert model.metrics_names == ["loss", "accuracy"]


def test_a_loss_alone_is_a_number():
    model = weight_model()
    assert model.evaluate(np.ones((2, 1)), np.zeros(2), verbose=0) == pytest.approx(1.0)
    assert model.metrics_names == ["loss"]


def test_several_outputs():
    model = two_outputs(loss={"size": "mse", "kind": "binary_crossentropy"}, metrics={"kind": "accuracy"})
    assert model.metrics_names == ["loss", "size_loss", "kind_loss", "kind_acc"]
    history = model.fit(ROWS, {"size": SUMS, "kind": LABELS}, verbose=0).history
    assert set(history) == set(model.metrics_names)
    found = dict(zip(model.metrics_names, model.evaluate(ROWS, [SUMS, LABELS], verbose=0), strict=True))
    size, kind = model.predict(ROWS)
    assert found["size_loss"] == pytest.approx(np.mean((size[:, 0] - SUMS) ** 2), rel=1e-4)
    assert found["kind_acc"] == pytest.approx(np.mean((kind[:, 0] > 0.5) == LABELS))
    assert found["loss"] == pytest.approx(found["size_loss"] + found["kind_loss"], rel=1e-5)


def test_a_list_of_metrics_is_for_each_output():
    model = two_outputs(loss="mse", metrics=["mae"], loss_weights={"kind": 0.0})
    assert model.metrics_names[3:] == ["size_mean_absolute_error", "kind_mean_absolute_error"]
    values = dict(zip(model.metrics_names, model.evaluate(ROWS, [SUMS, LABELS], verbose=0), strict=True))
    assert values["loss"] == pytest.approx(values["size_loss"], rel=1e-5)


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_an_output_without_loss():
    model = two_outputs(loss={"size": "mse"})
    before = model.get_layer("kind").get_weights()
    model.fit(ROWS, [SUMS, LABELS], verbose=0)
    assert all(map(np.array_equal, before, model.get_layer("kind").get_weights()))
    assert model.metrics_names == ["loss", "size_loss"]


def test_accuracy_of_several_classes_at_once():
    """With binary_crossentropy, each number of a row is a class of its own."""
    rows = Input(shape=(4,))
    model = Model(rows, Dense(3, activation="sigmoid")(rows))
    model.compile("sgd", "binary_crossentropy", ["accuracy"])
    truth = np.stack([ROWS[:, 0] > 0, ROWS[:, 1] > 0, ROWS[:, 2] > 0], axis=1).astype(int)
    expected = np.mean((model.predict(ROWS) > 0.5) == truth)
    assert model.evaluate(ROWS, truth, verbose=0)[1] == pytest.approx(expected)


def test_functions_of_the_user():
    def near(y_true, y_pred):
        return K.mean(K.cast(K.less(K.abs(y_true - y_pred), 0.5), "float32"))

    def squared(y_true, y_pred):
        return K.mean(K.square(y_pred - y_true), axis=-1)

    model = weight_model(loss=squared, metrics=[near])
    x = np.array([[0.0], [0.4], [0.6], [2.0]])
    assert model.evaluate(x, np.zeros(4), verbose=0) == pytest.approx([np.mean(x**2), 0.5])
    assert model.metrics_names == ["loss", "near"]


@pytest.mark.parametrize(
    "name",
    ["kullback_leibler_divergence", "cosine_proximity", "logcosh", "poisson", "squared_hinge", "msle", "MSE", "kld"],
)
def test_losses_by_their_old_names(name):
    truth, found = np.array([[0.25, 0.75]], "float32"), np.array([[0.5, 0.5]], "float32")
    expected = {
        "kullback_leibler_divergence": np.sum(truth * np.log(truth / found)),
        "kld": np.sum(truth * np.log(truth / found)),
        "cosine_proximity": -1 / np.sqrt(1.25),
        "logcosh": np.mean(np.log(np.cosh(found - truth))),
        "poisson": np.mean(found - truth * np.log(found + 1e-7)),
        "squared_hinge": np.mean(np.maximum(1 - truth * found, 0) ** 2),
        "msle": np.mean((np.log1p(truth) - np.log1p(found)) ** 2),
        "MSE": 0.0625,
    }[name]
    assert float(numbers(losses.get(name)(truth, found))[0]) == pytest.approx(expected, rel=1e-4)
    assert getattr(losses, name) is getattr(objectives, name)
    image = Input(shape=(2,))
    model = Model(image, keras.layers.Activation("linear")(image))
    model.compile("sgd", name, [name])
    assert model.evaluate(found, truth, verbose=0) == pytest.approx([expected, expected], rel=1e-4)


def test_metrics_that_are_gone_and_what_replaced_them():
    with pytest.raises(ArgumentError, match=r"'fmeasure' is gone since Keras 2. Give keras.metrics.F1Score"):
        classifier(metrics=["fmeasure"])
    with pytest.raises(ArgumentError, match=r"keras.metrics.fbeta_score is gone"):
        metrics.fbeta_score  # noqa: B018
    model = classifier(metrics=["precision", "recall"])
    answers = model.predict(ROWS)[:, 0] > 0.5
    _, precision, recall = model.evaluate(ROWS, LABELS, verbose=0)
    right = (answers & (LABELS == 1)).sum()
    assert precision == pytest.approx(right / max(answers.sum(), 1), abs=1e-6)
    assert recall == pytest.approx(right / LABELS.sum(), abs=1e-6)


def test_wrong_arguments():
    with pytest.raises(ArgumentError, match=r"loss has no output \['sise'\]; the outputs are size, kind"):
        two_outputs(loss={"sise": "mse"})
    with pytest.raises(ArgumentError, match=r"target_tensors=…\) is gone"):
        weight_model(target_tensors=[1])
    weight_model(sample_weight_mode="temporal", target_tensors=None)


def test_compiled_models_are_written_as_keras_reads_them(tmp_path):
    model = classifier(metrics=["accuracy", "mse"], optimizer="adadelta")
    model.train_on_batch(ROWS, LABELS)
    keras.Model.save(model, tmp_path / "model.keras")
    plain = keras.saving.load_model(tmp_path / "model.keras")
    assert plain.evaluate(ROWS, LABELS[:, None], verbose=0) == pytest.approx(model.evaluate(ROWS, LABELS, verbose=0))
    assert float(plain.optimizer.learning_rate) == 1.0
    again = Model.from_config(model.get_config())
    again.compile_from_config(model.get_compile_config())
    assert again.metrics_names == ["loss", "acc", "mean_squared_error"]


@pytest.mark.parametrize("method", ["fit", "fit_generator", "train_on_batch"])
def test_compile_settles_what_trains(method):
    """The last block of a seed: two models share a layer that was frozen when the first one was compiled."""
    rows = Input(shape=(4,))
    layer = Dense(4, name="shared")
    layer.trainable = False
    results = layer(rows)
    frozen = Model(rows, results)
    frozen.compile(optimizer="rmsprop", loss="mse")
    layer.trainable = True
    trained = Model(rows, results)
    trained.compile(optimizer="rmsprop", loss="mse")

    def train(model):
        before = layer.get_weights()
        if method == "fit_generator":
            model.fit_generator(iter([(ROWS, ROWS)] * 2), steps_per_epoch=2, epochs=1, verbose=0)
        elif method == "fit":
            model.fit(ROWS, ROWS, verbose=0)
        else:
            model.train_on_batch(ROWS, ROWS)
        return [not np.array_equal(old, new) for old, new in zip(before, layer.get_weights(), strict=True)]

    with changed("shared"), pytest.warns(AmaltheaWarning, match="compiled while all its layers were frozen: training"):
        assert train(frozen) == [False, False]
    assert layer.trainable
    assert train(trained) == [True, True]
    layer.trainable = False
    with changed("shared"):
        assert train(trained) == [True, True]
    assert not layer.trainable
    trained.compile(optimizer="rmsprop", loss="mse")
    with pytest.warns(AmaltheaWarning, match="frozen"):
        assert train(trained) == [False, False]


def test_advice_about_what_trains_is_about_the_line_of_the_script():
    model = weight_model(compiled=False)
    model.trainable = False
    model.compile("sgd", "mse")
    with pytest.warns(AmaltheaWarning, match="compiled while all its layers were frozen") as caught:
        model.fit(ROWS[:, :1], SUMS, verbose=0)
        model.train_on_batch(ROWS[:, :1], SUMS)
    model.trainable = True
    model.compile("sgd", "mse")
    model.trainable = False
    with pytest.warns(AmaltheaWarning, match="was changed after compile") as caught_too:
        model.fit(ROWS[:, :1], SUMS, verbose=0)
        model.train_on_batch(ROWS[:, :1], SUMS)
    for found in (caught, caught_too):
        said = [each for each in found if each.category is AmaltheaWarning]  # torch has warnings of its own
        assert [each.filename for each in said] == [__file__] * 2
        assert [linecache.getline(__file__, each.lineno).strip() for each in said] == [
            "model.fit(ROWS[:, :1], SUMS, verbose=0)",
            "model.train_on_batch(ROWS[:, :1], SUMS)",
        ]


def test_layers_that_were_changed_after_compile_are_named():
    """As in a GAN, whose discriminator is frozen after it was compiled, and trains alone."""
    rows = Input(shape=(4,))
    results = rows
    for number in range(5):
        results = Dropout(0.1, name=f"drop_{number}")(Dense(2, name=f"layer_{number}")(results))
    judge = Model(rows, results)
    judge.compile("sgd", "mse")
    judge.get_layer("drop_0").trainable = False  # has no weights
    judge.train_on_batch(ROWS, ROWS[:, :2])
    judge.trainable = False
    before = judge.get_weights()
    with changed("layer_0, layer_1, layer_2 and 2 more"):
        judge.train_on_batch(ROWS, ROWS[:, :2])
    assert not np.array_equal(before[0], judge.get_weights()[0])


def test_flags_inside_nested_models_come_back():
    rows = Input(shape=(4,))
    inner = Model(rows, BatchNormalization(name="norm")(Dense(4, name="inside")(rows)))
    outer = Model(rows, Dense(1)(inner(rows)))
    inner.get_layer("inside").trainable = False
    outer.compile("sgd", "mse")
    inner.trainable = False
    inner.get_layer("inside").trainable = True
    before, means = inner.get_layer("inside").get_weights(), inner.get_layer("norm").get_weights()
    with changed("norm, inside"):
        outer.fit(ROWS, SUMS, verbose=0)
    assert all(map(np.array_equal, before, inner.get_layer("inside").get_weights()))
    assert not any(map(np.array_equal, means, inner.get_layer("norm").get_weights()))
    assert (inner.trainable, inner.get_layer("inside").trainable, inner.get_layer("norm").trainable) == (
        False,
        True,
        False,
    )


def test_an_error_leaves_flags_and_weights():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model = weight_model()
    model.layers[-1].trainable = False
    with changed(r"\w+"), pytest.raises(KeyboardInterrupt):
        model.fit(np.ones((4, 1)), np.zeros(4), batch_size=1, epochs=1, verbose=0, callbacks=[Stop()])
    assert not model.layers[-1].trainable
    assert weight_of(model) == pytest.approx(0.98)
