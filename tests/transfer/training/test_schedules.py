"""Learning rates that change from step to step, against Keras' own schedules and their formulas."""

from math import cos, pi
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.schedules import rate_of
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import assert_same_change, head, samples, trains, weights

CosineDecay = keras.optimizers.schedules.CosineDecay


def rates(schedule: Any, steps: int) -> list[float]:
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(steps)]


@trains
@pytest.mark.single_backend
def test_cosine_falls_along_half_a_cosine() -> None:
    wanted = [0.3 * (1 + cos(pi * step / 8)) / 2 for step in range(8)]
    assert rates(rate_of("cosine", 0.3, steps=8), 8) == pytest.approx(wanted, rel=1e-5)
    assert rate_of(None, 0.3, steps=8) == 0.3


@trains
@pytest.mark.single_backend
def test_one_cycle_rises_for_a_quarter_and_falls() -> None:
    found = rates(rate_of("one_cycle", 0.5, steps=40), 41)
    assert found[:10] == pytest.approx([0.02 + 0.48 * step / 10 for step in range(10)], rel=1e-5)
    assert found[10:40] == pytest.approx([0.25 * (1 + cos(pi * step / 30)) for step in range(30)], rel=1e-4)
    assert found[40] == pytest.approx(0, abs=1e-7)


@trains
@pytest.mark.single_backend
@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_few_steps_have_rates_as_well(name: str, steps: int) -> None:
    found = rates(rate_of(name, 0.5, steps), steps)
    assert all(0 < rate <= 0.5 for rate in found)


@trains
@pytest.mark.parametrize(
    ("settings", "plain"),
    [
        ({"optimizer": "sgd", "schedule": "cosine"}, lambda: keras.optimizers.SGD(CosineDecay(0.02, 12), momentum=0.9)),
        (
            {"schedule": "one_cycle"},
            lambda: keras.optimizers.Adam(CosineDecay(0.02 / 25, 9, warmup_target=0.02, warmup_steps=3)),
        ),
        pytest.param(
            {"schedule": keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.5)},
            lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.5)),
            marks=pytest.mark.single_backend,
        ),
        pytest.param(
            {"optimizer": keras.optimizers.RMSprop(0.01), "schedule": "cosine"},
            lambda: keras.optimizers.RMSprop(CosineDecay(0.01, 12)),
            marks=pytest.mark.single_backend,
        ),
    ],
)
def test_equals_plain_keras(settings: dict[str, Any], plain: Any) -> None:
    """Four epochs of three steps."""
    features, labels = samples(60)
    model, twin = head(), head()
    twin.set_weights(model.get_weights())
    before = weights(model)
    train(model, features, labels, None, Training(learning_rate=0.02, epochs=4, batch_size=20, seed=7, **settings))
    twin.compile(optimizer=plain(), loss="sparse_categorical_crossentropy")
    for epoch in range(4):
        order = np.random.default_rng((7, epoch)).permutation(60)
        twin.fit(features.arrays[0][order], labels[order], batch_size=20, shuffle=False, verbose=0)
    assert_same_change(before, weights(model), weights(twin))


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"schedule": "linear"}, "schedule='linear'; allowed: None, 'cosine', 'one_cycle', or a schedule of Keras"),
        ({"schedule": True}, "schedule=True; allowed: None, 'cosine'"),
        (
            {"schedule": CosineDecay(0.1, 9), "learning_rate": (1e-4, 1e-2)},
            r"allowed: None, 'cosine' or 'one_cycle' where learning_rate is \(low, high\): one of Keras has its own",
        ),
        (
            {"schedule": "cosine", "optimizer": keras.optimizers.Adam(CosineDecay(0.1, 9))},
            "schedule='cosine'; allowed: None, for Adam has no single rate of its own that could change",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Training(**settings)


@trains
@pytest.mark.single_backend
def test_an_optimizer_may_bring_a_schedule_of_its_own() -> None:
    """It is copied with it, and serves twice."""
    features, labels = samples(40)
    optimizer = keras.optimizers.SGD(CosineDecay(0.05, 6))
    found = []
    for _ in range(2):
        model = head()
        train(model, features, labels, None, Training(optimizer=optimizer, epochs=3, batch_size=20))
        found.append(weights(model))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
