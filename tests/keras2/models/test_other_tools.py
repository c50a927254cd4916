"""What the rest of Amalthea makes of these models: the same as of Keras' own."""

import keras
import numpy as np
import pytest

import amalthea
from amalthea import _keras, applications
from amalthea.keras2._spelling import adopt
from amalthea.keras2.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from amalthea.keras2.models import Functional, Model, Sequential
from tests.live_weights import built_alive, clearly_different, set_live_weights, two_pictures


def tutorial():
    model = Sequential()
    model.add(Conv2D(8, (3, 3), input_shape=(24, 24, 3), data_format="channels_last"))
    model.add(BatchNormalization(axis=3))
    model.add(Activation("relu"))
    model.add(MaxPooling2D(pool_size=(2, 2), data_format="channels_last"))
    model.add(Flatten())
    model.add(Dropout(0.5))
    model.add(Dense(3, activation="softmax"))
    set_live_weights(model)
    return model


def base():
    small = {"alpha": 0.25, "weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    return adopt(built_alive(lambda: applications.MobileNet(**small)))


def with_head():
    model = base()
    model.add(tutorial_head(model.output_shape[1:]))
    return model


def tutorial_head(shape):
    head = Sequential([Flatten(input_shape=shape), Dense(2)])
    set_live_weights(head, seed=3)
    return head


@pytest.mark.parametrize("build", [tutorial, base, with_head])
def test_predictor_and_saved_file(build, tmp_path):
    model = build()
    pictures = np.random.default_rng(0).integers(0, 256, (2, *model.input_shape[1:]), dtype=np.uint8)
    scaled = (pictures / 127.5 - 1).astype(np.float32)
    expected = model.predict(scaled, verbose=0)
    assert clearly_different(expected[:1], expected[1:])
    np.testing.assert_allclose(amalthea.predictor(model)(scaled), expected, rtol=1e-3, atol=1e-4)
    amalthea.save(model, tmp_path / "model.onnx", scaling="tf", classes=())
    np.testing.assert_allclose(amalthea.load(tmp_path / "model.onnx")(pictures), expected, rtol=1e-3, atol=1e-4)


def test_methods_of_ours_are_not_the_users_own():
    class Own(Functional):
        def predict(self, *arguments, **named):
            return super().predict(*arguments, **named) * 2

    class Other(Sequential):
        def call(self, inputs, training=None, mask=None):
            return inputs

    model, plain = tutorial(), base()
    for each in (model, plain):
        assert _keras.own_prediction(each) == []
    assert _keras.functional(plain) is plain
    assert _keras.functional(model) is not None
    assert _keras.own_prediction(Own(plain.inputs, plain.outputs)) == ["predict"]
    assert _keras.functional(Other([keras.Input((2,)), Dense(2)])) is None
    kinds = {_keras.kind_of(layer) for layer in model.layers}
    assert kinds == {
        keras.layers.Conv2D,
        keras.layers.BatchNormalization,
        keras.layers.Activation,
        keras.layers.MaxPooling2D,
        keras.layers.Flatten,
        keras.layers.Dropout,
        keras.layers.Dense,
    }
    assert _keras.kind_of(plain) is _keras.functional_class()


def test_a_layer_that_somebody_changed_is_refused():
    class Doubled(Dense):
        def call(self, inputs, training=None):
            return 2 * super().call(inputs)

    model = Sequential([Doubled(2, input_dim=3)])
    with pytest.raises(amalthea.errors.UnsupportedLayerError, match="overrides call of Dense"):
        amalthea.predictor(model)
    assert _keras.own_classes(model.layers[0], keras.layers.Dense) == [Doubled]


@pytest.mark.single_backend
def test_cut(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    model = with_head()
    for layer in model.layers[:-1]:
        layer.trainable = False
    prefix, suffix = amalthea.cut(model)
    pictures = two_pictures((32, 32, 3))
    whole = model.predict(pictures, verbose=0)
    assert isinstance(model, Model)
    np.testing.assert_allclose(
        suffix.predict(prefix.predict(pictures, verbose=0), verbose=0), whole, rtol=1e-4, atol=1e-5
    )


@pytest.mark.single_backend
def test_classifier_takes_such_a_network(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    labels = np.array([0, 1] * 6)
    convolution = Conv2D(4, 3, strides=2, input_shape=(32, 32, 3), data_format="channels_last")
    network = Sequential([convolution, Activation("relu")])
    classifier = amalthea.ImageClassifier(model=network, scaling="tf", epochs=1)
    assert classifier.fit(pictures, labels).predict(pictures[:3]).shape == (3,)
