"""Models as people build them: nested, shared, with several inputs and outputs, and those that have no graph."""

import keras
import pytest
from keras import layers

from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import assert_agreement, numbers


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


def names(values):
    return [value.name for value in values]


def base(channels=3):
    """A small convolutional network for pictures of any size."""
    image = keras.Input((None, None, channels))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", data_format="channels_last")(image)
    return keras.Model(image, layers.GlobalAveragePooling2D(data_format="channels_last")(x), name="base")


def test_sequential_on_a_base():
    model = keras.Sequential([keras.Input((9, 11, 3)), base(), layers.Dropout(0.5), layers.Dense(2)])
    set_live_weights(model)
    set_live_weights(model.layers[0])
    (expected,), graph = assert_agreement(model, numbers(2, 9, 11, 3))
    assert clearly_different(expected[0], expected[1])
    assert names(graph.graph.output) == ["dense"]


def test_a_model_used_twice_keeps_its_weights_once():
    pair = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    shared = base()
    set_live_weights(shared)
    model = keras.Model(pair, layers.Concatenate()([shared(picture) for picture in pair]))
    _, graph = assert_agreement(model, numbers(2, 8, 8, 3), numbers(2, 8, 8, 3, seed=1))
    kernels = [weight for weight in graph.graph.initializer if list(weight.dims) == [4, 3, 3, 3]]
    assert len(kernels) == 1
    assert sum(node.op_type == "Conv" for node in graph.graph.node) == 2


def test_a_nested_model_with_several_inputs_and_outputs():
    pair = keras.Input((3,), name="a"), keras.Input((4,), name="b")
    inner = keras.Model(pair, [layers.Dense(5)(pair[1]), layers.Dense(6)(pair[0])], name="inner")
    set_live_weights(inner)
    outer = keras.Input((4,)), keras.Input((3,))
    model = keras.Model(outer, inner([outer[1], outer[0]])[::-1])
    assert_agreement(model, numbers(2, 4), numbers(2, 3))


def test_a_layer_used_twice():
    features = keras.Input((6,))
    shared = layers.Dense(6, activation="tanh")
    model = keras.Model(features, shared(shared(features)))
    set_live_weights(model)
    assert_agreement(model, numbers(3, 6))


def test_a_part_of_a_model_that_shares_its_layers():
    """The layers have calls that belong to the whole model, which the part must not follow."""
    whole = keras.Sequential([keras.Input((6,)), layers.Dense(5, name="a"), layers.Dense(4, name="b")])
    set_live_weights(whole)
    middle = whole.get_layer("a").output
    assert_agreement(keras.Model(whole.inputs[0], middle), numbers(2, 6))
    assert_agreement(keras.Model(middle, whole.outputs[0]), numbers(2, 5))


def test_names_are_those_of_keras_and_unique():
    inputs = {"one": keras.Input((3,), name="one"), "other": keras.Input((3,), name="other-input")}
    summed = layers.Add(name="sum of both")(list(inputs.values()))
    model = keras.Model(list(inputs.values()), [summed, summed, inputs["one"]])
    _, graph = assert_agreement(model, numbers(2, 3), numbers(2, 3, seed=1))
    assert names(graph.graph.input) == ["one", "other_input"]
    assert names(graph.graph.output) == ["sum_of_both", "sum_of_both_1", "one_1"]


def test_a_fixed_number_of_pictures_becomes_any():
    model = keras.Sequential([keras.Input(batch_shape=(2, 4, 4, 3)), layers.Flatten(), layers.Dense(2)])
    set_live_weights(model)
    _, graph = assert_agreement(model, numbers(2, 4, 4, 3))
    assert graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_a_subclass_that_only_sets_defaults():
    class Own(layers.Conv2D):
        def __init__(self, **settings):
            super().__init__(4, 3, activation="relu", data_format="channels_last", **settings)

        def get_config(self):
            return {}

    model = keras.Sequential([keras.Input((6, 6, 3)), Own()])
    set_live_weights(model)
    assert_agreement(model, numbers(2, 6, 6, 3))
