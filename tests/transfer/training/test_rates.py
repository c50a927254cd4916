"""Blocks that learn with rates of their own, against plain optimizers of Keras, one for each rate."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.applications import MobileNet, MobileNetV2
from amalthea.errors import ArgumentError
from amalthea.transfer.cutting import divide, freeze_before
from amalthea.transfer.training.head import Head, attach
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.rates import layer_groups
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import assert_same_change, head, moved, samples, trains, weights

CosineDecay = keras.optimizers.schedules.CosineDecay

RULES = {
    "sgd": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "adam": lambda rate: keras.optimizers.Adam(rate),
    "cosine": lambda rate: keras.optimizers.Adam(CosineDecay(rate, 9)),
}


def deep() -> keras.Model:
    """Two layers of a network, and a head of one."""
    base = keras.Sequential(
        [
            keras.Input((12,)),
            keras.layers.Dense(10, activation="relu", name="first", kernel_initializer=keras.initializers.HeNormal(1)),
            keras.layers.Dense(8, activation="relu", name="second", kernel_initializer=keras.initializers.HeNormal(2)),
        ]
    )
    return attach(base, None, Head(classes=3))


@trains
@pytest.mark.parametrize("rule", ["sgd", "adam", pytest.param("cosine", marks=pytest.mark.single_backend)])
def test_each_layer_moves_as_with_an_optimizer_of_its_own(rule: str) -> None:
    """Three twins take each step, all from the same weights, each with one rate; of each, one layer counts."""
    features, labels = samples(60)
    model, twins = deep(), [deep() for _ in range(3)]
    schedule = {"optimizer": "adam", "schedule": "cosine"} if rule == "cosine" else {"optimizer": rule}
    before = weights(model)
    settings = Training(learning_rate=(0.01, 0.04), epochs=3, batch_size=20, seed=7, **schedule)
    train(model, features, labels, None, settings)

    for twin, rate in zip(twins, (0.01, 0.02, 0.04), strict=True):
        twin.compile(optimizer=RULES[rule](rate), loss="sparse_categorical_crossentropy")
    expected = before
    for epoch in range(3):
        order = np.random.default_rng((7, epoch)).permutation(60)
        for rows in np.split(order, 3):
            for twin in twins:
                twin.set_weights(expected)
                twin.train_on_batch(features.arrays[0][rows], labels[rows])
            expected = [array for number, twin in enumerate(twins) for array in weights(twin)[number * 2 :][:2]]
    assert_same_change(before, weights(model), expected)


@trains
@pytest.mark.single_backend
def test_a_copy_of_an_optimizer_of_keras_takes_the_rates() -> None:
    features, labels = samples(40)
    given = keras.optimizers.SGD(0.5, nesterov=True, momentum=0.5)
    model, twin = deep(), deep()
    train(model, features, labels, None, Training(optimizer=given, learning_rate=(0.02, 0.02), epochs=1, seed=1))
    twin.compile(keras.optimizers.SGD(0.02, nesterov=True, momentum=0.5), loss="sparse_categorical_crossentropy")
    order = np.random.default_rng((1, 0)).permutation(40)
    twin.fit(features.arrays[0][order], labels[order], batch_size=32, shuffle=False, verbose=0)
    for one, other in zip(weights(model), weights(twin), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert not given.built
    assert float(given.learning_rate) == 0.5


@trains
@pytest.mark.single_backend
def test_a_head_alone_learns_with_the_highest_rate() -> None:
    features, labels = samples(40)
    one, other = head(hidden=()), head(hidden=())
    train(one, features, labels, None, Training(learning_rate=(1e-6, 0.03), epochs=1))
    train(other, features, labels, None, Training(learning_rate=0.03, epochs=1))
    for a, b in zip(weights(one), weights(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("network", "name", "frozen", "wanted"),
    [
        (
            MobileNet,
            "MobileNet",
            {"blocks": 2},
            [{"conv_dw_12", "conv_pw_12"}, {"conv_dw_13", "conv_pw_13"}, {"head_scores"}],
        ),
        (
            MobileNet,
            "MobileNet",
            {"from_layer": "conv_pw_12"},
            [{"conv_pw_12"}, {"conv_dw_13", "conv_pw_13"}, {"head_scores"}],
        ),
        (
            MobileNetV2,
            "MobileNetV2",
            {"blocks": 2},
            [
                {"block_15_expand", "block_15_depthwise", "block_15_project"},
                {"block_16_expand", "block_16_depthwise", "block_16_project", "Conv_1"},
                {"head_scores"},
            ],
        ),
        (
            MobileNet,
            None,
            {"from_layer": "conv_dw_13"},
            [{"conv_dw_13"}, {"conv_pw_13"}, {"head_scores"}],
        ),
    ],
)
def test_groups_are_blocks_where_these_are_known(network: Any, name: str, frozen: Any, wanted: list[set[str]]) -> None:
    with _keras.no_initial_values():
        alpha = 0.35 if network is MobileNetV2 else 0.25
        base = network(input_shape=(32, 32, 3), alpha=alpha, weights=None, include_top=False)
        model = attach(base, None, Head(classes=3))
    freeze_before(model, **frozen, variant="MobileNetV2" if network is MobileNetV2 else "MobileNet")
    assert [{layer.name for layer in group} for group in layer_groups(model, name)] == wanted
    _, suffix = divide(model)
    assert [{layer.name for layer in group} for group in layer_groups(suffix, name)] == wanted


@trains
@pytest.mark.single_backend
def test_a_model_that_learned_so_is_a_file_of_plain_keras(tmp_path: Path) -> None:
    features, labels = samples(40)
    model = deep()
    train(model, features, labels, None, Training(learning_rate=(1e-4, 1e-2), schedule="cosine", epochs=1))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(features.arrays[0], verbose=0), model(features.arrays[0]), rtol=1e-5)


@trains
@pytest.mark.single_backend
def test_a_schedule_by_name_takes_the_place_of_that_of_an_optimizer() -> None:
    features, labels = samples(40)
    model = deep()
    before = weights(model)
    given = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, 100))
    settings = {"learning_rate": (1e-5, 1e-3), "schedule": "cosine", "epochs": 1}
    train(model, features, labels, None, Training(optimizer=given, **settings))
    twin = deep()
    train(twin, features, labels, None, Training(**settings))
    assert moved(before, weights(model))
    for one, other in zip(weights(model), weights(twin), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


@pytest.mark.single_backend
@pytest.mark.parametrize("rates", [(0.1,), (0.1, 0.01), (0, 0.1), (0.01, 0.1, 1), ("low", "high")])
def test_rates_that_are_refused(rates: Any) -> None:
    with pytest.raises(ArgumentError, match=r"learning_rate=\(.*allowed: a number above 0, or two: the lowest and the"):
        Training(learning_rate=rates)
