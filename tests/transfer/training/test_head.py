from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError
from amalthea.transfer.training.head import Head, attach
from tests.live_weights import set_live_weights


def small_base(data_format: str = "channels_last") -> keras.Model:
    """Feature maps of 3 × 3 positions and 5 channels."""
    picture = keras.Input((8, 8, 3) if data_format == "channels_last" else (3, 8, 8))
    x = keras.layers.Conv2D(5, 3, strides=2, data_format=data_format, name="conv")(picture)
    return keras.Model(picture, keras.layers.ReLU(name="last_relu")(x), name="small")


def predicted(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(pictures))


def test_the_head_of_the_seeds() -> None:
    """``Flatten(), Dense(256, relu), Dropout(0.5), Dense(1, sigmoid)`` on VGG16's last feature map."""
    head = Head(classes=2, pooling="flatten", hidden=(256,), dropout=0.5, loss="binary_crossentropy")
    model = attach(small_base(), None, head)
    names = ["conv", "last_relu", "head_flatten", "head_hidden_1", "head_dropout_1", "head_scores"]
    assert [layer.name for layer in model.layers[1:]] == names
    kinds = [keras.layers.Flatten, keras.layers.Dense, keras.layers.Dropout, keras.layers.Dense]
    assert [type(layer) for layer in model.layers[3:]] == kinds
    hidden, dropout, scores = model.layers[4:]
    assert (hidden.units, hidden.activation.__name__, dropout.rate) == (256, "relu", 0.5)
    assert (scores.units, scores.activation.__name__) == (1, "sigmoid")
    assert model.output_shape == (None, 1)


@pytest.mark.parametrize(("pooling", "width"), [("avg", 5), ("max", 5), ("flatten", 45)])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_pooling_in_both_data_formats(pooling: str, width: int, data_format: str) -> None:
    base = small_base(data_format)  # whatever the global setting is
    model = attach(base, None, Head(classes=3, pooling=pooling))
    set_live_weights(model)
    assert model.get_layer("head_scores").kernel.shape == (width, 3)
    pictures = np.random.default_rng(0).standard_normal((2, *model.input_shape[1:]), dtype=np.float32)
    features = predicted(base, pictures)
    if data_format == "channels_first":
        features = features.transpose(0, 2, 3, 1)
    pooled = {"avg": features.mean((1, 2)), "max": features.max((1, 2)), "flatten": features.reshape(2, -1)}[pooling]
    scores = model.get_layer("head_scores")
    logits = pooled @ keras.ops.convert_to_numpy(scores.kernel) + keras.ops.convert_to_numpy(scores.bias)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predicted(model, pictures), expected, rtol=1e-4)
    np.testing.assert_allclose(amalthea.predictor(model)(pictures), expected, rtol=1e-3)


def test_features_of_one_row_are_not_pooled() -> None:
    base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6)])
    model = attach(base, None, Head(classes=3, pooling="max", dropout=0.2))
    assert [layer.name for layer in model.layers[2:]] == ["head_dropout_1", "head_scores"]


def test_several_hidden_layers_and_penalties() -> None:
    model = attach(small_base(), None, Head(classes=4, hidden=(7, 6), dropout=0.1, l1=0.01, l2=0.02))
    names = ["head_pool", "head_hidden_1", "head_dropout_1", "head_hidden_2", "head_dropout_2", "head_scores"]
    assert [layer.name for layer in model.layers[3:]] == names
    kernels = [keras.ops.convert_to_numpy(layer.kernel) for layer in model.layers if hasattr(layer, "units")]
    penalty = sum(0.01 * np.abs(kernel).sum() + 0.02 * (kernel**2).sum() for kernel in kernels)
    assert float(keras.ops.convert_to_numpy(sum(model.losses))) == pytest.approx(penalty, rel=1e-5)


def test_an_early_layer_of_a_real_network(cached_weights: Path) -> None:
    base = MobileNet(alpha=0.25, input_shape=(224, 224, 3), weights="imagenet", include_top=True)
    model = attach(base, "conv_pw_6_relu", Head(classes=3))
    assert model.get_layer("conv_pw_6_relu") is base.get_layer("conv_pw_6_relu")
    assert "conv_pw_7" not in {layer.name for layer in model.layers}
    assert base.output_shape == (None, 1000)
    whole = attach(base, "predictions", Head(classes=3))
    assert whole.get_layer("head_scores").kernel.shape == (1000, 3)


def test_the_result_is_flat_and_plain(tmp_path: Path) -> None:
    inner = small_base()
    outer = keras.Sequential([keras.Input((8, 8, 3)), inner, keras.layers.ReLU(name="end")])
    model = attach(outer, None, Head(classes=3, dropout=0.5))
    set_live_weights(model)
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert model.get_layer("conv") is inner.get_layer("conv")
    assert any(layer.name == "head_scores" for layer in attach(outer, "conv", Head(classes=2)).layers)
    set_live_weights(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    pictures = np.random.default_rng(0).standard_normal((2, 8, 8, 3), dtype=np.float32)
    np.testing.assert_array_equal(predicted(loaded, pictures), predicted(model, pictures))


def test_a_head_on_a_head() -> None:
    first = attach(small_base(), None, Head(classes=3, dropout=0.5))
    second = attach(first, "head_pool", Head(classes=4, dropout=0.5))
    assert [layer.name for layer in second.layers[3:]] == ["head_pool", "head_2_dropout_1", "head_2_scores"]
    third = attach(second, None, Head(classes=5))
    assert third.layers[-1].name == "head_3_scores"


def test_the_seed_decides_weights_and_dropout_and_nothing_global() -> None:
    def weights(seed: int, state: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(state)
        model = attach(small_base(), None, Head(classes=3, hidden=(9, 9), dropout=0.5, seed=seed))
        return [keras.ops.convert_to_numpy(variable) for layer in model.layers[3:] for variable in layer.variables]

    for one, other in zip(weights(1, 10), weights(1, 11), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(weights(1, 10)[0], weights(2, 10)[0])
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    attach(small_base(), None, Head(classes=3, hidden=(9,), dropout=0.5))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_layers_of_one_head_draw_differently() -> None:
    model = attach(small_base(), None, Head(classes=9, hidden=(5, 5)))
    first, second = (keras.ops.convert_to_numpy(model.get_layer(f"head_hidden_{n}").kernel) for n in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": 1}, "classes=1; allowed: whole numbers from 2 on"),
        ({"classes": 2.5}, "classes=2.5; allowed: whole numbers"),
        ({"pooling": "mean"}, "pooling='mean'; allowed: 'avg', 'max', 'flatten'"),
        ({"hidden": (0,)}, r"hidden=\(0,\); allowed: positive widths"),
        ({"dropout": 1}, "dropout=1; allowed: numbers of at least 0 and below 1"),
        ({"l1": -1}, "l1=-1; allowed: numbers of at least 0"),
        ({"l2": float("nan")}, "l2=nan; allowed: numbers of at least 0"),
        ({"loss": "mse"}, "loss='mse'; allowed: 'categorical_crossentropy', 'binary_crossentropy'"),
        ({"loss": "binary_crossentropy"}, "allowed: 'categorical_crossentropy', for there are 3 classes, not two"),
        ({"seed": -1}, "seed=-1; allowed: whole numbers from 0 on"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Head(**{"classes": 3, **settings})


def test_an_unknown_layer_is_answered_with_the_nearest() -> None:
    with pytest.raises(ArgumentError, match=r"'small' has no layer 'last_rel'. Did you mean last_relu"):
        attach(small_base(), "last_rel", Head(classes=2))


def test_flatten_needs_pictures_of_one_size() -> None:
    picture = keras.Input((None, None, 3))
    base = keras.Model(picture, keras.layers.Conv2D(4, 3)(picture))
    with pytest.raises(ArgumentError, match="pooling='flatten' needs pictures of one size"):
        attach(base, None, Head(classes=2, pooling="flatten"))
    assert attach(base, None, Head(classes=2)).input_shape == (None, None, None, 3)


def test_features_that_cannot_be_pooled() -> None:
    base = keras.Sequential([keras.Input((4, 6)), keras.layers.Dense(6)])
    with pytest.raises(ArgumentError, match="pooling='avg' needs a feature map"):
        attach(base, None, Head(classes=2))
    assert attach(base, None, Head(classes=2, pooling="flatten")).output_shape == (None, 2)


def test_two_outputs() -> None:
    picture = keras.Input((8, 8, 3))
    base = keras.Model(picture, [keras.layers.ReLU(name="one")(picture), keras.layers.ReLU(name="two")(picture)])
    with pytest.raises(ArgumentError, match=r"has 2 outputs; a head goes on one. Name its layer"):
        attach(base, None, Head(classes=2))
    assert attach(base, "two", Head(classes=2)).output_shape == (None, 2)


def test_before_training_no_class_is_favoured() -> None:
    for head in (Head(classes=4, hidden=(7,)), Head(classes=2, loss="binary_crossentropy")):
        model = attach(small_base(), None, head)
        pictures = np.random.default_rng(0).standard_normal((2, 8, 8, 3), dtype=np.float32)
        np.testing.assert_allclose(predicted(model, pictures), 1 / head.classes)
