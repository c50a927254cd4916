"""``fit_generator`` and its like: which batches are taken, how many, and in which order."""

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.keras2 import applications
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2.preprocessing.image import ImageDataGenerator
from amalthea.keras2.utils.data_utils import Sequence
from tests.keras2.training.networks import LABELS, ROWS, classifier, numbers, weight_model
from tests.live_weights import built_alive

PICTURES = np.random.default_rng(0).uniform(0, 255, (10, 32, 32, 3)).astype("float32")


@pytest.fixture
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


class Numbered:
    """An endless iterator that knows which batches it has given; no generator, and no class of Keras."""

    def __init__(self, size=4):
        self.given, self.size = 0, size

    def __iter__(self):
        return self

    def __next__(self):
        rows = np.arange(self.given, self.given + self.size) % len(ROWS)
        self.given += 1
        return ROWS[rows], LABELS[rows]


class Rows(Sequence):
    """Four batches of five rows."""

    def __init__(self):
        self.asked, self.ended = [], 0

    def __len__(self):
        return 4

    def __getitem__(self, number):
        self.asked.append(number)
        return ROWS[number * 5 : number * 5 + 5], LABELS[number * 5 : number * 5 + 5]

    def on_epoch_end(self):
        self.ended += 1


def test_an_iterator_gives_exactly_the_batches_that_are_trained_on(trains):
    data, checks = Numbered(), Numbered()
    history = classifier().fit_generator(
        data, steps_per_epoch=7, epochs=3, validation_data=checks, validation_steps=2, verbose=0
    )
    assert (data.given, checks.given) == (21, 6)
    assert len(history.history["val_acc"]) == 3


def test_a_generator_can_be_used_again(trains):
    def rows():
        while True:
            yield ROWS[:4], LABELS[:4]

    data, model = rows(), classifier()
    model.fit_generator(data, steps_per_epoch=2, epochs=1, verbose=0)
    assert model.evaluate_generator(data, 3)[0] == pytest.approx(model.evaluate(ROWS[:4], LABELS[:4], verbose=0)[0])
    assert model.predict_generator(data, 2).shape == (8, 1)
    assert next(data)[0].shape == (4, 4)


def test_a_sequence_goes_round_and_is_told_so(trains):
    data = Rows()
    classifier().fit_generator(data, steps_per_epoch=6, epochs=2, shuffle=False, verbose=0)
    assert data.asked == [0, 1, 2, 3] * 3
    assert data.ended == 3


def test_a_sequence_is_shuffled_batch_by_batch(trains):
    data = Rows()
    classifier().fit(data, epochs=4, verbose=0)
    passes = [data.asked[place : place + 4] for place in range(0, 16, 4)]
    assert [sorted(each) for each in passes] == [[0, 1, 2, 3]] * 4
    assert len({tuple(each) for each in passes}) > 1


def test_answers_and_losses_are_those_of_the_rows(trains):
    model = classifier()
    np.testing.assert_allclose(model.predict_generator(Rows(), 4), model.predict(ROWS), rtol=1e-5)
    np.testing.assert_allclose(model.predict(Rows()), model.predict(ROWS), rtol=1e-5)
    assert model.evaluate_generator(Rows(), 4) == pytest.approx(model.evaluate(ROWS, LABELS, verbose=0), rel=1e-5)


def test_more_steps_than_batches_answer_again():
    model = weight_model(compiled=False)
    column = ImageDataGenerator()
    flow = column.flow(np.arange(10.0).reshape(10, 1, 1, 1), batch_size=4, shuffle=False)
    found = weight_like(model).predict_generator(flow, steps=5)
    np.testing.assert_array_equal(found.ravel(), [*range(10), *range(8)])


def weight_like(model):
    """A network for pictures of one pixel that answers with it."""
    picture = keras.Input((1, 1, 1))
    return type(model)(picture, keras.layers.Flatten()(picture))


@pytest.mark.parametrize(("steps", "taken"), [(3.0, 3), (20 / 8, 3), (np.int64(2), 2)])
def test_steps_that_are_no_whole_number(trains, steps, taken):
    data = Numbered()
    classifier().fit_generator(data, steps_per_epoch=steps, epochs=1, verbose=0)
    assert data.given == taken


@pytest.mark.parametrize("name", ["samples_per_epoch", "by position"])
def test_keras_1_counted_samples(trains, name):
    data = Numbered(size=8)
    with written_for(1 if name == "by position" else None):
        if name == "by position":
            classifier().fit_generator(data, 20, 1, 0, [], Numbered(), 9)
        else:
            classifier().fit_generator(data, samples_per_epoch=20, nb_epoch=1, verbose=0)
    assert data.given == 3


def test_samples_of_an_iterator_over_pictures(trains):
    data = ImageDataGenerator().flow(PICTURES, np.arange(10) % 2, batch_size=4, shuffle=False)
    assert network().predict_generator(data, val_samples=10).shape == (10, 1)
    assert network().predict_generator(data, val_samples=12).shape == (14, 1)
    assert network().predict_generator(data, val_samples=20).shape == (20, 1)


def network():
    picture = keras.Input((32, 32, 3))
    return type(weight_model(compiled=False))(picture, keras.layers.Dense(1)(keras.layers.Flatten()(picture)))


def test_steps_in_samples_are_taken_and_doubted(trains):
    data = ImageDataGenerator().flow(PICTURES, np.arange(10) % 2, batch_size=4)
    model = network()
    model.compile("sgd", "mse")
    with pytest.warns(AmaltheaWarning, match=r"steps_per_epoch=10 is 10 batches of 4: 4 times over all 10 samples"):
        model.fit_generator(data, steps_per_epoch=10, epochs=1, verbose=0)
    assert int(numbers(model.optimizer.iterations)) == 10
    model.fit_generator(data, steps_per_epoch=4, epochs=1, verbose=0)  # twice round: nothing to be said


def test_steps_that_are_about_as_many_as_samples_are_doubted():
    """2000 for a folder of 2046, as in the tutorial."""
    data = ImageDataGenerator().flow(PICTURES, batch_size=4, shuffle=False)
    with pytest.warns(AmaltheaWarning, match=r"=6 is 6 batches of 4: 2.4 times over all 10 samples.*=3, once"):
        network().predict_generator(data, 6)
    network().predict_generator(data, 5)


def test_steps_of_a_sequence_in_samples_are_doubted(trains):
    """Its first batch tells how many samples there are, and is not read another time."""
    data = Rows()
    with pytest.warns(AmaltheaWarning, match=r"steps_per_epoch=11 is 11 batches of 5: 2.8 times over all 20 samples"):
        classifier().fit_generator(data, steps_per_epoch=11, epochs=1, shuffle=False, verbose=0)
    assert data.asked == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]
    data = Rows()
    classifier().fit_generator(data, steps_per_epoch=10, epochs=1, shuffle=False, verbose=0)
    assert data.asked == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


def test_a_tail_that_is_left_out():
    data = ImageDataGenerator().flow(PICTURES, batch_size=4, shuffle=False)
    with pytest.warns(AmaltheaWarning, match=r"answers the first 8 of 10 samples.*Did you mean steps=3"):
        assert len(network().predict_generator(data, 2)) == 8
    assert len(network().predict_generator(data, 1)) == 4


def test_answers_in_an_order_that_nobody_knows():
    data = ImageDataGenerator().flow(PICTURES, batch_size=4)
    with pytest.warns(AmaltheaWarning, match="predict_generator answers in the order of the batches"):
        network().predict_generator(data, 3)


@pytest.mark.single_backend
@pytest.mark.parametrize("loaded", ["by the constructor", "into the base", "into all of it"])
def test_pictures_that_are_scaled_for_another_network(loaded, tmp_path):
    arguments = {"alpha": 0.25, "include_top": False, "input_shape": (32, 32, 3)}
    base, file = built_alive(lambda: applications.MobileNet(weights=None, **arguments)), tmp_path / "weights.h5"
    base.save_weights(file)
    if loaded == "by the constructor":
        base = applications.MobileNet(weights=str(file), **arguments)
    on_top = type(base)(base.input, keras.layers.GlobalAveragePooling2D()(base.output))
    made = [{"rescale": 1 / 255}, {"rescale": 1 / 255, "preprocessing_function": lambda x: x}, {}]
    if loaded == "into the base":
        base.load_weights(file)
    elif loaded == "into all of it":
        on_top.load_weights(file, by_name=True)
    rescaled, own, plain = (ImageDataGenerator(**each).flow(PICTURES, batch_size=5, shuffle=False) for each in made)
    with pytest.warns(AmaltheaWarning, match=r"rescale=0.003922 gives MobileNet pixels in \[0, 1\].*in \[-1, 1\]"):
        on_top.predict_generator(rescaled, 2)
    on_top.predict_generator(own, 2)
    on_top.predict_generator(plain, 2)
    network().predict_generator(rescaled, 2)


def test_a_generator_that_ends(trains):
    rows = ((ROWS[:4], LABELS[:4]) for _ in range(5))
    with pytest.raises(ArgumentError, match=r"ended after 5 batches, and 6 are needed"):
        classifier().fit_generator(rows, steps_per_epoch=3, epochs=2, verbose=0)


def test_a_generator_that_fails(trains):
    def broken():
        yield from [(ROWS[:4], LABELS[:4])] * 4
        raise OSError("the disk is gone")

    model = classifier()
    with pytest.raises(OSError, match="the disk is gone"):
        model.fit_generator(broken(), steps_per_epoch=6, epochs=1, verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_wrong_batches_and_numbers(trains):
    model = classifier()
    with pytest.raises(ArgumentError, match=r"A batch has 1 parts; to train or evaluate, it is \(x, y\)"):
        model.fit_generator(iter([(ROWS,)]), steps_per_epoch=1, verbose=0)
    with pytest.raises(ArgumentError, match="steps_per_epoch is needed: a generator yields batches without end"):
        model.fit_generator(iter([(ROWS, LABELS)]), verbose=0)
    with pytest.raises(ArgumentError, match=r"steps=0; allowed is a number of batches from 1 on"):
        model.evaluate_generator(Rows(), 0)
    with pytest.raises(TypeError, match="unexpected"):
        model.fit_generator(Rows(), epoch=3)


def test_data_of_keras_stay_with_keras(backend):
    if backend != "tensorflow":
        pytest.skip("tf.data is TensorFlow's")
    import tensorflow as tf

    model = classifier()
    data = tf.data.Dataset.from_tensor_slices((ROWS, LABELS[:, None])).batch(5)
    assert len(model.fit(data, epochs=2, verbose=0).history["acc"]) == 2
    assert model.predict(data).shape == (20, 1)
    model.fit_generator(Rows(), verbose=0)  # in the same function of TensorFlow, whose targets keep their rank
    ranks = tf.data.Dataset.from_tensor_slices((ROWS, LABELS)).batch(4)
    model = classifier(metrics=[lambda y_true, y_pred: keras.ops.mean(y_true * y_pred)])
    model.fit(ranks.repeat(), steps_per_epoch=2, validation_data=ranks, verbose=0)
    flat = ImageDataGenerator().flow(PICTURES, np.arange(10) % 2, batch_size=4)
    pairs = ((x[:, 0, 0, :1].repeat(4, axis=1), y) for x, y in flat)
    model.fit_generator(pairs, steps_per_epoch=2, verbose=0)
    assert model.evaluate(ranks, verbose=0) == pytest.approx(model.evaluate(ROWS, LABELS, verbose=0), rel=1e-5)
