"""Features of a layer, against what Keras says that it returns."""

from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.applications import MobileNet
from amalthea.applications.mobilenet import preprocess_input
from amalthea.errors import ArgumentError
from amalthea.preprocessing.image import img_to_array, load_img
from amalthea.transfer.base import Wishes
from amalthea.transfer.features.layers import layer_features, layer_network
from tests.live_weights import set_live_weights
from tests.transfer.features.networks import picture_files

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def model() -> keras.Model:
    model = MobileNet(alpha=0.25, weights=None, input_shape=(64, 64, 3))
    set_live_weights(model)
    _keras.pin_openvino_precision()  # of predict
    return model


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return picture_files(tmp_path_factory.mktemp("pictures"), 5)


def answers(model: keras.Model, paths: list[Path]) -> np.ndarray:
    pictures = np.stack([img_to_array(load_img(path, target_size=(64, 64))) for path in paths])
    return model.predict(preprocess_input(pictures), verbose=0)


@pytest.mark.parametrize(
    ("layer", "pooling"), [(None, None), ("conv_pw_6_relu", None), ("conv_pw_6_relu", "avg"), ("conv_pw_6_relu", "max")]
)
def test_a_layer_of_a_model(layer, pooling, model, paths):
    found = layer_features(model, paths, layer=layer, pooling=pooling)
    end = model.get_layer(layer).output if layer else model.output
    pools = {"avg": keras.layers.GlobalAveragePooling2D(), "max": keras.layers.GlobalMaxPooling2D()}
    expected = answers(keras.Model(model.inputs, pools[pooling](end) if pooling else end), paths)
    assert found.features.shapes == (expected.shape[1:],)
    np.testing.assert_allclose(found.features.take(range(5))[0], expected, atol=1e-3 * expected.std())


def test_pooling_of_layers_with_another_data_format_than_their_pictures():
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Permute((3, 1, 2)),
            layers.Conv2D(8, 3, data_format="channels_first"),
        ]
    )
    base = layer_network(model, pooling="avg", wishes=Wishes(scaling="tf"))
    assert base.network.output_shape == (None, 8)


def test_a_network_by_name(cached_weights, paths):
    wishes = Wishes(alpha=0.25)
    found = layer_features("MobileNet", paths, layer="predictions", pooling="avg", wishes=wishes)  # there is none to do
    assert found.features.shapes == ((1000,),)
    np.testing.assert_allclose(found.features.take(range(5))[0].sum(axis=1), 1, atol=1e-5)


def test_a_layer_that_is_not_there(model, paths):
    with pytest.raises(ArgumentError, match=r"has no layer 'conv_pw_6_rule'\. Did you mean conv_pw_6_relu"):
        layer_features(model, paths, layer="conv_pw_6_rule")


def test_what_cannot_be_pooled(model, paths):
    with pytest.raises(ArgumentError, match="pooling='mean'; allowed are 'avg', 'max' and None"):
        layer_features(model, paths, pooling="mean")
    rows = keras.Model(model.inputs, keras.layers.Reshape((100, 10), name="in_rows")(model.output), name="rows")
    with pytest.raises(ArgumentError, match=r"of 'rows' have the shape \(100, 10\), which is no feature map"):
        layer_features(rows, paths, pooling="avg", wishes=Wishes(scaling="tf"))
