"""Models whose inner models are opened keep their layers, weights and answers."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea import _keras
from amalthea.errors import ArgumentError, UnsupportedLayerError
from amalthea.transfer.cutting.flat import flattened
from tests.live_weights import clearly_different, set_live_weights
from tests.transfer.cutting.pieces import answers, numbers, small_base


def assert_same(flat, model, *shape):
    x = numbers(2, *shape)
    (found,), (wanted,) = answers(flat, x), answers(model, x)
    np.testing.assert_array_equal(found, wanted)
    assert clearly_different(*wanted)
    assert not any(isinstance(layer, keras.Model) for layer in flat.layers)
    assert {id(weight) for weight in flat.weights} == {id(weight) for weight in model.weights}


def test_a_plain_model_is_returned_as_it_is():
    base = small_base()
    assert flattened(base) is base


def test_sequential_on_a_base():
    model = keras.Sequential([small_base(), layers.Flatten(), layers.Dense(2, name="scores")])
    flat = flattened(model)
    assert_same(flat, model, 12, 12, 3)
    assert [layer.name for layer in flat.layers][-3:] == ["pool", "flatten", "scores"]
    assert flat.name == model.name


def test_models_inside_models_inside_models():
    inner = keras.Sequential([small_base(), layers.Dropout(0.5)], name="inner")
    image = keras.Input((12, 12, 3))
    model = keras.Model(image, layers.Dense(2)(layers.Flatten()(inner(layers.Rescaling(0.5)(image)))))
    assert_same(flattened(model), model, 12, 12, 3)


def test_a_base_for_every_size_gets_the_size_of_its_use():
    image = keras.Input((None, None, 3))
    conv = layers.Conv2D(4, 3, data_format="channels_last", name="conv")
    model = keras.Sequential([keras.Input((9, 11, 3)), keras.Model(image, conv(image)), layers.Flatten()])
    set_live_weights(model.layers[0])
    flat = flattened(model)
    assert_same(flat, model, 9, 11, 3)
    assert flat.get_layer("flatten").output.shape == (None, 7 * 9 * 4)


def test_a_base_used_twice():
    pair = [keras.Input((12, 12, 3), name=name) for name in ("left", "right")]
    base = small_base()
    model = keras.Model(pair, layers.Subtract(name="difference")([base(picture) for picture in pair]))
    flat = flattened(model)
    x = [numbers(2, 12, 12, 3), numbers(2, 12, 12, 3, seed=1)]
    np.testing.assert_array_equal(*(answers(one, x)[0] for one in (flat, model)))
    assert [tensor.name for tensor in flat.inputs] == ["left", "right"]
    with pytest.raises(ArgumentError, match="its layer 'conv1' returns 2 tensors, for it is used more than once"):
        flattened(model, "conv1")


def test_several_inputs_and_outputs_keep_their_order_and_structure():
    pair = keras.Input((3,), name="a"), keras.Input((4,), name="b")
    inner = keras.Model(pair, [layers.Dense(5)(pair[1]), layers.Dense(6)(pair[0])], name="inner")
    set_live_weights(inner)
    outer = {"p": keras.Input((4,), name="p"), "q": keras.Input((3,), name="q")}
    five, six = inner([outer["q"], outer["p"]])
    model = keras.Model(outer, {"six": six, "five": five})
    flat = flattened(model)
    x = {"p": numbers(2, 4), "q": numbers(2, 3)}
    assert flat.output.keys() == {"five", "six"}
    if keras.config.backend() != "openvino":  # whose predict takes no dictionary
        for name, wanted in model(x).items():
            np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (flat(x)[name], wanted)))


@pytest.mark.parametrize("training", [False, True])
def test_the_phase_given_to_an_inner_model_reaches_its_layers(training):
    image = keras.Input((12, 12, 3))
    inner = keras.Sequential([small_base(), layers.Dropout(0.5, name="dropout")], name="inner")
    flat = flattened(keras.Model(image, inner(image, training=training)))
    phases = {call.operation.name: call.keywords.get("training") for call in _keras.calls(flat)}
    assert phases == {
        "conv1": None,
        "bn1": training,
        "relu1": None,
        "conv2": None,
        "bn2": training,
        "add": None,
        "pool": None,
        "dropout": training,
    }


def test_it_may_end_earlier():
    model = keras.Sequential([small_base(), layers.Flatten(), layers.Dense(2, name="scores")], name="whole")
    flat = flattened(model, "relu1")
    assert flat.output_shape == (None, 12, 12, 4)
    assert flat.name == "whole"
    assert [tensor.shape[1:] for tensor in flattened(model, ["pool", "relu1"]).outputs] == [(6, 6, 4), (12, 12, 4)]
    assert flattened(model, "base").output_shape == (None, 6, 6, 4), "a model inside goes by its name too"
    base = model.get_layer("base")
    assert [layer.name for layer in flattened(base, "relu1").layers] == ["image", "conv1", "bn1", "relu1"]


def test_a_layer_that_is_not_there():
    model = keras.Sequential([small_base(), layers.Flatten()], name="whole")
    with pytest.raises(ArgumentError, match=r"Model 'whole' has no layer 'relu_1'. Did you mean relu1.*summary\(\)"):
        flattened(model, "relu_1")
    with pytest.raises(ArgumentError, match=r"no layer 'xyz'. Its last ones are .*pool, base, flatten"):
        flattened(model, "xyz")


def test_layers_of_the_same_name_in_different_models():
    model = keras.Sequential([keras.Input((12, 12, 3)), small_base(), layers.ReLU(name="relu1")], name="whole")
    with pytest.raises(ArgumentError, match=r"Model 'whole': several layers of it.* are called relu1. Build it"):
        flattened(model)


def test_an_inner_model_whose_inputs_keras_rearranges_stays_closed():
    rows = keras.Input((4, 1))
    inner = keras.Model(rows, layers.Dense(3, name="inside")(rows), name="inner")
    column = keras.Input((4,))
    model = keras.Model(column, inner(column))
    assert [layer.name for layer in flattened(model).layers][1:] == ["inner"]


class Own(keras.Model):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("VGG16", ArgumentError, "model='VGG16' is a str; allowed is a keras.Model"),
        (keras.Sequential([layers.Dense(2)], name="open"), ArgumentError, "Model 'open' has no shapes yet"),
        (Own(name="own"), ArgumentError, "Model 'own' has no shapes yet"),
    ],
)
def test_what_is_no_graph(model, error, message):
    with pytest.raises(error, match=message):
        flattened(model)


def test_a_model_with_a_method_of_its_own():
    model = Own(name="own")
    model.build((None, 3))
    with pytest.raises(UnsupportedLayerError, match="Model 'own' of type Own computes in a method of its own"):
        flattened(model)
