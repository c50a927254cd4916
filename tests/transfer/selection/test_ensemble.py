"""Several models as one that returns their mean."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.runtime import predictor
from amalthea.transfer.selection.ensemble import averaged, ensemble_of
from amalthea.transfer.training.head import Head, attach
from tests.transfer.classifier.classes import small_network

PICTURES = np.random.default_rng(0).normal(0, 1, (5, 32, 32, 3)).astype(np.float32)
layers = keras.layers


def shaken(model: keras.Model, seed: int, names: tuple[str, ...] = ("head",)) -> keras.Model:
    """The model, with other weights in the layers whose names begin so."""
    generator = np.random.default_rng(seed)
    for layer in model.layers:
        if layer.name.startswith(names):
            layer.set_weights([generator.normal(0, 0.3, weight.shape) for weight in layer.get_weights()])
    return model


def with_head(seed: int, **settings) -> keras.Model:
    """A network of its own, equal to all others, and another head."""
    return shaken(
        attach(small_network(), None, Head(**{"classes": 3, "hidden": (4,), "dropout": 0.5, **settings})), seed
    )


def answers(model: keras.Model) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(PICTURES))


def assert_mean(whole: keras.Model, models: list[keras.Model]) -> None:
    """Equal to the mean of answers that differ clearly."""
    each = np.stack([answers(model) for model in models])
    assert each.std(axis=0).max() > 0.01
    np.testing.assert_allclose(answers(whole), each.mean(axis=0), rtol=0, atol=1e-6)


def test_the_frozen_network_is_there_once():
    models = [with_head(seed) for seed in range(3)]
    whole = averaged(models)
    assert_mean(whole, models)
    heads = [weight for weight in models[0].weights if weight.path.startswith("head")]
    base = models[0].count_params() - sum(int(np.prod(weight.shape)) for weight in heads)
    assert whole.count_params() == base + 3 * (models[0].count_params() - base)
    names = [layer.name for layer in whole.layers]
    assert [name for name in names if name.startswith(("conv_1", "conv_2", "head_pool"))] == [
        "conv_1",
        "conv_2",
        "head_pool",
    ]
    scores = {name for name in names if name.startswith("head_scores")}
    assert scores == {"head_scores", "head_scores_fold_2", "head_scores_fold_3"}
    assert not whole.get_layer("conv_1").trainable
    assert all(whole.get_layer(name).trainable for name in scores)


@pytest.mark.single_backend
def test_apart_from_the_first_layer_that_differs():
    """And those that are equal stay together, such as where fine-tuning was discarded."""
    models = [with_head(0), shaken(with_head(1), 1, ("conv_2",)), with_head(2)]
    whole = averaged(models)
    assert_mean(whole, models)
    names = {layer.name for layer in whole.layers}
    assert {"conv_1", "bn_1", "conv_2", "conv_2_fold_2", "head_pool", "head_pool_fold_2"} < names
    assert "conv_2_fold_3" not in names
    assert "bn_1_fold_2" not in names


@pytest.mark.single_backend
def test_a_layer_in_the_middle_that_is_equal_gets_other_inputs():
    models = [with_head(0), shaken(with_head(1), 1, ("conv_1",))]
    whole = averaged(models)
    assert_mean(whole, models)
    np.testing.assert_array_equal(
        whole.get_layer("conv_2").get_weights()[0], whole.get_layer("conv_2_fold_2").get_weights()[0]
    )


@pytest.mark.single_backend
def test_layers_are_copies():
    models = [with_head(seed) for seed in range(2)]
    before = [answers(model) for model in models]
    whole = averaged(models)
    own = answers(whole)
    shaken(whole, 9, ("conv", "head"))
    for model, answer in zip(models, before, strict=True):
        np.testing.assert_array_equal(answers(model), answer)
        shaken(model, 8, ("conv", "head"))
    assert np.abs(answers(whole) - own).max() > 0.01


def unnamed(seed: int) -> keras.Model:
    """Layers and operations with names by Keras, which differ from model to model; one layer used twice, one model
    inside, and groups."""
    picture = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=4, data_format="channels_last")(picture)
    inner_input = keras.Input((8, 8, 8))
    inner = keras.Model(inner_input, layers.Conv2D(8, 3, groups=4, data_format="channels_last")(inner_input))
    x = keras.ops.maximum(inner(x), 0.1) * 2.0
    twice = layers.Conv2D(8, 1, padding="same", data_format="channels_last")
    x = layers.Add()([twice(x), twice(twice(x))])
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(x)
    model = keras.Model(picture, layers.Dense(2, activation="softmax")(x))
    generator = np.random.default_rng(1)
    weights = [generator.normal(0, 0.4, weight.shape) for weight in model.get_weights()]
    weights[-2] = np.random.default_rng(seed).normal(0, 1, weights[-2].shape)
    model.set_weights(weights)
    return model


@pytest.mark.single_backend
def test_names_by_keras_operations_a_layer_used_twice_and_a_model_inside(tmp_path):
    models = [unnamed(seed) for seed in range(3)]
    whole = averaged(models)
    assert_mean(whole, models)
    assert sum(isinstance(layer, layers.Conv2D) for layer in whole.layers) == 3
    assert sum(isinstance(layer, layers.Dense) for layer in whole.layers) == 3
    np.testing.assert_allclose(predictor(whole)(PICTURES), answers(whole), rtol=0, atol=1e-5)
    whole.save(tmp_path / "whole.keras")
    loaded = keras.saving.load_model(tmp_path / "whole.keras", compile=False)
    np.testing.assert_allclose(answers(loaded), answers(whole), rtol=0, atol=1e-6)


@pytest.mark.single_backend
def test_one_sigmoid():
    models = [with_head(seed, classes=2, loss="binary_crossentropy") for seed in range(2)]
    assert averaged(models).output_shape == (None, 1)
    assert_mean(averaged(models), models)


@pytest.mark.single_backend
def test_what_has_no_average():
    with pytest.raises(ArgumentError, match="The models have different layers; an average needs those of one kind"):
        averaged([with_head(0), with_head(1, hidden=())])
    with pytest.raises(ArgumentError, match="There is no classifier to take the average of"):
        ensemble_of([])
