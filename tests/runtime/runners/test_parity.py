"""Networks with their real weights, through both runtimes, against Keras itself."""

from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.applications import EfficientNetLite0, MobileNet
from amalthea.architectures import variant_of
from amalthea.images import read_resized, scale
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import open_runner
from tests.live_weights import set_live_weights, two_pictures
from tests.runtime.agreement import TOLERANCE, answers_of_keras
from tests.runtime.runners.test_opening import RUNTIMES

pytestmark = pytest.mark.single_backend

NETWORKS = {
    "MobileNet 0.25": lambda **arguments: MobileNet(alpha=0.25, **arguments),
    "MobileNet 0.75": lambda **arguments: MobileNet(alpha=0.75, **arguments),
    "EfficientNetLite0": EfficientNetLite0,
}


@pytest.fixture
def photographs(test_data):
    return sorted(Path(test_data, "images").glob("*.jpg"))


def pixels(model, files, size):
    row = variant_of(model)
    return scale(np.stack(list(read_resized(files, size, row.interpolation))), row.scaling.steps)


@pytest.mark.parametrize("name", NETWORKS)
def test_probabilities_of_photographs(name, cached_weights, photographs):
    model = NETWORKS[name]()
    x = pixels(model, photographs, (224, 224))
    [expected] = answers_of_keras(model, [x])
    assert len({int(best) for best in expected.argmax(axis=1)}) > 3
    content = to_onnx(model).SerializeToString()
    for runtime in RUNTIMES:
        runner = open_runner(content, runtime=runtime)
        for found in (runner([x])[0], np.concatenate([runner([x[row : row + 1]])[0] for row in range(len(x))])):
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4, err_msg=runtime)
            np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1), err_msg=runtime)


@pytest.mark.parametrize("size", [(224, 224), (161, 97)])
def test_features_at_any_size(size, photographs):
    model = EfficientNetLite0(include_top=False, input_shape=(None, None, 3), pooling="avg")
    x = pixels(model, photographs[:5], size)
    agree(model, x)


@pytest.mark.parametrize("channels", [1, 4])
def test_pictures_of_other_channels(channels):
    model = MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(65, 64, channels))
    set_live_weights(model)
    agree(model, np.concatenate([two_pictures((65, 64, channels))] * 3))


def test_either_data_format(data_format):
    shape = (64, 64, 3) if data_format == "channels_last" else (3, 64, 64)
    model = MobileNet(alpha=0.25, weights=None, classifier_activation=None, input_shape=shape)
    set_live_weights(model)
    agree(model, np.concatenate([two_pictures(shape)] * 3))


def agree(model: keras.Model, x: np.ndarray) -> None:
    [expected] = answers_of_keras(model, [x])
    content = to_onnx(model).SerializeToString()
    for runtime in RUNTIMES:
        [found] = open_runner(content, runtime=runtime)([x])
        assert found.shape == expected.shape
        difference = np.abs(found - expected).max()
        assert difference < TOLERANCE * expected.std(), runtime
