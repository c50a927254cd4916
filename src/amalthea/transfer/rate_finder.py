"""Which learning rate suits a network and its pictures, by a short training whose rate rises from step to step.

The range test of L. N. Smith, "Cyclical Learning Rates for Training Neural Networks" (2015, arXiv:1506.01186), with a
rising factor instead of a rising sum and a smoothed loss, as in fastai.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from .._progress import progress
from ..errors import ArgumentError
from ..images import Preparation
from .base import base_of
from .classifier.crossing import Crossed, Parts, crossed
from .classifier.grouped import copied
from .classifier.labelled import Samples, training_samples, tuning_samples
from .classifier.parameters import check_crossing, extraction_of, head_of, training_of, wishes_of
from .classifier.pixels import check_all, check_pictures
from .curves import check_matplotlib
from .cutting import divide, freeze_before
from .png_files import png_path, save_figure
from .settings import require_number, require_whole
from .training.batches import Batches, Rows
from .training.compiling import compile_model
from .training.head import attach
from .training.labels import checked_labels, weights_in_loss
from .training.loop import check_possible
from .training.settings import Optimizer, Training
from .training.watching import no_retracing_warnings

if TYPE_CHECKING:
    from .classifier.answering import Answering

_FEWEST = 20  # steps
_MOMENTUM = 0.9  # of the smoothed loss: of each step's, a tenth
_RISEN = 4  # times the lowest loss: further steps would only show that it goes on
_FALLEN = 0.1  # part of the whole fall of the loss
_SETTLED = 10  # steps, after which the smoothed loss no longer hangs on the pictures of the first


@dataclass(frozen=True, slots=True)
class RangeTest:
    """Which learning rates are tried.

    Attributes:
        lowest: of the first step, above 0.
        highest: of the last step, above ``lowest``; each rate is the one before times the same factor.
        steps: how many, from 20 on.

    Raises:
        ArgumentError: a setting is not as described.
    """

    lowest: float = 1e-6
    highest: float = 10.0
    steps: int = 100

    def __post_init__(self) -> None:
        require_number("lowest", self.lowest, above=0, below=inf)
        require_number("highest", self.highest, above=float(self.lowest), below=inf)
        require_whole(_FEWEST, "steps", self.steps)

    def rates(self) -> list[float]:
        """All of them, rising."""
        return [float(rate) for rate in np.geomspace(self.lowest, self.highest, self.steps)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRates:
    """Learning rates that were tried, one a step, and what they did to the loss.

    Attributes:
        rates: rising, up to the highest, or to where the loss had risen far or was no finite number any more.
        losses: after each step, smoothed: an average of the steps until then in which older ones count less.
        suggestion: the rate to train with.

    Example:
        >>> found = LearningRates(rates=(0.001, 0.01), losses=(1.1, 0.9), suggestion=0.001)
        >>> print(found)
        Suggested learning rate: 0.001 (tried: 0.001 to 0.01 in 2 steps)
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float

    def __str__(self) -> str:
        return (
            f"Suggested learning rate: {self.suggestion:g} "
            f"(tried: {self.rates[0]:.2g} to {self.rates[-1]:.2g} in {len(self.rates)} steps)"
        )

    def to_json(self) -> str:
        """All of it as a JSON object."""
        return json.dumps({"suggestion": self.suggestion, "rates": self.rates, "losses": self.losses}, indent=2)

    def draw(self, path: str | os.PathLike[str]) -> None:
        """Draw the loss over the learning rates into a PNG file, the suggestion marked.

        Args:
            path: ends in ``.png``; the file appears whole or not at all.

        Raises:
            ArgumentError: another suffix.
            StorageError: the file cannot be written.
            MissingDependencyError: Matplotlib is not installed.
        """
        path = png_path(path, "The learning rates are")
        check_matplotlib("A chart of learning rates needs")
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 4.5), layout="constrained")  # inches
        axes = figure.subplots()
        axes.semilogx(self.rates, self.losses, color="tab:blue", label="Loss, smoothed")
        axes.axvline(self.suggestion, color="tab:orange", linestyle="--", label=f"Suggested: {self.suggestion:g}")
        axes.set(xlabel="Learning rate", ylabel="Loss")
        axes.grid(alpha=0.3)
        axes.legend()
        save_figure(figure, path)


class _Trial(NamedTuple):
    """What is trained, and on which pictures; none of it is the classifier's own."""

    model: keras.Model
    samples: Samples
    preparation: Preparation
    training: Training


def find_learning_rate(
    classifier: "Answering",
    pictures: tuple[Any, Any],
    test: RangeTest,
    *,
    from_layer: str | None = None,
    blocks: int | None = None,
    optimizer: Optimizer | None = None,
) -> LearningRates:
    """Find the rate to train with; see ``ImageClassifier.lr_find``.

    Args:
        classifier: before ``fit``, of which this is the trial; or after, as the trial of ``fine_tune``. It stays as it
            is, and so does its network.
        pictures: X and y, as for ``fit`` or ``fine_tune``.
        test: the rates to try.
        from_layer: as for ``fine_tune``.
        blocks: as there.
        optimizer: None takes the one of ``fit``, or the one that ``fine_tune`` takes by itself.

    Raises:
        ArgumentError, ImageError, MissingFileError, MissingDependencyError: see ``ImageClassifier.lr_find``.
    """
    fitted = hasattr(classifier, "model_")
    trial = (_of_fitted if fitted else _of_new)(classifier, *pictures, from_layer, blocks)
    used = optimizer or ("sgd" if fitted else classifier.optimizer)
    training = replace(
        trial.training,
        optimizer=_with_rate(used, test.lowest),
        learning_rate=test.lowest,
        schedule=None,
        precision="float32",
        label_smoothing=0.0,
        mixup=0.0,
    )
    check_possible(training, validated=True)
    suffix, (rows, labels, _, weights) = _features(classifier, trial)
    rates = test.rates()
    losses, steps = _losses(suffix, rows, labels, replace(training, row_weights=weights), rates)
    if len(losses) < _FEWEST:
        raise ArgumentError(
            f"At a learning rate of {rates[steps - 1]:.2g}, the loss became NaN, infinite or {_RISEN} times as large: "
            f"in step {steps}, too soon to tell which rate suits. It is below {test.lowest:g}, the first that was "
            "tried; in Python, lr_find(lowest=...) begins lower."
        )
    rates = rates[: len(losses)]
    return LearningRates(rates=tuple(rates), losses=tuple(losses), suggestion=suggested(rates, losses))


def suggested(rates: Sequence[float], losses: Sequence[float]) -> float:
    """The rate to train with, to two digits: that by which a tenth of the loss's fall to its lowest was over.

    From there on the loss falls fast, and it is far from rising again. A quarter, at rates three times as high, trains
    worse: ``benchmarks.recipes`` compares the suggestion with other rates.

    Args:
        rates: rising.
        losses: of each, smoothed.

    Raises:
        ArgumentError: the loss did not fall.
    """
    begin = losses[_SETTLED - 1]
    lowest = _SETTLED + int(np.argmin(losses[_SETTLED:]))
    if losses[lowest] >= begin:
        raise ArgumentError(
            f"No learning rate from {rates[0]:.2g} to {rates[-1]:.2g} made the loss fall below the {begin:.3g} of the "
            "first steps. In Python, lr_find(lowest=...) begins lower; or leave the weights as they are, if they "
            "hardly err any more."
        )
    level = begin - _FALLEN * (begin - losses[lowest])
    above = [step for step in range(lowest) if losses[step] > level]  # the last one: by chance, a loss falls before
    return float(f"{rates[above[-1] + 1]:.1e}")


def _of_new(classifier: "Answering", x: Any, y: Any, from_layer: str | None, blocks: int | None) -> _Trial:
    """The network with a new head, as ``fit`` makes it."""
    if from_layer is not None or blocks is not None:
        raise ArgumentError(
            f"from_layer={from_layer!r}, blocks={blocks!r}: below its head a network learns in fine_tune, which comes "
            "after fit. Call fit first, or leave them out to find the rate for the head."
        )
    samples = training_samples(x, y)
    head, training = head_of(classifier, len(samples.classes)), training_of(classifier, samples.classes)
    check_crossing(classifier)
    base = base_of(classifier.model, wishes_of(classifier, samples.pictures))
    size, name = base.preparation.size, base.variant or base.network.name
    check_pictures(samples.pictures, size, name, any_values=classifier.scaling is not None)
    model = attach(base.network, classifier.features, head)
    own = not isinstance(classifier.model, str)  # then its layers are the user's
    return _Trial(copied(model) if own else model, samples, base.preparation, training)


def _of_fitted(classifier: "Answering", x: Any, y: Any, from_layer: str | None, blocks: int | None) -> _Trial:
    """The network as it is, with those layers to train that ``fine_tune`` would train."""
    of_fit = getattr(classifier, "_samples", None)
    samples, _ = tuning_samples(of_fit, x, y, None, classifier.classes_, classifier.seed)
    check_all(classifier, samples)
    model = copied(classifier.model_)
    if from_layer is not None or blocks is not None:
        freeze_before(model, from_layer, blocks, classifier.variant_ or None)
    return _Trial(model, samples, classifier.preparation_, training_of(classifier, classifier.classes_))


def _features(classifier: "Answering", trial: _Trial) -> tuple[keras.Model, Crossed]:
    """What is trained, and what it learns from: pictures as they are, which is what is kept already, or will be."""
    parts = Parts(*divide(trial.model))
    found = crossed(parts, trial.samples, extraction_of(classifier, trial.preparation))
    if not len(found.labels):
        raise ArgumentError("None of the pictures can be read.")
    return parts.suffix, found


def _losses(
    suffix: keras.Model, rows: Rows, labels: NDArray[np.int64], training: Training, rates: list[float]
) -> tuple[list[float], int]:
    """The smoothed loss of each step, and how many steps there were: of one whose loss is no number, there is none.

    Fewer than there are rates where it rose far, or was no number.
    """
    labels = checked_labels(labels, rows, suffix)
    weights = weights_in_loss(labels, training.class_weight, training.row_weights)
    smoothed: list[float] = []
    average = 0.0
    with (
        no_retracing_warnings(),
        Batches(rows, labels, training.batch_size, weights, training.seed) as batches,
        progress("Learning rates", "steps") as show,
    ):
        compile_model(suffix, training, rows, len(rates))
        for step, rate in enumerate(rates):
            epoch, batch = divmod(step, len(batches))
            if batch == 0:
                batches.shuffle(epoch)
            suffix.optimizer.learning_rate = rate
            loss = suffix.train_on_batch(*batches[batch], return_dict=True)["loss"]
            if not isfinite(loss):
                break
            average = _MOMENTUM * average + (1 - _MOMENTUM) * float(loss)
            smoothed.append(average / (1 - _MOMENTUM ** (step + 1)))  # the first ones lack older steps
            if smoothed[-1] > _RISEN * min(smoothed[_SETTLED:], default=inf):
                break
            show(step + 1, len(rates))
    return smoothed, step + 1


def _with_rate(optimizer: Optimizer, rate: float) -> Optimizer:
    """An optimizer whose rate can be set, which one with a schedule refuses."""
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        return optimizer
    config = optimizer.get_config()
    if "learning_rate" not in config:
        raise ArgumentError(f"optimizer={optimizer!r}; allowed are those with a single learning rate of their own.")
    return type(optimizer).from_config({**config, "learning_rate": rate})
