"""Every family learns on every backend that trains, in both data formats."""

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.catalog import variant
from tests.descriptors import DESCRIPTORS

SMALL = tuple(descriptor for descriptor in DESCRIPTORS if descriptor.small)
SLOW_TO_COMPILE = ("DenseNet121", "EfficientNetLite0", "InceptionV3", "NASNetMobile", "ResNeXt50", "Xception")

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


@pytest.fixture(autouse=True)
def compiled_without_care() -> Iterator[None]:
    """Of a single step, JAX takes nearly all the time to make it fast."""
    if keras.config.backend() != "jax":
        yield
        return
    import jax

    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("descriptor", SMALL, ids=str)
def test_one_training_step(descriptor, data_format):
    if keras.config.backend() == "jax" and data_format == "channels_first" and descriptor.name in SLOW_TO_COMPILE:
        pytest.skip("JAX compiles it for a long time, and has trained it in the other data format")
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
    # Compiling the graph of DenseNet or NASNet takes TensorFlow ten times as long as the step itself.
    eagerly = keras.config.backend() == "tensorflow"
    loss_name = "sparse_categorical_crossentropy"
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss_name, run_eagerly=eagerly)
    loss = model.train_on_batch(pictures, np.array([0, 1, 0, 1]))
    assert np.isfinite(loss)
    for variable, array in zip((first, last), weights_before, strict=True):
        assert np.abs(keras.ops.convert_to_numpy(variable) - array).max() > 0, f"{variable.path} did not move"
