"""What cannot be expressed is an error that names the layer, never a wrong graph."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import ArgumentError, UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import set_live_weights
from tests.runtime.agreement import assert_agreement, numbers

pytestmark = pytest.mark.single_backend

UNSUPPORTED = "cannot become part of a graph: .*{}.*Keep model.predict for this model"


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


def relu(x):
    """Not that of Keras."""
    return 2 * keras.ops.relu(x)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (layers.Lambda(lambda x: 2 * x, name="own"), "'own' of type Lambda cannot .*: the runtime has no converter"),
        (
            layers.Activation("sparsemax", name="own"),
            "'own' of type Activation .*: its activation sparsemax is none of celu, elu, ",
        ),
        (
            layers.Dense(2, activation=lambda x: x, name="own"),
            "'own' of type Dense .*: its activation <lambda> is none",
        ),
        (
            layers.Dense(2, activation=relu, name="own"),
            f"'own' of type Dense .*: its activation relu is a function of {__name__}, not of Keras; "
            "give activation='relu' if that is what is meant",
        ),
        (layers.Dense(2, dtype="float16", name="own"), "'own' of type Dense .*: its dtype policy is float16, not flo"),
    ],
    ids=["Lambda", "sparsemax", "function", "namesake", "half"],
)
def test_what_cannot_be_expressed(layer, reason):
    model = keras.Sequential([keras.Input((4, 5)), layer])
    with pytest.raises(UnsupportedLayerError, match=f"Layer {reason}.*Keep model.predict for this model"):
        to_onnx(model)


def test_reshape_to_several_open_sizes():
    with pytest.raises(UnsupportedLayerError, match=r"target shape \(None, None\) leaves more than one size open"):
        to_onnx(keras.Sequential([keras.Input((None, None, 3)), layers.Reshape((None, None))]))


def test_a_subclass_that_computes_otherwise():
    class Doubled(layers.Dense):
        def call(self, inputs):
            return 2 * super().call(inputs)

    class Multiplied(layers.Add):
        def _merge_function(self, inputs):
            return inputs[0] * inputs[1]

    features = keras.Input((3,))
    for layer, given, reason in (
        (Doubled(2, name="own"), features, "it overrides call of Dense"),
        (Multiplied(name="own"), [features, features], "it overrides _merge_function of Add"),
    ):
        with pytest.raises(
            UnsupportedLayerError, match=f"'own' of type {type(layer).__name__} " + UNSUPPORTED.format(reason)
        ):
            to_onnx(keras.Model(features, layer(given)))


def test_an_instance_that_computes_otherwise():
    layer = layers.Dense(2, name="own")
    model = keras.Sequential([keras.Input((3,)), layer])
    layer.call = lambda inputs: inputs
    with pytest.raises(UnsupportedLayerError, match="'own' of type Dense " + UNSUPPORTED.format("it overrides call")):
        to_onnx(model)
    convolution = layers.Conv2D(2, 3, name="own")
    model = keras.Sequential([keras.Input((8, 8, 3)), convolution])
    convolution.convolution_op = lambda inputs, kernel: inputs
    with pytest.raises(UnsupportedLayerError, match=r"'own' of type Conv2D .*it overrides convolution_op"):
        to_onnx(model)


def test_dropout_that_stays_on():
    features = keras.Input((3,))
    model = keras.Model(features, layers.Dropout(0.5, name="on")(features, training=True))
    with pytest.raises(UnsupportedLayerError, match="'on' of type Dropout " + UNSUPPORTED.format("training=True")):
        to_onnx(model)


class OwnModel(keras.Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.dense = layers.Dense(2)

    def call(self, inputs):
        return self.dense(inputs)


def test_a_model_with_a_method_of_its_own():
    model = OwnModel(name="own")
    model(np.zeros((1, 3), np.float32))
    message = "'own' of type OwnModel computes in a method of its own.*Keep model.predict"
    with pytest.raises(UnsupportedLayerError, match=message):
        to_onnx(model)
    outer = keras.Sequential([keras.Input((3,)), model])
    with pytest.raises(UnsupportedLayerError, match=r"Layer 'own' of type OwnModel .* no converter"):
        to_onnx(outer)


class Doubling(keras.Model):
    def predict_step(self, *given):
        return 2 * super().predict_step(*given)


def test_a_model_that_predicts_otherwise():
    features = keras.Input((3,))
    scores = layers.Dense(2)(features)
    plain, changed = keras.Model(features, scores, name="changed"), keras.Model(features, scores, name="changed")
    changed.predict_on_batch = lambda given: given
    for model, method in ((Doubling(features, scores, name="changed"), "predict_step"), (changed, "predict_on_batch")):
        with pytest.raises(UnsupportedLayerError, match=f"'changed' of type .* overrides {method}, which no graph has"):
            to_onnx(model)
    assert_agreement(plain, numbers(2, 3))


def test_a_sequential_that_is_called_otherwise():
    class Own(keras.Sequential):
        def __call__(self, *given, **settings):
            return 2 * super().__call__(*given, **settings)

    with pytest.raises(UnsupportedLayerError, match="'own' of type Own computes in a method of its own"):
        to_onnx(Own([keras.Input((3,)), layers.Dense(2)], name="own"))


def test_models_that_train_otherwise():
    """A nested one is called, and never asked to predict."""

    class Trained(keras.Model):
        def train_step(self, *given):
            raise NotImplementedError

    features = keras.Input((3,))
    inner = Doubling(features, layers.Dense(2)(features))
    model = Trained(features, inner(features))
    set_live_weights(inner)
    assert_agreement(model, numbers(2, 3))


@pytest.mark.parametrize("beside", [np.ones((1, 3), np.float32), [[1.0, 2.0, 3.0]]], ids=["array", "list"])
def test_numbers_beside_a_tensor(beside):
    features = keras.Input((3,))
    model = keras.Model(features, layers.Add(name="sum")([features, keras.ops.convert_to_tensor(beside)]))
    with pytest.raises(
        UnsupportedLayerError, match=r"Layer 'sum' .*: it is given numbers beside tensors; operations of"
    ):
        to_onnx(model)
    assert_agreement(keras.Model(features, features + np.asarray(beside, np.float32)), numbers(2, 3))


def test_what_is_no_model():
    with pytest.raises(ArgumentError, match=r"model='VGG16' is a str; allowed is a keras.Model"):
        to_onnx("VGG16")


def test_a_model_without_shapes():
    model = keras.Sequential([layers.Dense(2)], name="unbuilt")
    with pytest.raises(ArgumentError, match=r"'unbuilt' has no shapes yet.*call model.build\(shape\)"):
        to_onnx(model)
    model.build((None, 3))
    set_live_weights(model)
    assert_agreement(model, numbers(2, 3))


def test_an_input_that_nothing_uses():
    pair = keras.Input((3,)), keras.Input((4,), name="idle")
    with pytest.raises(ArgumentError, match="nothing uses its input 'idle'"):
        to_onnx(keras.Model(pair, layers.Activation("relu")(pair[0])))
