"""``fit`` on arrays: their order, their division, and the weights of samples and classes."""

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.keras2 import backend as K  # as scripts call it
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2._training.arrays import shuffled
from amalthea.keras2.layers import Dense, add
from amalthea.keras2.models import Input, Model, Sequential
from tests.keras2.training.networks import LABELS, ROWS, SUMS, classifier, weight_model, weight_of

COLUMN = np.arange(10.0)[:, None]


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def passes(shuffle, count=3):
    source = shuffled((COLUMN, COLUMN), 4, shuffle)
    batches = source.batches()
    return [[next(batches)[0].ravel().tolist() for _ in range(3)] for _ in range(count)]


def test_each_pass_has_every_sample_once_in_an_order_of_its_own():
    found = passes(True)
    assert all(sorted(np.concatenate(each)) == list(range(10)) for each in found)
    assert all([len(batch) for batch in each] == [4, 4, 2] for each in found)
    assert len({tuple(np.concatenate(each)) for each in found}) == 3


def test_samples_stay_in_their_batches():
    found = passes("batch")
    assert all([sorted(batch) for batch in each] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] for each in found)
    assert len({tuple(np.concatenate(each)) for each in found}) > 1


def test_the_last_samples_validate():
    model = weight_model(optimizer=keras.optimizers.SGD(0.0))
    history = model.fit(COLUMN, np.zeros(10), validation_split=0.3, verbose=0).history
    assert history["loss"] == pytest.approx([np.mean(COLUMN[:7] ** 2)])
    assert history["val_loss"] == pytest.approx([np.mean(COLUMN[7:] ** 2)])
    with pytest.raises(ArgumentError, match=r"validation_split=0.99 of 10 samples leaves nothing on one side"):
        model.fit(COLUMN, np.zeros(10), validation_split=0.99, verbose=0)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 10)], ids=["classes", "classes and samples"])
def test_weights_of_classes_and_samples(shuffle, weights):
    labels = np.arange(10) % 2
    model = weight_model(optimizer=keras.optimizers.SGD(0.0))
    history = model.fit(
        COLUMN, labels, class_weight={0: 1.0, 1: 3.0}, sample_weight=weights, shuffle=shuffle, batch_size=10, verbose=0
    ).history
    of_all = np.where(labels == 1, 3.0, 1.0) * (1 if weights is None else weights)
    assert history["loss"][0] == pytest.approx(np.mean((COLUMN[:, 0] - labels) ** 2 * of_all), rel=1e-5)


@pytest.mark.parametrize(
    ("given", "shown"), [("auto", "'auto'"), (np.array([1.0, 5.0]), "<ndarray>"), ([1, 5], "<list>")], ids=str
)
def test_class_weights_that_never_worked(given, shown):
    def batches():
        while True:
            yield COLUMN, np.arange(10) % 2

    for train in (
        lambda model: model.fit(COLUMN, np.arange(10) % 2, class_weight=given, verbose=0, batch_size=10),
        lambda model: model.fit_generator(batches(), 1, class_weight=given, verbose=0),
        lambda model: model.train_on_batch(COLUMN, np.arange(10) % 2, class_weight=given),
    ):
        model, other = weight_model(), weight_model()
        with pytest.warns(AmaltheaWarning, match=f"class_weight={shown} has no effect, .* Give a dictionary"):
            train(model)
        other.train_on_batch(COLUMN, np.arange(10) % 2)
        assert weight_of(model) == pytest.approx(weight_of(other))


def test_several_inputs_and_tensors():
    first, second = Input(shape=(4,)), Input(shape=(4,))
    model = Model([first, second], Dense(1)(add([first, second])))
    model.compile("sgd", "mse")
    data = [ROWS, keras.ops.convert_to_tensor(ROWS)]
    assert len(model.fit(data, SUMS, epochs=2, verbose=0).history["loss"]) == 2
    assert model.evaluate(data, SUMS, verbose=0) == pytest.approx(
        np.mean((model.predict(data)[:, 0] - SUMS) ** 2), rel=1e-4
    )


def test_epochs_of_keras_1():
    with written_for(1):
        assert len(weight_model().fit(COLUMN, np.zeros(10), verbose=0).epoch) == 10
    assert len(weight_model().fit(COLUMN, np.zeros(10), verbose=0).epoch) == 1


def test_epochs_that_are_already_over():
    model = weight_model()
    history = model.fit(np.ones((1, 1)), np.zeros(1), epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4]
    assert [history.params[name] for name in ("metrics", "samples", "nb_epoch")] == [["loss"], 1, 5]
    assert weight_of(model) == pytest.approx(0.98**2)


def test_arrays_of_different_lengths():
    with pytest.raises(ValueError, match="cardinality"):
        classifier().fit(ROWS, LABELS[:5], verbose=0)


def dice(y_true, y_pred):
    """Of a script; TensorFlow multiplies only what is of one kind."""
    return 2 * K.sum(y_true * y_pred) / (K.sum(y_true) + K.sum(y_pred))


@pytest.mark.parametrize("kind", ["float64", "int64", "bool"])
def test_metrics_and_losses_of_a_script_get_targets_such_as_the_outputs(kind):
    x, y = ROWS.astype("float64"), LABELS.astype(kind)
    model = classifier(metrics=[dice], loss=lambda y_true, y_pred: K.mean(K.square(y_true - y_pred), axis=-1))
    for more in ({}, {"shuffle": False}, {"validation_split": 0.25}, {"validation_data": (x, y)}):
        model.fit(x, y, verbose=0, **more)
    model.fit_generator(iter([(x, y)] * 2), steps_per_epoch=2, validation_data=iter([(x, y)]), validation_steps=1)
    found = model.predict(x)[:, 0]
    expected = [np.mean((found - LABELS) ** 2), 2 * np.sum(found * LABELS) / (found.sum() + LABELS.sum())]
    for answer in (
        model.evaluate(x, y, batch_size=20, verbose=0),
        model.evaluate_generator(iter([(x, y)]), 1),
        model.test_on_batch(x, y),
        model.train_on_batch(x, y),
    ):
        assert answer == pytest.approx(expected, rel=1e-4)
    unbuilt = Sequential([Dense(1, activation="sigmoid")])
    unbuilt.compile("sgd", "mse", metrics=[dice])
    unbuilt.fit(x, y, verbose=0)


def test_classes_are_numbers_of_any_kind():
    rows = Input(shape=(4,))
    model = Model(rows, Dense(3, activation="softmax")(rows))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    classes = np.arange(20) % 3
    model.fit(ROWS, classes, verbose=0)
    found = model.predict(ROWS)
    expected = [np.mean(-np.log(found[np.arange(20), classes])), np.mean(found.argmax(axis=1) == classes)]
    for given in (classes, classes.astype("float64"), classes[:, None], classes.tolist()):
        assert model.evaluate(ROWS, given, verbose=0) == pytest.approx(expected, rel=1e-4)


def test_lists_of_numbers_are_arrays():
    model, x, y = classifier(), ROWS.tolist(), LABELS.tolist()
    for more in ({}, {"shuffle": False}, {"validation_split": 0.25}, {"validation_data": (x, y)}):
        assert len(model.fit(x, y, verbose=0, **more).epoch) == 1
    model.fit_generator(iter([(x, y)] * 2), steps_per_epoch=2, verbose=0)
    np.testing.assert_array_equal(model.predict(x), model.predict(ROWS))
    expected = pytest.approx(model.evaluate(ROWS, LABELS, verbose=0), rel=1e-5)
    assert model.evaluate(x, y, verbose=0) == expected
    assert model.test_on_batch(x, y) == expected
    assert model.train_on_batch(x, y) == expected


def test_a_list_for_several_inputs_has_one_member_for_each():
    first, second = Input(shape=(4,)), Input(shape=(4,))
    model = Model([first, second], [Dense(1)(add([first, second])), Dense(1)(first)])
    model.compile("sgd", "mse")
    x, y = [ROWS.tolist()] * 2, [SUMS.tolist()] * 2
    assert len(model.fit(x, y, verbose=0).epoch) == 1
    assert model.evaluate(x, y, verbose=0) == pytest.approx(model.evaluate([ROWS] * 2, [SUMS] * 2, verbose=0))
    assert [each.shape for each in model.predict(x)] == [(20, 1)] * 2
