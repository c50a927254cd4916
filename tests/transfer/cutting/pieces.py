"""What the tests of cutting share: a base with a classifier, and whether its two parts are the whole."""

import keras
import numpy as np
from keras import layers

from amalthea import _keras
from amalthea.architectures import get_model
from amalthea.catalog import variant
from tests.live_weights import clearly_different, set_live_weights

TRAINS = keras.config.backend() != "openvino"
NO_TRAINING = "Keras' OpenVINO backend cannot train"


def classifier(name, side=None, dropout=0.5, **settings):
    """A network of the catalogue with a head of three classes, flat, with live weights."""
    side = side or variant(name).min_size
    shape = (3, side, side) if keras.config.image_data_format() == "channels_first" else (side, side, 3)
    with _keras.no_initial_values():
        base = get_model(name, weights=None, include_top=False, input_shape=shape, pooling="avg", **settings)
        x = layers.Dropout(dropout, seed=1, name="head_dropout")(base.output)
        model = keras.Model(base.input, layers.Dense(3, name="head_scores")(x), name=base.name)
    set_live_weights(model)
    return model


def small_base(name="base"):
    """Convolution, normalisation and pooling, with a path that runs beside them."""
    image = keras.Input((12, 12, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", data_format="channels_last", name="conv1")(image)
    x = layers.BatchNormalization(name="bn1")(x)
    x = layers.ReLU(name="relu1")(x)
    y = layers.Conv2D(4, 3, padding="same", data_format="channels_last", name="conv2")(x)
    y = layers.BatchNormalization(name="bn2")(y)
    x = layers.Add(name="add")([x, y])
    base = keras.Model(image, layers.MaxPooling2D(2, data_format="channels_last", name="pool")(x), name=name)
    set_live_weights(base)
    return base


def pictures(model, count=2, seed=0):
    """Scaled pictures for a model."""
    return numbers(count, *model.input_shape[1:], seed=seed)


def answers(model, inputs):
    """What a model returns, flat, as arrays."""
    if keras.config.backend() == "openvino":
        # Equal numbers in a tenth of the time that a call takes. A copy, because a model keeps what it once compiled.
        _keras.pin_openvino_precision()
        outputs = keras.Model(model.inputs, model.outputs).predict_on_batch(inputs)
    else:
        outputs = model(inputs, training=False)
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(outputs)]


def alone(arrays):
    return arrays[0] if len(arrays) == 1 else arrays


def assert_whole(prefix, suffix, x, expected):
    """``suffix(prefix(x))`` is what the model answers, to the last bit, and depends on the pictures."""
    assert clearly_different(*expected[0]), "two pictures, one answer: this would prove nothing"
    found = answers(suffix, alone(answers(prefix, x)))
    assert len(found) == len(expected)
    for array, wanted in zip(found, expected, strict=True):
        if keras.config.backend() == "openvino":  # it computes a graph in an order that depends on the whole of it
            np.testing.assert_allclose(array, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())
        else:
            np.testing.assert_array_equal(array, wanted)


def frozen(model, names):
    """Freeze layers of these names."""
    for name in names:
        model.get_layer(name).trainable = False
    return model


def numbers(*shape, seed=0):
    """Standard normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
