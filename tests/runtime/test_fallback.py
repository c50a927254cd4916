"""Models that cannot become a graph, computed by Keras if that is wanted."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError, UnsupportedLayerError
from amalthea.images import resize, scale
from tests.live_weights import set_live_weights
from tests.runtime.agreement import answers_of_keras, numbers


class Doubled(keras.layers.Layer):
    """A layer that nobody can convert."""

    def call(self, x):
        return 2 * x


class OfItsOwn(keras.Model):
    """A model without a graph."""

    def __init__(self):
        super().__init__(name="subclass")
        self.dense = layers.Dense(2, name="dense")

    def call(self, x):
        return self.dense(x) + 1


def own_model():
    chain = [
        layers.Conv2D(4, 3, data_format="channels_last", activation="relu", name="first"),
        Doubled(name="doubled"),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="scores"),
    ]
    model = keras.Sequential([keras.Input((10, 8, 3), name="image"), *chain], name="own")
    set_live_weights(model)
    return model


def fallen_back(model, **arguments):
    with pytest.warns(AmaltheaWarning, match="Keras computes it, as fallback='keras' says"):
        return amalthea.predictor(model, fallback="keras", **arguments)


def test_the_layer_is_named():
    with pytest.raises(UnsupportedLayerError, match=r"'doubled' of type Doubled .*fallback=.keras."):
        amalthea.predictor(own_model())
    with pytest.warns(AmaltheaWarning, match="'doubled' of type Doubled cannot become part of a graph") as caught:
        amalthea.predictor(own_model(), fallback="keras")
    ours = [warning for warning in caught if issubclass(warning.category, AmaltheaWarning)]
    assert [warning.filename for warning in ours] == [__file__]
    assert "model.predict" not in str(ours[0].message)


def test_it_answers_like_the_model():
    model, x = own_model(), numbers(5, 10, 8, 3)
    [expected] = answers_of_keras(model, [x])
    predictor = fallen_back(model)
    for found in (predictor(x), predictor(x.tolist()), predictor.predict(x, batch_size=2), predictor(iter([x]))):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
        assert found.dtype == np.float32
    assert repr(predictor) == "<Predictor own: (None, 10, 8, 3) -> (None, 3)>"


def test_layers_in_the_middle():
    model, x = own_model(), numbers(2, 10, 8, 3)
    found = fallen_back(model).features(x, ["doubled", "first"])
    assert list(found) == ["doubled", "first"]
    np.testing.assert_allclose(found["doubled"], 2 * found["first"], rtol=1e-5, atol=1e-5)


@pytest.mark.single_backend
def test_pictures_as_they_are_decoded():
    model = own_model()
    pixels = np.random.default_rng(0).integers(0, 256, (3, 20, 30, 3), np.uint8)
    scaled = scale(np.stack([resize(picture, (10, 8)) for picture in pixels]), "caffe")
    [expected] = answers_of_keras(model, [scaled])
    predictor = fallen_back(model, preprocess=True, scaling="caffe")
    np.testing.assert_allclose(predictor(pixels), expected, rtol=1e-4, atol=1e-3)
    assert predictor.features(pixels, "first")["first"].shape == (3, 8, 6, 4)


@pytest.mark.single_backend
def test_a_model_that_takes_no_pictures():
    model = keras.Sequential([keras.Input((4,)), Doubled(name="doubled")], name="own")
    with (
        pytest.raises(ArgumentError, match="for models with a single input, pictures of three channels"),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", AmaltheaWarning)
        amalthea.predictor(model, fallback="keras", preprocess=True, scaling="tf")


@pytest.mark.single_backend
def test_a_model_without_a_graph():
    model, x = OfItsOwn(), numbers(3, 4)
    expected = keras.ops.convert_to_numpy(model(x))
    with pytest.raises(UnsupportedLayerError, match="of type OfItsOwn computes in a method of its own"):
        amalthea.predictor(model)
    predictor = fallen_back(model)
    np.testing.assert_allclose(predictor(x), expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(UnsupportedLayerError, match="shows none of its layers"):
        predictor.features(x, "dense")


def test_it_follows_the_weights():
    model, x = own_model(), numbers(3, 10, 8, 3)
    predictor = fallen_back(model)
    for seed in (0, 1, 2):
        set_live_weights(model, seed=seed)
        [expected] = answers_of_keras(model, [x])
        for _ in range(2):
            np.testing.assert_allclose(predictor(x), expected, rtol=1e-4, atol=1e-4)
        found = predictor.features(x, "scores")["scores"]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    model.layers[0].bias.assign(model.layers[0].bias + 10)
    assert not np.allclose(predictor(x), expected, atol=0.1)


@pytest.mark.single_backend
def test_what_is_too_large_for_a_graph(monkeypatch):
    monkeypatch.setattr("amalthea.runtime.graph.walk._LARGEST", 100)
    model = keras.Sequential([keras.Input((20,)), layers.Dense(2, name="two")], name="own")
    with pytest.raises(ArgumentError, match="'own' has 42 weights; a graph holds no more than 2 GiB"):
        amalthea.predictor(model)
    with pytest.warns(AmaltheaWarning, match="'own' has 42 weights; .* Keras computes it, as fallback='keras' says"):
        predictor = amalthea.predictor(model, fallback="keras")
    [expected] = answers_of_keras(model, [numbers(3, 20)])
    np.testing.assert_allclose(predictor(numbers(3, 20)), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")  # JAX, which takes float32 instead
def test_inputs_that_no_graph_has():
    unused, x = keras.Input((2,), name="unused"), keras.Input((3,), name="x", dtype="float64")
    two = layers.Dense(2, name="two", dtype="float64")(x)
    for model, reason in (
        (keras.Model([unused, x], two, name="own"), "input 'x' is float64; "),
        (keras.Model([unused, keras.Input((3,))], unused, name="own"), "nothing uses its input "),
    ):
        with pytest.warns(AmaltheaWarning, match=f"'own': {reason}.* Keras computes it, as fallback='keras' says"):
            predictor = amalthea.predictor(model, fallback="keras")
        given = [numbers(3, 2), numbers(3, 3)]
        np.testing.assert_allclose(predictor(given), answers_of_keras(model, given)[0], rtol=1e-4, atol=1e-4)


@pytest.mark.single_backend
def test_what_keras_cannot_compute_either():
    with pytest.raises(ArgumentError, match="model=42 is a int; allowed is a"):
        amalthea.predictor(42, fallback="keras")
    model = keras.Sequential([keras.Input((4, 4, 3), dtype="uint8"), layers.Rescaling(2.0)], name="own")
    with pytest.raises(ArgumentError, match=r"takes uint8, and scales .* itself: leave preprocess"):
        amalthea.predictor(model, fallback="keras", preprocess=True, scaling="tf")


@pytest.mark.single_backend
def test_a_model_that_predicts_in_its_own_way():
    class Halved(keras.Sequential):
        def predict_step(self, data):
            return 0.5 * super().predict_step(data)

    model = Halved([keras.Input((4,)), layers.Dense(2, name="two")], name="own")
    with pytest.raises(
        UnsupportedLayerError, match=r"'own' of type Halved overrides predict_step, .*Keep model\.predict"
    ):
        amalthea.predictor(model, fallback="keras")


@pytest.mark.single_backend
def test_without_need_nothing_changes():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="two")], name="own")
    with warnings.catch_warnings():
        warnings.simplefilter("error", AmaltheaWarning)
        predictor = amalthea.predictor(model, fallback="keras")
    assert type(predictor.runner) is type(amalthea.predictor(model).runner)


@pytest.mark.single_backend
def test_another_fallback():
    with pytest.raises(ArgumentError, match="fallback='torch'; there is 'keras', or None"):
        amalthea.predictor(own_model(), fallback="torch")
