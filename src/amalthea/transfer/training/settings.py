"""How weights are trained: the settings, each refused if it cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..devices import check_distribution
from ..settings import require, require_number, require_one_of, require_whole
from .head import LOSSES

Optimizer = Any  # a keras.optimizers.Optimizer; Keras carries no types
Schedule = Any  # a keras.optimizers.schedules.LearningRateSchedule
Rates = float | Sequence[float]

OPTIMIZERS = ("adam", "rmsprop", "sgd")
SCHEDULES = ("cosine", "one_cycle")
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How weights are trained.

    Attributes:
        loss: ``"categorical_crossentropy"`` of a softmax with one score a class, or ``"binary_crossentropy"`` of one
            sigmoid.
        optimizer: ``"adam"``, ``"rmsprop"``, ``"sgd"`` with momentum 0.9, or one of Keras. That one is copied, so that
            it serves again, and its own learning rate counts.
        learning_rate: above 0. Or (low, high), for every optimizer: the first block that trains learns with the one,
            the head with the other, and each block between with a rate that many times higher than that of the block
            before. Where the blocks of the network are not known, each of its layers counts as one.
        schedule: how the rate changes from step to step: None, not at all; ``"cosine"`` or ``"one_cycle"``, see
            ``rate_of``; or a schedule of Keras, which has its own rates in place of ``learning_rate``.
        epochs: how often each picture is seen, at most.
        batch_size: pictures in a step; the last step of an epoch takes what is left.
        class_weight: weight of each label in the loss; labels that it lacks weigh 1. ``"balanced"`` gives label ``c``
            the weight ``N / (k * N_c)``, as scikit-learn does. Validation is not weighted.
        row_weights: shape (N,), by which each row's part in the loss is multiplied, beside that of its class; None: not
            at all. Validation is not weighted.
        label_smoothing: part in [0, 1) of each label that is spread evenly over all k classes (Szegedy et al. 2016).
        mixup: at least 0; above it, each row is mixed with another one of its batch, see ``Softening``. Common: 0.2.
        precision: of what the trained layers compute: ``"float32"``, or ``"bfloat16"`` where the processor has it.
            Weights, scores and all that validation computes stay float32. Convolutions learn faster so, on TensorFlow
            those of VGG16's last block about 1.6 times (``python -m benchmarks.training_precision``).
        distribution: None; or ``"data"``, on JAX, for each batch divided among all devices. Losses and weights are the
            same but for rounding.
        patience: epochs without a lower loss in validation after which training stops; the weights of the lowest are
            restored. None trains for all epochs and keeps the last weights.
        never_worse: whether the weights from before count as well: afterwards those with the lowest loss in validation
            are restored, among those whose accuracy there is not below the one before. Without validation pictures,
            those to train on are validated with.
        seed: of the order of the pictures, and of what is mixed.
        variant: the catalogue's name of the network, by which its blocks are known; None: they are not.
        callbacks: of Keras, or the user's own; they are told after ours. Their ``model`` is what is trained, from
            features to scores.
        title: of the progress bar.
        all_weights: how many numbers the whole model has, for the bar; None: as many as the part that is trained.

    Raises:
        ArgumentError: a setting is not as described, or two do not go together.
    """

    loss: str = "categorical_crossentropy"
    optimizer: Optimizer = "adam"
    learning_rate: Rates = 1e-3
    schedule: Schedule = None
    epochs: int = 10
    batch_size: int = 32
    class_weight: str | Mapping[int, float] | None = None
    row_weights: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    label_smoothing: float = 0.0
    mixup: float = 0.0
    precision: str = "float32"
    distribution: str | None = None
    patience: int | None = None
    never_worse: bool = False
    seed: int = 0
    variant: str | None = None
    callbacks: Sequence[Any] = field(default=(), compare=False, repr=False)
    title: str = "Training"
    all_weights: int | None = None

    def __post_init__(self) -> None:
        require_one_of(LOSSES, "loss", self.loss)
        if not isinstance(self.optimizer, keras.optimizers.Optimizer):
            require_one_of(OPTIMIZERS, "optimizer", self.optimizer)
        self._check_rates()
        require_whole(1, "epochs", self.epochs)
        require_whole(1, "batch_size", self.batch_size)
        if self.patience is not None:
            require_whole(1, "patience", self.patience)
        if isinstance(self.class_weight, Mapping):
            for label, weight in self.class_weight.items():
                require_number(f"class_weight of {label!r}", weight, least=0)
        elif self.class_weight is not None:
            require_one_of(("balanced",), "class_weight", self.class_weight)
        require_number("label_smoothing", self.label_smoothing, least=0, below=1)
        require_number("mixup", self.mixup, least=0)
        require_one_of(PRECISIONS, "training_precision", self.precision)
        check_distribution(self.distribution)
        require_whole(0, "seed", self.seed)
        listed = isinstance(self.callbacks, list | tuple)
        known = listed and all(isinstance(callback, keras.callbacks.Callback) for callback in self.callbacks)
        require(known, "callbacks", self.callbacks, "a list of objects of keras.callbacks.Callback")

    @property
    def soft(self) -> bool:
        """Whether what is learned from belongs to several classes in part."""
        return bool(self.label_smoothing or self.mixup)

    def _check_rates(self) -> None:
        rate, schedule = self.learning_rate, self.schedule
        pair = not isinstance(rate, Real)
        if isinstance(rate, list | tuple):
            numbers = len(rate) == 2 and all(isinstance(one, Real) for one in rate)
            require(
                numbers and 0 < rate[0] <= rate[1],
                "learning_rate",
                rate,
                "a number above 0, or two: the lowest and the highest",
            )
        else:
            require_number("learning_rate", rate, above=0)
        whole = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
        named = isinstance(schedule, str) and schedule in SCHEDULES
        allowed = "None, 'cosine', 'one_cycle', or a schedule of Keras"
        require(schedule is None or whole or named, "schedule", schedule, allowed)
        one = "None, 'cosine' or 'one_cycle' where learning_rate is (low, high): one of Keras has its own rates"
        require(not (whole and pair), "schedule", schedule, one)
        if isinstance(self.optimizer, str):
            return
        own = self.optimizer.get_config().get("learning_rate")
        plain = f"None, for {type(self.optimizer).__name__} has no single rate of its own that could change"
        require(schedule is None or pair or isinstance(own, Real), "schedule", schedule, plain)
        require(not pair or own is not None, "learning_rate", rate, "a number, for the optimizer has several rates")
