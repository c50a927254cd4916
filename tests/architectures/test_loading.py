"""A network that a file fills: no random numbers are drawn for it, and it is like any other."""

import keras
import numpy as np
import pytest

from amalthea.architectures import get_model
from amalthea.errors import WeightsError
from tests.live_weights import built_alive, two_pictures


@pytest.fixture
def drawn(monkeypatch):
    """Shapes of the random values that Keras draws."""
    shapes = []
    original = keras.initializers.GlorotUniform.__call__

    def call(self, shape, dtype=None, **settings):
        shapes.append(shape)
        return original(self, shape, dtype, **settings)

    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", call)
    return shapes


def mobilenet(**arguments):
    return get_model("MobileNet", alpha=0.25, input_shape=(64, 64, 3), classifier_activation=None, **arguments)


@pytest.fixture
def file(tmp_path):
    model = built_alive(lambda: keras.applications.MobileNet(alpha=0.25, weights=None, classifier_activation=None))
    path = tmp_path / "mobilenet.weights.h5"
    model.save_weights(path)
    return path


def test_no_random_values_are_drawn(drawn, file):
    random = mobilenet(weights=None)
    assert len(drawn) > 20
    drawn.clear()
    filled = mobilenet(weights=file)
    assert drawn == []
    assert filled.get_config() != random.get_config()  # Keras numbers the pooling layer
    assert [variable.path for variable in filled.variables if variable._value is None] == []
    assert [(w.path, w.shape, w.trainable) for w in filled.weights] == [
        (w.path, w.shape, w.trainable) for w in random.weights
    ]


def test_it_can_be_used_as_any_other(file, tmp_path, backend):
    filled = mobilenet(weights=file)
    pictures = two_pictures((64, 64, 3))
    expected = filled.predict(pictures, verbose=0)
    filled.save(tmp_path / "again.keras")
    again = keras.saving.load_model(tmp_path / "again.keras")
    np.testing.assert_array_equal(again.predict(pictures, verbose=0), expected)
    np.testing.assert_array_equal(keras.models.clone_model(filled).count_params(), filled.count_params())
    if backend == "torch":
        assert len(list(filled.parameters())) == len(list(mobilenet(weights=None).parameters()))
        assert len(filled.state_dict()) == len(mobilenet(weights=None).state_dict()) > 80
        kernel = filled.get_layer("conv1").kernel
        np.testing.assert_array_equal(filled.get_layer("conv1").torch_params[kernel.path].detach(), kernel.numpy())
    if backend != "openvino":  # which cannot train
        filled.compile("sgd", "mean_squared_error")
        filled.train_on_batch(pictures, np.zeros_like(expected))
        assert np.abs(filled.predict(pictures, verbose=0) - expected).max() > 0


def test_a_file_that_does_not_fit_leaves_nothing_behind(file, drawn):
    with pytest.raises(WeightsError, match="does not fit this model"):
        get_model("MobileNet", alpha=0.5, weights=file)
    drawn.clear()
    with keras.StatelessScope():
        pass
    assert drawn == [], "Keras draws values for a network that nobody has"


@pytest.mark.parametrize("include_top", [True, False])
def test_layers_in_front_are_not_counted(include_top, file):
    """A file of the network alone numbers its convolutions from 0, and has a classifier that we may not want."""
    image = keras.Input((64, 64, 3))
    front = keras.layers.Conv2D(3, 3, padding="same", name="front")
    theirs = keras.applications.MobileNet(alpha=0.25, weights=None, classifier_activation=None)
    theirs.load_weights(file)
    settings = {"alpha": 0.25, "include_top": include_top, "input_shape": (64, 64, 3)}
    ours = get_model("MobileNet", input_tensor=front(image), weights=file, **settings)
    assert "front" in [layer.name for layer in ours.layers]
    own = [layer for layer in ours.layers if layer.weights and layer is not front]
    assert len(own) == (55 if include_top else 54)
    for layer in own:
        for our, their in zip(layer.get_weights(), theirs.get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(our, their)
