"""Models made of inputs and outputs, and of classes of the user's own."""

import pickle
from copy import deepcopy

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError, ArgumentTypeError
from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Input, Model, Sequential, clone_model
from tests.live_weights import set_live_weights

ROWS = np.random.default_rng(0).standard_normal((5, 6), dtype=np.float32)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.fixture(autouse=True)
def counted_from_one():
    keras.backend.clear_session()


def graph():
    rows = Input(shape=(6,))
    return rows, Dense(3, activation="relu")(rows)


@pytest.mark.parametrize(
    "made",
    [
        lambda a, b: Model(input=a, output=b),
        lambda a, b: Model(input=[a], output=[b]),
        lambda a, b: Model(inputs=a, outputs=b),
        lambda a, b: Model(a, b),
    ],
    ids=["Keras 1", "Keras 1, lists", "Keras 2", "by position"],
)
def test_inputs_and_outputs_in_every_spelling(made):
    rows, result = graph()
    model = made(rows, result)
    set_live_weights(model)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(numbers(model(ROWS)), np.maximum(ROWS @ kernel + bias, 0), atol=1e-5)
    assert isinstance(model, Model)
    assert isinstance(model, keras.Model)
    assert (model.name, model.input_shape, model.output_shape) == ("model_1", (None, 6), (None, 3))
    assert model.input is rows
    assert model.output is result
    assert model.input_names == ["input_1"]
    assert [layer.name for layer in model.layers] == ["input_1", "dense_1"]


def test_the_tensors_of_a_sequential_model_and_of_its_calls():
    model = Sequential([Dense(3, input_dim=6), Dense(2)])
    first = Model(input=model.input, output=model.layers[0].output)
    assert first.predict(ROWS, verbose=0).shape == (5, 3)
    assert model.get_input_at(0) is model.input
    assert model.get_output_at(0) is model.output
    given = Input(shape=(6,))
    returned = model(given)
    assert model.output is not returned
    assert model.get_input_at(1) is given
    assert model.get_output_at(1) is returned
    assert (model.get_input_shape_at(1), model.get_output_shape_at(1)) == ((None, 6), (None, 2))
    assert len(model.inbound_nodes) == 1
    assert model.outbound_nodes == []
    assert (model.input_names, first.get_output_shape_at(0)) == (["dense_1_input"], (None, 3))
    with pytest.raises(ArgumentError, match="was called 1 times; there is no call"):
        model.get_output_at(2)


def test_names_by_position_and_by_name():
    rows, result = graph()
    assert Model(rows, result, "third").name == "third"
    assert Model(input=rows, output=result, name="named").name == "named"
    assert Sequential([Dense(2, input_dim=3)], "stack").name == "stack"
    assert Sequential(name="other").name == "other"
    assert [Sequential().name for _ in range(2)] == ["sequential_1", "sequential_2"]


def test_what_cannot_be():
    rows, result = graph()
    with pytest.raises(ArgumentTypeError, match="Model got outputs twice, the second time as output="):
        Model(inputs=rows, outputs=result, output=result)
    with pytest.raises(ArgumentTypeError, match="Model got 4 arguments by position; it takes 3: inputs, outputs, name"):
        Model(rows, result, "name", True)
    model = Model(rows, result)
    with pytest.raises(ArgumentError, match=r"uses_learning_phase is gone.*training=True"):
        model.uses_learning_phase  # noqa: B018
    assert not hasattr(model, "uses_learning_phase")
    with pytest.raises(ArgumentError, match=r"to_yaml\(\) is gone.*to_json"):
        model.to_yaml()
    assert (model.updates, model.state_updates) == ([], [])


def test_several_inputs_and_outputs():
    a, b = Input(shape=(6,)), Input(shape=(6,), name="b")
    model = Model(input=[a, b], output=[keras.layers.Add()([a, b]), a])
    assert model.input == [a, b]
    assert len(model.output) == 2
    assert model.input_names == ["input_1", "b"]
    both = model.predict([ROWS, ROWS], verbose=0)
    np.testing.assert_allclose(both[0], 2 * ROWS)


def test_input_in_every_spelling():
    assert Input(batch_shape=(4, 6)).shape == (4, 6)
    assert Input((6,), 4).shape == (4, 6)  # as tf.keras has it
    assert Input((6,), (4, 6)[:0] or None, "x", "int32").dtype == "int32"
    wrapped = Input(tensor=Input((3,)))
    assert wrapped.shape == (None, 3)


def test_the_model_of_ones_own_class():
    class Own(Model):
        def __init__(self, units):
            super().__init__(name="own")
            self.dense = Dense(units)

        def call(self, inputs, mask=None):
            return self.dense(inputs) * 2

    class FromGraph(Model):
        """Made of inputs and outputs, as Keras 2 allowed."""

        def __init__(self, size):
            rows = Input(shape=(size,))
            super().__init__(inputs=rows, outputs=Dense(2)(rows))
            self.size = size

    own = Own(2)
    answer = own.predict(ROWS, verbose=0)
    kernel, bias = own.get_weights()
    np.testing.assert_allclose(answer, 2 * (ROWS @ kernel + bias), rtol=1e-4, atol=1e-5)
    assert own.name == "own"
    made = FromGraph(6)
    assert made.predict(ROWS, verbose=0).shape == (5, 2)
    assert (made.name, made.size, made.output_shape) == ("from_graph_1", 6, (None, 2))
    assert FromGraph(4).output_shape == (None, 2)
    assert Model.__mro__[1].__module__.startswith("amalthea"), "the base class itself stayed as it was"
    assert not isinstance(own, type(made).__mro__[1])


def test_copies_and_descriptions_are_of_the_same_classes():
    rows, result = graph()
    model = Model(rows, result)
    stack = Sequential([Dense(3, input_dim=6, name="first"), Dense(2, name="second")])
    for original in (model, stack):
        set_live_weights(original)
        for copy in (clone_model(original), type(original).from_config(original.get_config())):
            assert type(copy) is type(original)
            assert [type(layer) for layer in copy.layers] == [type(layer) for layer in original.layers]
            assert [layer.name for layer in copy.layers] == [layer.name for layer in original.layers]
            copy.set_weights(original.get_weights())
            np.testing.assert_array_equal(numbers(copy(ROWS)), numbers(original(ROWS)))
            assert not any(a is b for a, b in zip(copy.weights, original.weights, strict=True))


def test_copies_by_pickle():
    rows, result = graph()
    for model in (Model(rows, result), Sequential([Dense(2, input_dim=6)])):
        set_live_weights(model)
        for copied in (pickle.loads(pickle.dumps(model)), deepcopy(model)):
            assert type(copied) is type(model)
            assert all(isinstance(layer, Dense) for layer in copied.layers if layer.weights)
            np.testing.assert_array_equal(numbers(copied(ROWS)), numbers(model(ROWS)))


def test_written_files_name_the_classes_of_keras(tmp_path):
    rows, result = graph()
    model = Sequential([Model(rows, result), Dense(2)])
    set_live_weights(model)
    text = model.to_json()
    assert "amalthea" not in text
    plain = keras.models.model_from_json(text)
    parts = plain._flatten_layers()
    assert {type(part).__module__.partition(".")[0] for part in parts} == {"keras"}
    assert not any(isinstance(part, (Model, Dense)) for part in parts)
    plain.set_weights(model.get_weights())
    np.testing.assert_array_equal(numbers(plain(ROWS)), numbers(model(ROWS)))
    keras.saving.save_model(model, tmp_path / "whole.keras")
    loaded = keras.saving.load_model(tmp_path / "whole.keras")
    assert type(loaded) is keras.Sequential
    np.testing.assert_array_equal(numbers(loaded(ROWS)), numbers(model(ROWS)))
