"""Layers that get bytes or integers: of most of them Keras notes another type than that which they return."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import answers_of_graph

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend has types of its own"),
]

LAST = {"data_format": "channels_last"}

LAYERS = {
    "activation": lambda: layers.Activation("relu"),
    "batch normalization": lambda: layers.BatchNormalization(),
    "crop": lambda: layers.CenterCrop(4, 4, **LAST),
    "cropping": lambda: layers.Cropping2D(1, **LAST),
    "dense": lambda: layers.Dense(2),
    "dropout": lambda: layers.Dropout(0.5),
    "enlarge": lambda: layers.UpSampling2D(2, **LAST),
    "flatten": lambda: layers.Flatten(**LAST),
    "largest": lambda: layers.GlobalMaxPooling2D(**LAST),
    "mean": lambda: layers.GlobalAveragePooling2D(**LAST),
    "normalization": lambda: layers.Normalization(mean=3.0, variance=2.0),
    "padding": lambda: layers.ZeroPadding2D(1, **LAST),
    "permute": lambda: layers.Permute((3, 1, 2)),
    "pooling": lambda: layers.MaxPooling2D(2, **LAST),
    "random": lambda: layers.RandomFlip(**LAST),
    "relu": lambda: layers.ReLU(6),
    "rescaling": lambda: layers.Rescaling(1 / 255),
    "reshape": lambda: layers.Reshape((-1, 3)),
    "resizing": lambda: layers.Resizing(5, 9, interpolation="nearest", **LAST),
}
MERGING = [layers.Add, layers.Concatenate, layers.Maximum, layers.Minimum, layers.Multiply, layers.Subtract]


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_layers(dtype):
    """All in one model; sums and products of bytes begin again at 0, as in Keras."""
    given, other = (keras.Input((6, 8, 3), dtype=dtype) for _ in range(2))
    outputs = [layer()(given) for layer in LAYERS.values()] + [kind()([given, other]) for kind in MERGING]
    model = keras.Model([given, other], outputs)
    model.run_eagerly = True
    arrays = [np.random.default_rng(seed).integers(0, 200, (2, 6, 8, 3)).astype(dtype) for seed in range(2)]
    expected = model.predict(arrays, verbose=0)
    names = [*LAYERS, *(kind.__name__ for kind in MERGING)]
    for runtime, answers in answers_of_graph(to_onnx(model), arrays).items():
        for name, found, wanted in zip(names, answers, expected, strict=True):
            assert found.shape == wanted.shape, (name, runtime)
            difference = np.abs(found.astype(np.float64) - wanted.astype(np.float64)).max()
            assert difference <= 1e-5 * max(1, np.abs(wanted).max()), (name, runtime, wanted.dtype)


def test_types_that_operations_get():
    """Bytes leave a padding as bytes, so that the sum begins again at 0, whatever Keras notes of its type."""
    given = keras.Input((3, 3, 1), dtype="uint8")
    padded = layers.ZeroPadding2D(1, **LAST)(given)
    model = keras.Model(given, padded + 200)
    model.run_eagerly = True
    pictures = np.full((1, 3, 3, 1), 100, np.uint8)
    expected = model.predict(pictures, verbose=0)
    assert set(expected.flat) == {200, 44}
    for runtime, (found,) in answers_of_graph(to_onnx(model), [pictures]).items():
        np.testing.assert_array_equal(found, expected, err_msg=runtime)


def test_what_keras_rounds():
    given = keras.Input((6, 8, 3), dtype="uint8")
    for layer, inputs in (
        (layers.LayerNormalization(name="own"), given),
        (layers.UpSampling2D(interpolation="bilinear", name="own"), given),
        (layers.Average(name="own"), [given, given]),
    ):
        with pytest.raises(UnsupportedLayerError, match=r"'own' of type .* Keras rounds amid it, as it gets integers"):
            to_onnx(keras.Model(given, layer(inputs)))
