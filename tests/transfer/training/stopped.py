"""Trainings that can be stopped, and all that they end with."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from amalthea.errors import AmaltheaWarning
from amalthea.storage import TRAININGS
from amalthea.transfer.training.checkpoints import Checkpoints
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import History
from tests.transfer.training.rows import head, samples

# Bit by bit, but for JAX, whose sums depend on how its threads share them.
EXACT = keras.config.backend() in ("tensorflow", "torch")

ROWS = "of these tests"


class Trained(NamedTuple):
    """What a training ends with: weights, where random numbers are, and the history."""

    variables: list[np.ndarray]
    history: History


def trained(
    resume: bool = False,
    history: History | None = None,
    model: keras.Model | None = None,
    checkpoints: bool = True,
    **settings: Any,
) -> Trained:
    """Train a small head, which has something of all that a checkpoint must hold."""
    model, history = head(dropout=0.5) if model is None else model, {} if history is None else history
    chosen = Training(**{"epochs": 5, "learning_rate": 0.02, "batch_size": 16, **settings})
    judged = samples(50, seed=1) if chosen.never_worse or chosen.patience else None
    train(model, *samples(90), judged, chosen, history, Checkpoints(ROWS, resume) if checkpoints else None)
    return Trained(variables(model), history)


@cache
def whole(**settings: Any) -> Trained:
    """As if nothing had happened, and without a checkpoint."""
    return trained(checkpoints=False, **settings)


def variables(model: keras.Model) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.variables]


def files() -> list[Path]:
    return sorted(TRAININGS.files())


def assert_same(one: Trained, other: Trained) -> None:
    for a, b in zip(one.variables, other.variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=0 if EXACT else 1e-6)
    assert list(one.history) == list(other.history)
    for name in one.history:
        np.testing.assert_allclose(one.history[name], other.history[name], rtol=0, atol=0 if EXACT else 1e-6)


def told(messages: Any) -> list[str]:
    """The warnings of ours."""
    return [str(each.message) for each in messages if each.category is AmaltheaWarning]
