"""Training the part of a network that is not frozen, on the features that its frozen part gave."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

import keras
from numpy.typing import ArrayLike

from ...errors import ArgumentError, MissingDependencyError, warn
from ..settings import require_number, require_one_of, require_whole
from .batches import Batches, ChangingRows, Rows
from .head import LOSSES
from .labels import checked_labels, row_weights
from .watching import (
    Bar,
    BestWeights,
    Divergence,
    History,
    LostWeights,
    Recorder,
    WeightsCopy,
    no_retracing_warnings,
    restore,
)

Optimizer = Any  # a keras.optimizers.Optimizer; Keras carries no types

OPTIMIZERS = ("adam", "rmsprop", "sgd")
_STEPS_AT_ONCE = 16
_ASTRAY = "its loss became NaN or infinite"


@dataclass(frozen=True, kw_only=True)
class Training:
    """How weights are trained.

    Attributes:
        loss: ``"categorical_crossentropy"`` of a softmax with one score a class, or ``"binary_crossentropy"`` of one
            sigmoid.
        optimizer: ``"adam"``, ``"rmsprop"``, ``"sgd"`` with momentum 0.9, or one of Keras. That one is copied, so that
            it serves again, and its own learning rate counts.
        learning_rate: above 0.
        epochs: how often each picture is seen, at most.
        batch_size: pictures in a step; the last step of an epoch takes what is left.
        class_weight: weight of each label in the loss; labels that it lacks weigh 1. ``"balanced"`` gives label ``c``
            the weight ``N / (k * N_c)``, as scikit-learn does. Validation is not weighted.
        patience: epochs without a lower loss in validation after which training stops; the weights of the lowest are
            restored. None trains for all epochs and keeps the last weights.
        never_worse: whether the weights from before count as well: afterwards those with the lowest loss in validation
            are restored, among those whose accuracy there is not below the one before. Without validation pictures,
            those to train on are validated with.
        seed: of the order of the pictures.
        title: of the progress bars.

    Raises:
        ArgumentError: a setting is not as described.
    """

    loss: str = "categorical_crossentropy"
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    epochs: int = 10
    batch_size: int = 32
    class_weight: str | Mapping[int, float] | None = None
    patience: int | None = None
    never_worse: bool = False
    seed: int = 0
    title: str = "Training"

    def __post_init__(self) -> None:
        require_one_of(LOSSES, "loss", self.loss)
        if not isinstance(self.optimizer, keras.optimizers.Optimizer):
            require_one_of(OPTIMIZERS, "optimizer", self.optimizer)
        require_number("learning_rate", self.learning_rate, above=0)
        require_whole(1, "epochs", self.epochs)
        require_whole(1, "batch_size", self.batch_size)
        if self.patience is not None:
            require_whole(1, "patience", self.patience)
        if isinstance(self.class_weight, Mapping):
            for label, weight in self.class_weight.items():
                require_number(f"class_weight of {label!r}", weight, least=0)
        elif self.class_weight is not None:
            require_one_of(("balanced",), "class_weight", self.class_weight)
        require_whole(0, "seed", self.seed)


def train(
    suffix: keras.Model,
    features: Rows,
    labels: ArrayLike,
    validation: tuple[Rows, ArrayLike] | None,
    settings: Training,
    history: History | None = None,
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

    Returns:
        The history: ``loss`` and ``accuracy`` of each epoch, averaged over its steps, and ``val_loss`` and
        ``val_accuracy`` after it, if there are validation pictures; NaN for epochs without, where others had some.
        Where the best weights are kept, by ``patience`` or ``never_worse``, also ``kept``: after each epoch, the number
        of the one whose weights are the best so far. It counts from 1 through the whole history; 0 stands for the
        weights of before. So the last one tells whose weights the model has, and where that is an epoch of an earlier
        training, all of this one was discarded.

    Raises:
        ArgumentError: no weight is trainable, labels do not fit the features or the model, ``patience`` without
            validation, or losses that are no finite numbers from the beginning.
        MissingDependencyError: Keras runs on OpenVINO, which cannot train.
    """
    check_possible(settings, validated=validation is not None)
    trained = trainable_count(suffix)[0]
    if not trained:
        raise ArgumentError(
            f"Model {suffix.name!r} has no trainable weights: every layer is frozen. Set trainable = True on those "
            "that shall train."
        )
    labels = checked_labels(labels, features, suffix)
    batches = Batches(features, labels, settings.batch_size, row_weights(labels, settings.class_weight), settings.seed)
    judged = _judged(suffix, batches, validation, settings)
    history = {} if history is None else history
    names = ("loss", "accuracy", "val_loss", "val_accuracy") if validation else ("loss", "accuracy")
    _compile(suffix, settings, features)
    diverged, bar = Divergence(), Bar(settings.title, settings.epochs, len(batches), trained)
    with _undone_after_an_error(suffix, history):
        with no_retracing_warnings(), batches, judged or nullcontext(), bar:
            _fit(suffix, batches, judged, settings, history, [Recorder(history, names), diverged, bar])
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
    if keras.config.backend() == "openvino":
        raise MissingDependencyError(
            'Keras on OpenVINO cannot train. For one that can: pip install "amalthea[tensorflow-cpu]"'
        )
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


def _judged(
    suffix: keras.Model, batches: Batches, validation: tuple[Rows, ArrayLike] | None, settings: Training
) -> Batches | None:
    """What the model is judged by after each epoch."""
    if validation is not None:
        features, labels = validation
        return Batches(features, checked_labels(labels, features, suffix), settings.batch_size)
    return batches.in_order() if settings.never_worse else None


def _fit(
    suffix: keras.Model,
    batches: Batches,
    judged: Batches | None,
    settings: Training,
    history: History,
    watchers: list[Any],
) -> None:
    """Keras' own loop, and what must happen however it ends."""
    shuffling = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.shuffle(epoch))
    keepers: list[LostWeights | BestWeights] = [LostWeights(suffix)] if keras.config.backend() == "jax" else []
    try:
        if _keeps_the_best(settings):
            start = _start(suffix, judged) if settings.never_worse else None
            keepers.append(BestWeights(suffix, history, settings.patience, start))
        suffix.fit(
            batches,
            epochs=settings.epochs,
            validation_data=judged,
            callbacks=[shuffling, *watchers, *keepers],
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
def _undone_after_an_error(model: keras.Model, history: History) -> Iterator[None]:
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
    rate = f" than {settings.learning_rate}" if isinstance(settings.optimizer, str) else ""
    return f"Train again with a lower learning rate{rate}."


def _compile(suffix: keras.Model, settings: Training, features: Rows) -> None:
    """Also makes Keras read the flags ``trainable``, which on some backends it does only now (Keras 3.15.1)."""
    one_sigmoid = settings.loss == "binary_crossentropy"
    # Labels stay numbers: the same loss as of one-hot rows, without these.
    loss = keras.losses.BinaryCrossentropy() if one_sigmoid else keras.losses.SparseCategoricalCrossentropy()
    accuracy = keras.metrics.BinaryAccuracy if one_sigmoid else keras.metrics.SparseCategoricalAccuracy
    suffix.compile(
        optimizer=_optimizer(settings),
        loss=loss,
        metrics=[accuracy("accuracy")],
        steps_per_execution=_steps_at_once(suffix, features),
    )


def _optimizer(settings: Training) -> Optimizer:
    """A new one: an optimizer belongs to the weights that it trained first."""
    given, rate = settings.optimizer, settings.learning_rate
    if given == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    if isinstance(given, str):
        return keras.optimizers.get({"class_name": given, "config": {"learning_rate": rate}})
    return type(given).from_config(given.get_config())


def _steps_at_once(suffix: keras.Model, features: Rows) -> int:
    """How many steps TensorFlow does before it returns to Python, which takes as long as a step of a small head.

    Ctrl-C waits for all of them. So it is one where steps are long: those of convolutions, and of rows that are
    computed when they are taken.
    """
    live = isinstance(features, ChangingRows) and features.live
    long = live or any(hasattr(layer, "kernel_size") for layer in suffix.layers)
    return _STEPS_AT_ONCE if keras.config.backend() == "tensorflow" and not long else 1
