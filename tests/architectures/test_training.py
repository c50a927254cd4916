"""Every family learns on every backend that trains, in both data formats."""

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.catalog import variant
from tests.descriptors import DESCRIPTORS

SMALL = tuple(descriptor for descriptor in DESCRIPTORS if descriptor.small)

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("descriptor", SMALL, ids=str)
def test_one_training_step(descriptor, data_format):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format(data_format)
    try:
        side = variant(descriptor.name).min_size
        shape = (side, side, 3) if data_format == "channels_last" else (3, side, side)
        model = get_model(descriptor.name, weights=None, classes=2, input_shape=shape, **descriptor.settings)
    finally:
        keras.config.set_image_data_format(before)
    keras.utils.set_random_seed(0)
    pictures = np.random.default_rng(0).uniform(-1, 1, (4, *shape)).astype("float32")
    first, last = model.trainable_variables[0], model.trainable_variables[-1]
    weights_before = [keras.ops.convert_to_numpy(first), keras.ops.convert_to_numpy(last)]
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    loss = model.train_on_batch(pictures, np.array([0, 1, 0, 1]))
    assert np.isfinite(loss)
    for variable, array in zip((first, last), weights_before, strict=True):
        assert np.abs(keras.ops.convert_to_numpy(variable) - array).max() > 0, f"{variable.path} did not move"
