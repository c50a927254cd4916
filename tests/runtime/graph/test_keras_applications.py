"""Networks of keras.applications that are not of our collection."""

import keras
import pytest

from amalthea import _keras
from tests.live_weights import built_alive, clearly_different
from tests.runtime.agreement import assert_agreement, numbers
from tests.runtime.graph.layer_models import convolved, model_of_each

pytestmark = pytest.mark.single_backend

NAMES = ["EfficientNetB0", "MobileNetV3Small", pytest.param("ConvNeXtTiny", marks=pytest.mark.slow)]


@pytest.mark.parametrize("name", NAMES)
def test_networks_that_we_do_not_have(name):
    """They scale pictures inside, squeeze and excite, and multiply."""
    keras.utils.clear_session()
    constructor = getattr(keras.applications, name)
    model = built_alive(
        lambda: constructor(weights=None, input_shape=(64, 64, 3), classes=10, classifier_activation=None)
    )
    (expected,), _ = assert_agreement(model, 60 * numbers(2, 64, 64, 3) + 128)
    assert clearly_different(expected[0], expected[1])


@pytest.mark.parametrize("before", [False, True])
def test_layers_that_convnext_has_to_itself(before):
    scale, depth = _keras.convnext_layers()
    model = model_of_each([scale(0.3, 5), depth(0.5)], (4, 3, 5), before=[convolved(5)] if before else [])
    (scaled, kept), _ = assert_agreement(model, numbers(2, 4, 3, 5))
    assert clearly_different(scaled, kept)
