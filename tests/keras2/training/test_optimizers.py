"""Optimizers against the arithmetic of Keras 2, reckoned here with NumPy."""

import pickle

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError
from amalthea.keras2 import backend as K  # as scripts call it
from amalthea.keras2 import callbacks, optimizers
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2.layers import Dense
from tests.keras2.training.networks import numbers, weight_model, weight_of

STEPS = 5
EPSILON = 1e-7


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def trained(optimizer, size=1.0):
    """The weight after each of a few steps of (size * weight)**2."""
    model = weight_model(optimizer=optimizer)
    found = []
    for _ in range(STEPS):
        model.train_on_batch(np.full((1, 1), size), np.zeros((1, 1)))
        found.append(weight_of(model))
    return found


def reckoned(step, size=1.0):
    """The same, by a function that makes a step of the gradient and its number."""
    weight, found = 1.0, []
    for number in range(STEPS):
        weight -= step(2 * size**2 * weight, number)
        found.append(weight)
    return found


def rmsprop(rate=0.001, rho=0.9, epsilon=EPSILON):
    memory = [0.0]

    def step(gradient, number):
        memory[0] = rho * memory[0] + (1 - rho) * gradient**2
        return rate * gradient / (np.sqrt(memory[0]) + epsilon)

    return step


def adagrad(rate=0.01, epsilon=EPSILON):
    memory = [0.0]

    def step(gradient, number):
        memory[0] += gradient**2
        return rate * gradient / (np.sqrt(memory[0]) + epsilon)

    return step


def adadelta(rate=1.0, rho=0.95, epsilon=EPSILON):
    squares, moves = [0.0], [0.0]

    def step(gradient, number):
        squares[0] = rho * squares[0] + (1 - rho) * gradient**2
        move = gradient * np.sqrt(moves[0] + epsilon) / np.sqrt(squares[0] + epsilon)
        moves[0] = rho * moves[0] + (1 - rho) * move**2
        return rate * move

    return step


def adam(rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=EPSILON, largest=False):
    means, squares = [0.0], [0.0]

    def step(gradient, number):
        means[0] = beta_1 * means[0] + (1 - beta_1) * gradient
        if largest:
            squares[0] = max(beta_2 * squares[0], abs(gradient))
            return rate / (1 - beta_1 ** (number + 1)) * means[0] / (squares[0] + epsilon)
        squares[0] = beta_2 * squares[0] + (1 - beta_2) * gradient**2
        unbiased = rate * np.sqrt(1 - beta_2 ** (number + 1)) / (1 - beta_1 ** (number + 1))
        return unbiased * means[0] / (np.sqrt(squares[0]) + epsilon)

    return step


CASES = {
    "sgd": lambda: lambda gradient, number: 0.01 * gradient,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "adam": adam,
    "adamax": lambda: adam(rate=0.002, largest=True),
}


@pytest.mark.parametrize("size", [1.0, 1e-2], ids=["large gradients", "small gradients"])
@pytest.mark.parametrize("name", CASES)
def test_a_name_means_the_defaults_of_then(name, size):
    moved = 1 - np.array(trained(name, size))
    np.testing.assert_allclose(moved, 1 - np.array(reckoned(CASES[name](), size)), rtol=2e-3, atol=3e-7)


@pytest.mark.parametrize(
    ("optimizer", "step"),
    [
        (lambda: optimizers.SGD(0.1, 0.0, 0.5), lambda gradient, number: 0.1 / (1 + 0.5 * number) * gradient),
        (lambda: optimizers.SGD(lr=0.1, decay=0.5), lambda gradient, number: 0.1 / (1 + 0.5 * number) * gradient),
        (lambda: optimizers.RMSprop(lr=0.01, rho=0.8, epsilon=0.5), rmsprop(0.01, 0.8, 0.5)),
        (lambda: optimizers.Adam(0.02, 0.8, 0.9, 0.1), adam(0.02, 0.8, 0.9, 0.1)),
        (lambda: optimizers.SGD(lr=1, clipnorm=0.25), lambda gradient, number: min(gradient, 0.25)),
        (lambda: optimizers.SGD(lr=1, clipvalue=0.25), lambda gradient, number: min(gradient, 0.25)),
    ],
    ids=["decay by position", "decay", "RMSprop", "Adam", "clipnorm", "clipvalue"],
)
def test_arguments_mean_what_they_did(optimizer, step):
    rtol = 0.03 if step.__qualname__.startswith("rmsprop") else 1e-4  # the root of a sum is not the sum of the roots
    np.testing.assert_allclose(trained(optimizer()), reckoned(step), rtol=rtol)


def test_clipnorm_bounds_all_gradients_together():
    model = weight_model(compiled=False)
    layer = model.layers[-1]
    both = Dense(1, use_bias=False, kernel_initializer="ones")
    twice = type(model)(model.input, both(model.output))
    twice.compile(optimizer=optimizers.SGD(lr=1.0, clipnorm=0.5), loss="mse")
    twice.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
    moved = 1 - np.array([numbers(layer.kernel)[0, 0], numbers(both.kernel)[0, 0]])
    assert np.linalg.norm(moved) == pytest.approx(0.5, rel=1e-5)


def test_lr_can_be_read_and_set():
    optimizer = optimizers.Adam(lr=0.25, decay=0.5)
    assert K.get_value(optimizer.lr) == 0.25
    K.set_value(optimizer.lr, 0.125)
    assert float(K.get_value(optimizer.lr)) == 0.125
    optimizer.lr = 0.5
    assert (float(K.get_value(optimizer.lr)), optimizer.decay) == (0.5, 0.5)


def test_lr_that_a_callback_sets_is_the_one_that_trains():
    rates = iter([0.1, 0.2])

    class Rate(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            K.set_value(self.model.optimizer.lr, next(rates))

    model = weight_model(optimizer=optimizers.SGD(lr=0.9, decay=1.0))
    model.fit(np.ones((1, 1)), np.zeros((1, 1)), epochs=2, verbose=0, callbacks=[Rate()])
    assert weight_of(model) == pytest.approx((1 - 0.2) * (1 - 2 * 0.2 / 2), rel=1e-5)


def test_both_ways_of_clipping():
    with pytest.warns(AmaltheaWarning, match=r"both clipnorm and clipvalue.*clipvalue is left out"):
        optimizer = optimizers.SGD(clipnorm=1.0, clipvalue=0.5)
    assert (optimizer.global_clipnorm, optimizer.clipvalue) == (1.0, None)


def test_epsilon_of_keras_1():
    with written_for(1):
        assert optimizers.Adam().epsilon == 1e-8
    assert optimizers.Adam().epsilon == keras.config.epsilon()
    assert optimizers.Adam(epsilon=None).epsilon == keras.config.epsilon()


@pytest.mark.parametrize("kind", optimizers.KINDS.values(), ids=lambda kind: kind.__name__)
def test_configurations_come_back_and_are_those_of_keras(kind):
    optimizer = kind(lr=0.125, epsilon=0.25) if "epsilon" in str(kind.spelling.positions) else kind(lr=0.125)
    config = optimizer.get_config()
    again = kind.from_config(dict(config))
    plain = getattr(keras.optimizers, kind.__name__).from_config(dict(config))
    assert {**again.get_config(), "name": ""} == {**config, "name": ""} == {**plain.get_config(), "name": ""}
    assert type(plain) is not type(again)


def test_a_configuration_answers_to_the_old_names():
    config = optimizers.SGD(lr=0.5).get_config()
    assert (config["lr"], config["decay"], config.get("lr"), "lr" in config) == (0.5, 0.0, 0.5, True)
    with pytest.raises(KeyError, match="rate"):
        config["rate"]
    config["lr"] = 0.25
    assert float(keras.optimizers.SGD.from_config(config).learning_rate) == 0.25
    decaying = optimizers.Adam(lr=0.5, decay=0.125).get_config()
    assert (decaying["lr"], decaying["decay"]) == (0.5, 0.125)
    decaying["lr"], decaying["decay"] = 0.25, 0.5
    again = optimizers.Adam.from_config(decaying)
    assert (float(K.get_value(again.lr)), again.decay) == (0.25, 0.5)
    assert type(pickle.loads(pickle.dumps(config))) is dict


@pytest.mark.parametrize("base", [optimizers.Optimizer, optimizers.Adam], ids=["Optimizer", "Adam"])
def test_an_optimizer_with_get_updates_says_what_to_do(base):
    class Own(base):
        def __init__(self, lr=0.01, **settings):
            super().__init__(**settings)
            self.lr = K.variable(lr)

        def get_updates(self, loss, params):
            return []

    with pytest.raises(
        ArgumentError, match=r"^Own: get_updates is gone.* update_step\(gradient, variable, .*"
    ) as caught:
        Own(lr=0.1)
    assert "\n" not in str(caught.value)


def test_an_optimizer_as_one_writes_it_today():
    class Signs(optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, learning_rate * keras.ops.sign(gradient))

    assert trained(Signs(learning_rate=0.125)) == [0.875, 0.75, 0.625, 0.5, 0.375]
    assert isinstance(keras.optimizers.SGD(), optimizers.Optimizer)
    assert issubclass(optimizers.Adam, optimizers.Optimizer)
    assert not isinstance(keras.layers.Dense(1), optimizers.Optimizer)


def test_a_model_with_decay_goes_on_in_plain_keras(tmp_path):
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    model = weight_model(optimizer=optimizers.SGD(lr=0.1, momentum=0.9, decay=0.5))
    for _ in range(3):
        model.train_on_batch(one, zero)
    keras.Model.save(model, tmp_path / "model.keras")
    plain = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(plain.optimizer, keras.optimizers.SGD)
    assert not isinstance(plain.optimizer, optimizers.SGD)
    for _ in range(3):
        model.train_on_batch(one, zero)
        plain.train_on_batch(one, zero)
    assert weight_of(plain) == pytest.approx(weight_of(model), rel=1e-6)
    assert weight_of(plain) != pytest.approx(1.0, rel=0.1)


def test_state_as_arrays():
    model = weight_model(optimizer=optimizers.SGD(lr=0.1, momentum=0.9))
    model.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))
    steps, momentum = model.optimizer.get_weights()
    assert (int(steps), float(momentum[0, 0])) == (1, pytest.approx(-0.2))
    model.optimizer.set_weights([np.array(7), np.zeros((1, 1))])
    assert int(numbers(model.optimizer.iterations)) == 7
    with pytest.raises(ArgumentError, match="got 1 arrays; the optimizer has 2"):
        model.optimizer.set_weights([np.array(7)])


@pytest.mark.single_backend
def test_optimizers_however_they_are_named():
    assert optimizers.get(None) is None
    assert type(optimizers.get("AdaDelta")) is optimizers.Adadelta
    assert float(optimizers.get({"class_name": "SGD", "config": {"lr": 0.5, "decay": 0.0}}).lr) == 0.5
    plain = keras.optimizers.Adam(0.5)
    assert optimizers.get(plain) is plain
    assert type(plain) is optimizers.Adam
    assert float(K.get_value(plain.lr)) == 0.5
    assert optimizers.sgd is optimizers.SGD
    assert optimizers.schedules.ExponentialDecay is keras.optimizers.schedules.ExponentialDecay


@pytest.mark.single_backend
def test_what_is_gone_or_wrong():
    with pytest.raises(ArgumentError, match="TFOptimizer is gone"):
        optimizers.TFOptimizer(object())
    with pytest.raises(ArgumentError, match="TFOptimizer is gone"):
        optimizers.get({"class_name": "TFOptimizer", "config": {}})
    with pytest.raises(ArgumentTypeError, match="got learning_rate twice, the second time as lr"):
        optimizers.SGD(0.1, lr=0.2)
    with pytest.raises(ValueError, match="not recognized"):
        optimizers.SGD(learning=0.2)


def test_a_momentum_in_whole_numbers():
    """As grids of scikit-learn have it; Keras 3 refuses it."""
    with pytest.raises(ValueError, match="momentum"):
        keras.optimizers.SGD(0.1, momentum=0)
    assert trained(optimizers.SGD(lr=0.1, momentum=0)) == pytest.approx(trained(optimizers.SGD(lr=0.1)))
