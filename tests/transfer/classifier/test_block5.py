"""The last block of VGG16 learns in two parts what plain Keras lets the whole network learn."""

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.head import Head, attach
from tests.live_weights import built_alive

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train"),
]

SIDE, COUNT, BATCH, EPOCHS, SEED, RATE = 48, 20, 8, 3, 7, 0.02  # pixels, pictures; the last batch is smaller
HIDDEN = 16


def of_keras(base, start):
    """The same network from keras.applications, with a head of the same first weights."""
    twin = keras.applications.VGG16(weights=None, include_top=False, input_shape=(SIDE, SIDE, 3))
    twin.set_weights(base.get_weights())
    for layer in twin.layers:
        layer.trainable = layer.name.startswith("block5")
    head = [keras.layers.Dense(HIDDEN, "relu", name="head_hidden_1"), keras.layers.Dense(3, "softmax", name="scores")]
    model = keras.Sequential([twin, keras.layers.GlobalAveragePooling2D(), *head])
    for layer, name in zip(head, ("head_hidden_1", "head_scores"), strict=True):
        layer.set_weights([start[f"{name}/{part}"] for part in ("kernel", "bias")])
    return model


def values(model):
    return {weight.path: keras.ops.convert_to_numpy(weight).copy() for weight in model.weights}


def test_three_epochs_end_where_those_of_plain_keras_end(computed):
    """Pictures in [0, 1], as the tutorials have it; through the runtime, the store and the cut."""
    generator = np.random.default_rng(0)
    pictures = generator.integers(0, 256, (COUNT, SIDE, SIDE, 3), np.uint8)
    labels = generator.integers(0, 3, COUNT)
    base = built_alive(lambda: get_model("VGG16", weights=None, include_top=False, input_shape=(SIDE, SIDE, 3)))
    for layer in base.layers:
        layer.trainable = layer.name.startswith("block5")
    start = values(attach(base, None, Head(classes=3, hidden=(HIDDEN,), seed=SEED)))
    plain = of_keras(base, start)

    settings = {"optimizer": "sgd", "learning_rate": RATE, "epochs": EPOCHS, "batch_size": BATCH, "seed": SEED}
    fitted = ImageClassifier(base, hidden=(HIDDEN,), dropout=0, scaling=1 / 255, **settings).fit(pictures, labels)
    assert sum(computed) == COUNT, "each picture crossed the frozen blocks once"

    plain.compile(keras.optimizers.SGD(RATE, momentum=0.9), "sparse_categorical_crossentropy")
    for epoch in range(EPOCHS):
        order = np.random.default_rng((SEED, epoch)).permutation(COUNT)
        plain.fit(pictures[order] / np.float32(255), labels[order], batch_size=BATCH, shuffle=False, verbose=0)

    found, wanted = values(fitted.model_), list(values(plain).values())
    trained = set()
    for (path, one), other in zip(found.items(), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-3 * np.abs(other).max(), err_msg=path)
        change = np.linalg.norm(other - start[path])
        # A rectifier that rounding pushes over its edge moves the weights of one filter; without such, this is 4e-5.
        assert np.linalg.norm(one - other) <= 0.01 * change, path
        if change:
            trained.add(path.split("/")[0])
            assert change > 1e-4 * np.linalg.norm(start[path]), f"{path} has hardly moved"
    assert trained == {"block5_conv1", "block5_conv2", "block5_conv3", "head_hidden_1", "head_scores"}
