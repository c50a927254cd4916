"""Layers around other layers."""

import keras
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import assert_agreement, numbers
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


def test_pipeline():
    parts = [layers.Resizing(6, 6, **LAST), layers.Rescaling(1 / 255), layers.CenterCrop(4, 5, **LAST)]
    model = keras.Sequential([keras.Input((9, 12, 3)), layers.Pipeline(parts)])
    assert_agreement(model, 100 * numbers(2, 9, 12, 3))
