"""Training the part of a network that is not frozen, on the features that its frozen part gave."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from math import isfinite, prod
from typing import Any

import keras
from numpy.typing import ArrayLike, NDArray

from ... import _keras
from ...errors import ArgumentError, warn
from .batches import Batches, Rows
from .callback_logs import continued_logs
from .callback_packages import check_callbacks
from .checkpoints import Checkpoints
from .compiling import compiled
from .distribution import distributed
from .labels import checked_labels, weights_in_loss
from .mixing import Softening, targets_of
from .precision import Precision
from .settings import SCHEDULES, Training
from .watching import (
    Bar,
    BestWeights,
    Divergence,
    History,
    Keeper,
    LostWeights,
    Recorder,
    WeightsCopy,
    no_retracing_warnings,
    restore,
)

_ASTRAY = "its loss became NaN or infinite"


def train(
    suffix: keras.Model,
    features: Rows,
    labels: ArrayLike,
    validation: tuple[Rows, ArrayLike] | None,
    settings: Training,
    history: History | None = None,
    checkpoints: Checkpoints | None = None,
) -> History:
    """Train a model, or the suffix of one, which trains that one.

    The flags ``trainable`` are read now. Equal seeds, features and weights give equal results on the same backend.
    However it ends, all weights stay readable: after Ctrl-C they are those of the last steps, or the best so far where
    the settings ask for those; after an error, weights and history are those of before. A loss that is no finite number
    ends it: with a warning; or in the first epoch, unless ``never_worse``, with an error.

    Args:
        suffix: takes the features and returns probabilities, (N, k), or (N, 1) of the second of two classes.
        features: N rows. They are taken batch by batch, in a new order each epoch.
        labels: shape (N,), whole numbers in [0, k).
        validation: features and labels to judge by after each epoch.
        settings: how to train.
        history: is filled epoch by epoch, so that its owner has it also when Ctrl-C ends the training; what it holds
            already stays in front.
        checkpoints: keeps how far the training is, and may know how far it was before; None: nothing is kept.

    Returns:
        The history: ``loss`` and ``accuracy`` of each epoch, averaged over its steps, and ``val_loss`` and
        ``val_accuracy`` after it, if there are validation pictures; NaN for epochs without, where others had some.
        Where the best weights are kept, by ``patience``, ``never_worse`` or Keras' ``EarlyStopping``, also ``kept``:
        after each epoch, the number of the one whose weights are the best so far. It counts from 1 through the whole
        history; 0 stands for the weights of before. So the last one tells whose weights the model has, and where that
        is an epoch of an earlier training, all of this one was discarded.

    Raises:
        ArgumentError: no weight is trainable, labels do not fit the features or the model, ``patience`` without
            validation, or losses that are no finite numbers from the beginning.
        MissingDependencyError: Keras runs on OpenVINO, which cannot train; or a callback needs another package.
    """
    check_possible(settings, validated=validation is not None)
    trained, there = trainable_count(suffix)
    if not trained:
        raise ArgumentError(
            f"Model {suffix.name!r} has no trainable weights: every layer is frozen. Set trainable = True on those "
            "that shall train."
        )
    labels = checked_labels(labels, features, suffix)
    history, checkpoints = {} if history is None else history, checkpoints or Checkpoints()
    if checkpoints.begin(suffix, settings, history):
        return history
    batches = _batches(suffix, features, labels, settings)
    judged = _judged(suffix, batches, validation, settings)
    names = ("loss", "accuracy", "val_loss", "val_accuracy") if validation else ("loss", "accuracy")
    bar = Bar(settings.title, settings.epochs, len(batches), (trained, settings.all_weights or there))
    diverged = Divergence()
    precision = Precision(suffix, settings.precision)
    watchers = [precision, Recorder(history, names), diverged, bar]
    with undone_after_an_error(suffix, history), distributed(suffix, settings.distribution):
        made_ready = compiled(suffix, settings, features, steps=settings.epochs * len(batches))
        with no_retracing_warnings(), made_ready, precision, batches, judged or nullcontext(), bar:
            _fit(suffix, batches, judged, settings, history, watchers, checkpoints)
        checkpoints.end(failed=diverged.epoch is not None)
        if diverged.epoch == 1 and not settings.never_worse:
            raise ArgumentError(f"Training diverged in its first epoch: {_ASTRAY}. {_advice(settings)}")
    if diverged.epoch:
        left = "the best weights of before are back" if _keeps_the_best(settings) else "the weights are of no use"
        warn(f"Training diverged: in epoch {diverged.epoch} {_ASTRAY}; {left}. {_advice(settings)}")
    return history


def check_possible(settings: Training, validated: bool) -> None:
    """Refuse what cannot be trained here, or not without validation pictures, before they are looked at.

    Raises:
        MissingDependencyError, ArgumentError: see ``train``.
    """
    _keras.check_trains()
    from ...runtime.runners.openvino import check_precision

    check_precision(settings.precision, setting="training_precision")
    check_callbacks(settings.callbacks)
    if settings.patience is not None and not validated:
        raise ArgumentError(f"patience={settings.patience} needs validation pictures: their loss tells when to stop.")


def trainable_count(model: keras.Model) -> tuple[int, int]:
    """How many numbers in the weights of a model will train, and how many there are.

    Example:
        >>> import keras
        >>> trainable_count(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
        (8, 8)
    """
    return tuple(sum(prod(w.shape) for w in weights) for weights in (model.trainable_weights, model.weights))


def _batches(suffix: keras.Model, features: Rows, labels: NDArray[Any], settings: Training) -> Batches:
    """What the model learns from."""
    weights = weights_in_loss(labels, settings.class_weight, settings.row_weights)
    if not settings.soft:
        return Batches(features, labels, settings.batch_size, weights, settings.seed)
    softening = Softening(settings.label_smoothing, settings.mixup, settings.seed)
    targets = targets_of(labels, suffix.output_shape[-1])
    return Batches(features, targets, settings.batch_size, weights, settings.seed, softening)


def _judged(
    suffix: keras.Model, batches: Batches, validation: tuple[Rows, ArrayLike] | None, settings: Training
) -> Batches | None:
    """What the model is judged by after each epoch."""
    if validation is not None:
        features, labels = validation
        labels = checked_labels(labels, features, suffix)
        targets = targets_of(labels, suffix.output_shape[-1]) if settings.soft else labels
        return Batches(features, targets, settings.batch_size)
    return batches.in_order() if settings.never_worse else None


def _fit(
    suffix: keras.Model,
    batches: Batches,
    judged: Batches | None,
    settings: Training,
    history: History,
    watchers: list[Any],
    checkpoints: Checkpoints,
) -> None:
    """Keras' own loop, and what must happen however it ends."""
    shuffling = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.shuffle(epoch))
    keepers: list[Keeper] = [LostWeights(suffix)] if keras.config.backend() == "jax" else []
    try:
        if _keeps_the_best(settings):
            start = _start(suffix, judged) if settings.never_worse and not checkpoints.found else None
            keepers.append(BestWeights(suffix, history, settings.patience, start))
        done = checkpoints.take_up(keepers)
        with continued_logs(settings.callbacks, done):
            suffix.fit(
                batches,
                epochs=settings.epochs,
                initial_epoch=done,
                validation_data=judged,
                callbacks=[shuffling, *watchers, *keepers, *settings.callbacks, checkpoints],
                shuffle=False,
                verbose=0,
            )
    except Exception:
        if problem := batches.problem or (judged and judged.problem):
            raise problem from None
        raise
    finally:
        restore(keepers)


@contextmanager
def undone_after_an_error(model: keras.Model, history: History) -> Iterator[None]:
    """Give a model the weights of before, and a history what it held, if the block fails."""
    weights, held = WeightsCopy(model), {name: list(values) for name, values in history.items()}
    try:
        yield
    except Exception:
        weights.restore()
        history.clear()
        history.update(held)
        raise


def _keeps_the_best(settings: Training) -> bool:
    return settings.patience is not None or settings.never_worse


def _start(suffix: keras.Model, judged: Batches | None) -> dict[str, float]:
    """Loss and accuracy before training.

    Raises:
        ArgumentError: there is nothing good to keep.
    """
    start: dict[str, float] = suffix.evaluate(judged, return_dict=True, verbose=0)
    if not isfinite(start["loss"]):
        raise ArgumentError(
            f"{suffix.name!r}: before any training its loss is NaN or infinite, so that its weights are of no use. "
            "Begin with others; if a training made them, do it again with a lower learning rate."
        )
    return start


def _advice(settings: Training) -> str:
    known = isinstance(settings.optimizer, str) and settings.schedule in (None, *SCHEDULES)
    rate = f" than {settings.learning_rate}" if known else ""
    return f"Train again with a lower learning rate{rate}."
