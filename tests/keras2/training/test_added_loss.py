"""Losses besides that of ``compile``: of layers, of tensors of the graph, and those that take such tensors."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2 import backend as K  # as scripts call it
from amalthea.keras2 import metrics
from amalthea.keras2.layers import Dense, Lambda, Layer
from amalthea.keras2.models import Input, Model, Sequential, load_model
from tests.keras2.training.networks import ROWS, classifier, weight_model

X = ROWS[:, :1]


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


class Distance(Layer):
    """Adds how far its two inputs are from each other."""

    def call(self, inputs):
        self.add_loss(K.mean(K.square(inputs[0] - inputs[1])), inputs=inputs)
        return inputs[1]


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_loss_of_a_layer_needs_no_targets(shuffle):
    rows = Input(shape=(4,))
    model = Model(rows, Distance()([rows, Dense(4)(rows)]))
    model.compile("sgd", loss=None)
    history = model.fit(ROWS, epochs=2, batch_size=20, shuffle=shuffle, validation_data=(ROWS, None), verbose=0).history
    assert history["loss"][1] == pytest.approx(history["val_loss"][0], rel=1e-4)
    model.fit_generator(iter([(ROWS,), (ROWS, None), ROWS]), steps_per_epoch=3, verbose=0)
    expected = pytest.approx(np.mean((model.predict(ROWS) - ROWS) ** 2), rel=1e-4)
    assert model.evaluate(ROWS, verbose=0) == expected
    assert model.train_on_batch(ROWS, None) == expected
    with pytest.raises(ArgumentError, match=r"A batch has 1 parts; to train or evaluate, it is \(x, y\)"):
        classifier().fit(ROWS, verbose=0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_tensor_of_the_graph_is_added(sign):
    model = weight_model(compiled=False)
    model.add_loss(sign * K.sum(K.square(model.output), axis=-1))  # one a sample: their mean counts
    model.compile("sgd")
    names = list(model.output_names)
    assert model.evaluate(X, verbose=0) == pytest.approx(sign * np.mean(X**2), rel=1e-4)
    model.fit(X, batch_size=20, verbose=0)
    expected = 1 - sign * 0.01 * 2 * np.mean(X**2)
    assert float(model.get_weights()[0][0, 0]) == pytest.approx(expected, rel=1e-4)
    assert model.predict(X).shape == X.shape
    assert model.output_names == names


def variational():
    """As in the blog of Keras, "Building autoencoders"."""
    rows = Input(shape=(4,))
    mean, log_variance = Dense(2)(rows), Dense(2)(rows)
    drawn = Lambda(lambda each: each[0] + K.exp(each[1] / 2) * 0.1, output_shape=(2,))([mean, log_variance])
    model = Model(rows, Dense(4, activation="sigmoid")(drawn))

    def loss(x, decoded):
        divergence = -0.5 * K.sum(1 + log_variance - K.square(mean) - K.exp(log_variance), axis=-1)
        return 4 * metrics.binary_crossentropy(x, decoded) + divergence

    return model, rows, loss


def test_an_autoencoder_of_then():
    model, rows, loss = variational()
    model.add_loss(K.mean(loss(rows, model.output)))
    model.compile("rmsprop", loss=None)
    x = (ROWS > 0).astype("float64")
    history = model.fit(x, epochs=20, batch_size=5, validation_data=(x, None), verbose=0).history
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_files_with_an_added_loss_open_in_plain_keras(tmp_path):
    file = tmp_path / "model.keras"
    model = weight_model(compiled=False)
    model.add_loss(K.mean(K.square(model.output - model.input + 1)))
    model.compile("sgd", "mse")
    model.save(file)
    plain, again = keras.saving.load_model(file), load_model(file)
    np.testing.assert_allclose(plain.predict(X, verbose=0), model.predict(X), rtol=1e-5)
    expected = pytest.approx(model.evaluate(X, X, verbose=0), rel=1e-5)
    assert plain.evaluate(X, X, verbose=0) == expected
    assert again.evaluate(X, X, verbose=0) == expected
    model.save_weights(tmp_path / "weights.h5")
    model.load_weights(tmp_path / "weights.h5")


def test_losses_of_other_tensors_are_refused():
    model, _, loss = variational()
    model.compile("rmsprop", loss)
    for train in (model.train_on_batch, model.test_on_batch, model.fit, model.evaluate):
        with pytest.raises(ArgumentError, match=r"A loss takes .*mean.* from the graph.*Call model.add_loss"):
            train(ROWS, ROWS)
    with pytest.raises(ArgumentError, match="depends on more than the model's inputs"):
        weight_model().add_loss(K.mean(model.output))
    stack = Sequential([Dense(1, input_dim=4)])
    for other, added in ((weight_model(), lambda: 0.0), (stack, K.mean(stack.output))):
        with pytest.raises(ArgumentError, match=r"takes the tensors of .*in the call of a layer of your own"):
            other.add_loss(added)
