"""Layers around other layers."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_agreement, assert_close, numbers
from tests.runtime.graph.layer_models import model_of_each

pytestmark = pytest.mark.single_backend

LAST = {"data_format": "channels_last"}


@pytest.mark.parametrize("open_sizes", [False, True])
def test_time_distributed(open_sizes):
    inner = [
        layers.Conv2D(4, 3, padding="same", strides=2, activation="relu", name="convolution", **LAST),
        layers.GlobalAveragePooling2D(name="pooling", **LAST),
        layers.Dense(4, name="dense"),
        layers.Dropout(0.5, name="dropout"),
        layers.LayerNormalization(name="normalization"),
    ]
    inner += [] if open_sizes else [layers.Flatten(name="flatten", **LAST)]
    shape = (None, None, None, 2) if open_sizes else (3, 6, 8, 2)
    assert_agreement(model_of_each([layers.TimeDistributed(layer) for layer in inner], shape), numbers(2, 3, 6, 8, 2))


def test_time_distributed_features():
    model = model_of_each([layers.TimeDistributed(layers.Dense(4, name="inner"))], (None, 5))
    assert_agreement(model, numbers(2, 3, 5))


def test_a_wrapped_layer_without_converter():
    inner = layers.Lambda(lambda x: 2 * x, name="inner")
    model = keras.Sequential([keras.Input((3, 5)), layers.TimeDistributed(inner)])
    with pytest.raises(UnsupportedLayerError, match=r"Layer 'inner' of type Lambda cannot .* no converter"):
        to_onnx(model)


@pytest.mark.parametrize("wrapper", [layers.TimeDistributed, layers.SpectralNormalization])
def test_the_precision_of_a_wrapped_layer(wrapper):
    model = keras.Sequential([keras.Input((3, 5)), wrapper(layers.Dense(2, dtype="float64", name="inner"))])
    with pytest.raises(UnsupportedLayerError, match=r"Layer 'inner' of type Dense .*: its dtype policy is float64"):
        to_onnx(model)


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method:UserWarning")
@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend does not quantize")
def test_layers_that_keras_quantized():
    sequence = keras.Input((3, 8))
    for layer, inner in (
        (layers.TimeDistributed(layers.Dense(2, name="inner")), "inner"),
        (layers.MultiHeadAttention(2, 4), "query"),
    ):
        outputs = layer(sequence, sequence) if inner == "query" else layer(sequence)
        model = keras.Model(sequence, outputs)
        model.quantize("int8")
        with pytest.raises(UnsupportedLayerError, match=f"Layer '{inner}' .*: its dtype policy is int8_from_float32"):
            to_onnx(model)


@pytest.mark.parametrize("steps", [5, None])
def test_a_model_for_every_picture_of_a_video(steps):
    picture = keras.Sequential(
        [layers.Conv2D(4, 3, activation="relu", **LAST), layers.GlobalAveragePooling2D(**LAST)], name="picture"
    )
    chain = [keras.Input((steps, 8, 9, 3)), layers.TimeDistributed(picture), layers.LayerNormalization()]
    model = keras.Sequential(chain)
    set_live_weights(model)
    (answers,), graph = assert_agreement(model, numbers(2, 5, 8, 9, 3))
    assert answers.shape == (2, 5, 4)
    assert clearly_different(answers[0, 0], answers[0, 1])
    assert sum(node.op_type == "Conv" for node in graph.graph.node) == 1


def test_what_a_model_for_every_picture_cannot_do():
    picture = keras.Sequential([keras.Input((5,)), layers.Softmax(axis=-2, name="inner")])
    with pytest.raises(UnsupportedLayerError, match=r"Layer 'inner' .* its axis -2 mixes the pictures of a batch"):
        to_onnx(keras.Sequential([keras.Input((3, 5)), layers.TimeDistributed(picture)]))


def test_pipeline():
    parts = [layers.Resizing(6, 6, **LAST), layers.Rescaling(1 / 255), layers.CenterCrop(4, 5, **LAST)]
    model = keras.Sequential([keras.Input((9, 12, 3)), layers.Pipeline(parts)])
    assert_agreement(model, 100 * numbers(2, 9, 12, 3))


def test_a_pipeline_that_resizes_integers():
    """On TensorFlow, ``predict`` rounds nothing; elsewhere the result would have to be rounded amid the layer."""
    given = keras.Input((9, 7, 3), dtype="uint8")
    model = keras.Model(
        given, layers.Pipeline([layers.Resizing(4, 5, **LAST), layers.Rescaling(0.1)], name="own")(given)
    )
    pictures = np.random.default_rng(0).integers(0, 256, (2, 9, 7, 3), np.uint8)
    if keras.config.backend() == "tensorflow":
        expected = model.predict(pictures, verbose=0)
        for runtime, [found] in answers_of_graph(to_onnx(model), [pictures]).items():
            assert_close(found, expected, runtime)
    else:
        with pytest.raises(UnsupportedLayerError, match=r"'own' of type Pipeline .* Keras rounds amid it"):
            to_onnx(model)
