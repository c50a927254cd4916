"""A model made ready for ``fit``: its loss, its accuracy, and an optimizer of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np

from .batches import ChangingRows, Rows
from .rates import layer_groups, rates_between
from .schedules import rate_of
from .settings import Optimizer, Training

_STEPS_AT_ONCE = 16
_OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": partial(keras.optimizers.SGD, momentum=0.9),
}


@contextmanager
def compiled(suffix: keras.Model, settings: Training, features: Rows, steps: int) -> Iterator[None]:
    """Give a model what it is trained by, in this block.

    Also makes Keras read the flags ``trainable``, which on some backends it does only now (Keras 3.15.1).

    Args:
        suffix: takes the features and returns probabilities.
        settings: how it will be trained. Where they are ``soft``, it learns from one number for each of its outputs,
            else from labels.
        features: what it will learn from.
        steps: of the whole training.
    """
    compile_model(suffix, settings, features, steps)
    try:
        yield
    finally:
        if settings.soft or isinstance(settings.learning_rate, Sequence):
            # Plain Keras could not load a file of the model with an accuracy of ours, nor, in Keras 3.15.1, with
            # several optimizers. Without schedule, for one rate of (low, high) and an optimizer need not go with it.
            highest = float(np.max(settings.learning_rate))
            plain = replace(settings, label_smoothing=0.0, mixup=0.0, learning_rate=highest, schedule=None)
            compile_model(suffix, plain, features, steps)
            suffix.optimizer.build(suffix.trainable_variables)


def compile_model(suffix: keras.Model, settings: Training, features: Rows, steps: int) -> None:
    """Give a model what it is trained by; see ``compiled``."""
    loss, accuracy = _criteria(settings)
    suffix.compile(
        optimizer=optimizer_of(suffix, settings, steps),
        loss=loss,
        metrics=[accuracy],
        steps_per_execution=_steps_at_once(suffix, features, settings),
    )


def optimizer_of(suffix: keras.Model, settings: Training, steps: int) -> Optimizer:
    """A new one: an optimizer belongs to the weights that it trained first.

    Where blocks learn with rates of their own, it consists of several, one for each block. A norm to which gradients
    are clipped is then that of each block.
    """
    given, rate, schedule = settings.optimizer, settings.learning_rate, settings.schedule
    if not isinstance(rate, Sequence):
        return _with_rate(given, _own_rate(given, rate), schedule, steps)
    [low, high], groups = rate, layer_groups(suffix, settings.variant)
    optimizers = [
        _with_rate(given, each, schedule, steps, f"block_{number}")
        for number, each in enumerate(rates_between(low, high, len(groups)), 1)
    ]
    by_path = {
        weight.path: optimizer
        for group, optimizer in zip(groups, optimizers, strict=True)
        for layer in group
        for weight in layer.trainable_weights
    }
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(optimizers[-1], by_path))


def _own_rate(given: Optimizer, rate: Any) -> Any:
    """That of an optimizer of Keras counts: a number, the configuration of a schedule, or None where it has several."""
    return float(rate) if isinstance(given, str) else given.get_config().get("learning_rate")


def _with_rate(given: Optimizer, rate: Any, schedule: Any, steps: int, name: str | None = None) -> Optimizer:
    """An optimizer by name, or a copy of one, with its rate."""
    named = {} if name is None else {"name": name}
    rate = rate_of(schedule, rate, steps)
    if isinstance(given, str):
        return _OPTIMIZERS[given](rate, **named)
    rated = {} if rate is None else {"learning_rate": rate}
    return type(given).from_config({**given.get_config(), **rated, **named})


def _criteria(settings: Training) -> tuple[Any, Any]:
    """Loss and accuracy."""
    if settings.loss == "binary_crossentropy":
        soft, hard = partial(keras.metrics.MeanMetricWrapper, _same_side), keras.metrics.BinaryAccuracy
        return keras.losses.BinaryCrossentropy(), (soft if settings.soft else hard)(name="accuracy")
    if settings.soft:
        return keras.losses.CategoricalCrossentropy(), keras.metrics.CategoricalAccuracy("accuracy")
    # Labels stay numbers: the same loss as of one-hot rows, without these.
    return keras.losses.SparseCategoricalCrossentropy(), keras.metrics.SparseCategoricalAccuracy("accuracy")


def _same_side(targets: Any, scores: Any) -> Any:
    """Whether a score favours the class with the greater part; Keras' own accuracy knows whole classes alone."""
    return keras.metrics.binary_accuracy(keras.ops.cast(targets > 0.5, scores.dtype), scores)


def _steps_at_once(suffix: keras.Model, features: Rows, settings: Training) -> int:
    """How many steps TensorFlow does before it returns to Python, which takes as long as a step of a small head.

    Ctrl-C waits for all of them, and callbacks are told of the last one alone. So it is one where there are callbacks
    of the user's, or where steps are long: those of convolutions, and of rows that are computed when they are taken.
    """
    live = isinstance(features, ChangingRows) and features.live
    long = live or any(hasattr(layer, "kernel_size") for layer in suffix.layers)
    at_once = keras.config.backend() == "tensorflow" and not long and not settings.callbacks
    return _STEPS_AT_ONCE if at_once else 1
