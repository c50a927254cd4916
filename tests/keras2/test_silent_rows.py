"""What Keras 3 does silently otherwise than was meant, a test each: it is done as then, or said in one line."""

import warnings
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning
from amalthea.keras2 import applications
from amalthea.keras2.layers import Convolution2D, Dense, Dropout, Flatten, Input
from amalthea.keras2.models import Model, Sequential
from amalthea.keras2.optimizers import SGD
from amalthea.keras2.preprocessing.image import ImageDataGenerator

PICTURES = np.random.default_rng(0).uniform(0, 255, (10, 32, 32, 3)).astype("float32")
LABELS = np.arange(10) % 2

pytestmark = pytest.mark.filterwarnings("default::amalthea.errors.AmaltheaWarning")


@pytest.fixture
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def advice(caught, word):
    """The advisory lines about a word, each with the line of this file."""
    found = [each for each in caught if issubclass(each.category, AmaltheaWarning) and word in str(each.message)]
    assert [Path(each.filename).name for each in found] == ["test_silent_rows.py"] * len(found)
    assert not any("\n" in str(each.message) for each in found)
    return [str(each.message) for each in found]


def recorded(action):
    """What an action returns, and all warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return action(), caught


def small_model(metrics=("accuracy",), optimizer="sgd"):
    model = Sequential([Input(shape=(32, 32, 3)), Flatten(), Dense(1, activation="sigmoid")])
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=list(metrics))
    return model


def flow(labels=LABELS, **arguments):
    return ImageDataGenerator(rescale=1 / 255).flow(PICTURES, labels, **{"batch_size": 4, **arguments})


def test_convolution2d_with_rows_and_columns_has_a_kernel_of_both():
    layer, caught = recorded(lambda: Convolution2D(32, 3, 3, input_shape=(8, 8, 3)))
    assert advice(caught, "") == []
    assert (layer.kernel_size, layer.strides) == ((3, 3), (1, 1))
    assert Sequential([layer]).output_shape == (None, 6, 6, 32)


def test_a_slice_of_more_layers_than_there_are():
    model = applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))

    def freeze():
        for layer in model.layers[:25]:
            layer.trainable = False

    _, caught = recorded(freeze)
    [line] = advice(caught, "25")
    assert "15" in line
    assert model.trainable_weights == []
    _, caught = recorded(lambda: model.layers[:15])
    assert advice(caught, "15") == []


def test_rescaled_pixels_for_a_network_that_wants_others(trains, tmp_path):
    base = applications.MobileNet(alpha=0.25, include_top=False, weights=None, input_shape=(32, 32, 3))
    _, caught = recorded(lambda: base.predict_generator(flow(None, shuffle=False), 3))
    assert advice(caught, "rescale") == []  # it trains from scratch: any scale will do
    base.save_weights(tmp_path / "weights.h5")
    base.load_weights(tmp_path / "weights.h5")
    _, caught = recorded(lambda: base.predict_generator(flow(None, shuffle=False), 3))
    assert len(advice(caught, "rescale")) == 1
    _, caught = recorded(lambda: small_model().predict_generator(flow(None, shuffle=False), 3))
    assert advice(caught, "rescale") == []


def test_shear_in_radians():
    _, caught = recorded(lambda: ImageDataGenerator(shear_range=0.2))
    assert len(advice(caught, "shear_range")) == 1
    _, caught = recorded(lambda: ImageDataGenerator(shear_range=11.5))
    assert advice(caught, "shear_range") == []


def test_more_steps_than_batches_go_round(trains):
    steps = []

    class Count(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            steps.append(batch)

    _, caught = recorded(
        lambda: small_model().fit_generator(flow(), steps_per_epoch=10, epochs=1, callbacks=[Count()], verbose=0)
    )
    assert len(steps) == 10
    assert "3" in " ".join(advice(caught, "steps_per_epoch"))
    assert [str(each.message) for each in caught if "ran out of data" in str(each.message)] == []


def test_predict_with_more_steps_than_batches_returns_as_many_rows():
    batches = flow(None, shuffle=False)
    found, _ = recorded(lambda: small_model().predict_generator(batches, steps=4))
    assert found.shape == (4 + 4 + 2 + 4, 1)
    np.testing.assert_array_equal(found[:4], found[10:])


def test_fit_keeps_the_order_of_an_iterator_that_does_not_shuffle(trains):
    labels = np.arange(10) / 16  # torch refuses labels above 1
    given = flow(labels, shuffle=False, batch_size=1)
    seen = []
    original = type(given).__getitem__

    class Watched(type(given)):
        def __getitem__(self, place):
            batch = original(self, place)
            seen.append(float(batch[1][0]))
            return batch

    given.__class__ = Watched
    model = small_model()
    recorded(lambda: model.fit(given, epochs=1, verbose=0))
    assert seen[:10] == labels.tolist()


@pytest.mark.parametrize("given", ["acc", "accuracy"])
def test_keys_of_the_history(trains, given):
    history = small_model([given]).fit(PICTURES, LABELS, validation_split=0.2, epochs=1, verbose=0).history
    assert {"loss", "acc", "val_loss", "val_acc"} <= set(history)
    assert history["acc"] == history["accuracy"]
    assert history["val_acc"] == history["val_accuracy"]


def test_names_of_metrics_go_with_what_evaluate_returns(trains):
    model = small_model()
    model.fit(PICTURES, LABELS, epochs=1, verbose=0)
    assert model.metrics_names == ["loss", "acc"]
    found = dict(zip(model.metrics_names, model.evaluate(PICTURES, LABELS, verbose=0), strict=True))
    answers = model.predict(PICTURES, verbose=0)[:, 0] > 0.5
    assert found["acc"] == pytest.approx((answers == LABELS).mean())


def test_decay_of_the_learning_rate(trains):
    """Steps of gradient descent by hand, with the rate that Keras 1 and 2 had: lr / (1 + decay * steps)."""
    image = Input(shape=(1,))
    model = Model(image, Dense(1, use_bias=False, kernel_initializer="ones")(image))
    model.compile(optimizer=SGD(lr=0.1, decay=0.5), loss="mse")
    weight = 1.0
    for step in range(4):
        model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
        weight -= 0.1 / (1 + 0.5 * step) * 2 * weight
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(weight, rel=1e-5)


def test_layers_pop():
    image = Input(shape=(4,))
    model = Model(image, Dense(2, name="last")(Dropout(0.5)(image)))
    popped, caught = recorded(lambda: model.layers.pop())
    assert popped.name == "last"
    assert [layer.name for layer in model.layers][-1] != "last"
    assert len(advice(caught, "still computes it")) == 1
    assert model.output_shape == (None, 2)


def test_a_tail_that_is_dropped():
    found, caught = recorded(lambda: small_model().predict_generator(flow(None, shuffle=False), 10 // 4))
    assert found.shape == (8, 1)
    [line] = advice(caught, "steps")
    assert "10" in line
    found, caught = recorded(lambda: small_model().predict_generator(flow(None, shuffle=False), 3))
    assert found.shape == (10, 1)
    assert advice(caught, "steps") == []


def test_what_trains_is_settled_at_compile(trains):
    image = Input(shape=(8,))
    layer = Dense(8)
    layer.trainable = False
    output = layer(image)
    frozen = Model(image, output)
    frozen.compile(optimizer="rmsprop", loss="mse")
    layer.trainable = True
    trained = Model(image, output)
    trained.compile(optimizer="rmsprop", loss="mse")
    x, y = np.random.default_rng(0).normal(size=(2, 16, 8))
    before = layer.get_weights()
    _, caught = recorded(lambda: frozen.fit(x, y, verbose=0))
    assert len(advice(caught, "was changed after compile")) == 1
    assert all(map(np.array_equal, before, layer.get_weights()))
    assert layer.trainable
    trained.fit(x, y, verbose=0)
    assert not any(map(np.array_equal, before, layer.get_weights()))
    layer.trainable = False
    now = layer.get_weights()
    _, caught = recorded(lambda: trained.fit(x, y, verbose=0))
    assert len(advice(caught, "was changed after compile")) == 1
    assert not any(map(np.array_equal, now, layer.get_weights()))
