"""``np.random.seed`` in a script decides what is random in its run, and the run changes nothing of NumPy's state."""

import keras
import numpy as np
import pytest

from amalthea.keras2._randomness import next_seed
from amalthea.keras2.layers import Dense, Dropout
from amalthea.keras2.models import Input, Model, Sequential, clone_model, model_from_json
from tests.keras2.training.networks import LABELS, ROWS, classifier

OF_KERAS_2 = """{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense",
"config": {"name": "d", "units": 3, "batch_input_shape": [null, 4]}}]}, "keras_version": "2.2.4"}"""


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


@pytest.fixture(autouse=True)
def state_of_numpy():
    before = np.random.get_state()
    yield
    np.random.set_state(before)


def history(seed):
    np.random.seed(seed)
    model = Sequential([Dense(8, activation="relu", input_dim=4), Dropout(0.5), Dense(1, activation="sigmoid")])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model.fit(ROWS, LABELS, batch_size=4, epochs=2, verbose=0).history


def test_the_same_seed_gives_the_same_history():
    first, other, second = history(3), history(4), history(3)
    assert first["loss"] == second["loss"]
    assert first["loss"] != other["loss"]


def test_seeds_follow_from_the_state_and_their_number():
    np.random.seed(11)
    first = [next_seed() for _ in range(3)]
    np.random.rand()
    assert next_seed() not in first
    np.random.seed(11)
    assert [next_seed() for _ in range(3)] == first
    assert len(set(first)) == 3
    assert all(0 <= seed < 2**31 for seed in first)


def test_the_same_seed_told_again_starts_anew():
    def seeds():
        np.random.seed(11)
        return [next_seed() for _ in range(3)]

    assert seeds() == seeds()
    np.random.seed(11)
    numbers = np.random.randn(4), np.random.rand(4), np.random.randn(3)
    seeds()
    for expected, given in zip(numbers, (np.random.randn(4), np.random.rand(4), np.random.randn(3)), strict=True):
        np.testing.assert_array_equal(expected, given)


def test_models_from_a_configuration_follow_the_seed():
    rows = Input((4,))
    graph, stack = Model(rows, Dense(3)(rows)), Sequential([Dense(3, input_dim=4)])
    plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    makers = {
        "json": lambda: model_from_json(stack.to_json()),
        "json of Keras 3": lambda: model_from_json(plain.to_json()),
        "json of Keras 2": lambda: model_from_json(OF_KERAS_2),
        "Sequential": lambda: Sequential.from_config(stack.get_config()),
        "Model": lambda: Model.from_config(graph.get_config()),
        "copy": lambda: clone_model(stack),
    }
    for name, make in makers.items():
        kernels = []
        for seed in (0, 1, 2, 1):
            np.random.seed(seed)
            kernels.append(make().get_weights()[0])
        _, first, other, again = kernels
        assert np.array_equal(first, again) and not np.array_equal(first, other), name


@pytest.mark.parametrize("shuffle", [True, "batch", False])
def test_training_leaves_the_state_of_numpy_alone(shuffle):
    np.random.seed(5)
    expected = np.random.RandomState(5).rand(3)
    classifier().fit(ROWS, LABELS, shuffle=shuffle, epochs=2, verbose=0)
    np.testing.assert_array_equal(np.random.rand(3), expected)
