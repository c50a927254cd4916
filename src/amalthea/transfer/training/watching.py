"""What happens beside the steps of a training: its history, the bar, and weights that are kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from logging import LogRecord, getLogger
from math import inf, isfinite, isnan, nan
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from ... import _keras
from ..._progress import progress

History = dict[str, list[float]]


class Recorder(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Writes losses and accuracies of each epoch into a history, where they stay if a later epoch fails.

    Args:
        history: is filled. Where some epochs have a validation, the others get NaN in its place.
        names: which of them to write.
    """

    def __init__(self, history: History, names: tuple[str, ...]) -> None:
        super().__init__()
        self._history, self._names = history, names

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Write those of the epoch."""
        before = len(self._history.get("loss", ()))
        for name in dict.fromkeys((*self._history, *self._names)):
            values = self._history.setdefault(name, [])
            values.extend([nan] * (before - len(values)))
            values.append(float(logs[name]) if name in self._names else nan)


class Divergence(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Ends a training whose loss is no finite number any more: no further step brings such weights back.

    Attributes:
        epoch: the one in which that happened, counted from 1; None if it did not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: int | None = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Look at the losses: where an epoch is one step, only that in validation tells what it led to."""
        if not (isfinite(logs["loss"]) and isfinite(logs.get("val_loss", 0.0))):
            self.epoch = epoch + 1
            self.model.stop_training = True


class Bar(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """A progress bar with the epoch, and the accuracy after the one before: in validation, if there is one.

    In the first epoch it tells how many weights train. Shown as long as it is entered, as a context manager.

    Args:
        title: what is trained.
        epochs: at most.
        batches: of an epoch.
        trained: how many numbers are, and of how many.
    """

    def __init__(self, title: str, epochs: int, batches: int, trained: tuple[int, int]) -> None:
        super().__init__()
        self._title, self._epochs, self._batches = title, epochs, batches
        self._told = "training {:,} of {:,} weights".format(*trained)
        self._before = 0
        self._open = ExitStack()

    def __enter__(self) -> "Bar":
        self._show = self._open.enter_context(progress(self._title, "batches"))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Name the epoch, which may be a later one than the first."""
        self._before = epoch * self._batches
        self._move(0, f"{self._title}, epoch {epoch + 1} of {self._epochs}, {self._told}")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Move it on, to the last of several batches where a backend takes them together."""
        self._move(min(batch + 1, self._batches))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Learn what to tell of it."""
        self._told = f"accuracy {logs.get('val_accuracy', logs['accuracy']):.3f}"

    def _move(self, batches: int, title: str | None = None) -> None:
        self._show(self._before + batches, self._epochs * self._batches, title)


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Keeps the weights of the epoch with the lowest loss in validation, and tells in the history which that is.

    Args:
        model: whose weights they are.
        history: gets ``kept``, see ``train``. A ``Recorder`` must come before.
        patience: epochs without a lower one after which training stops; None goes on to the end.
        start: loss and accuracy in validation before training. The weights of then are kept until an epoch has a lower
            loss without a lower accuracy. None: whatever the first epoch brings is better.
    """

    def __init__(
        self, model: keras.Model, history: History, patience: int | None, start: Mapping[str, float] | None
    ) -> None:
        super().__init__()
        self._history, self._kept = history, kept_epoch(history)
        self._patience, self._waited = patience, 0
        self._loss, self._floor = (start["loss"], start["accuracy"]) if start else (inf, 0.0)
        self._copy = WeightsCopy(model)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Keep the weights, or wait, or stop."""
        if logs["val_loss"] < self._loss and logs["val_accuracy"] >= self._floor:
            self._loss, self._waited = logs["val_loss"], 0
            self._copy.renew()
            self._kept = len(self._history["loss"])
        else:
            self._waited += 1
        self._tell()
        if self._patience is not None and self._waited >= self._patience:
            self.model.stop_training = True

    def restore(self) -> None:
        """Give the model the best weights."""
        self._copy.restore()
        self._tell()  # again, for Ctrl-C may have come between an epoch and what was to be told of it

    def known(self) -> tuple[dict[str, float], list[NDArray[Any]]]:
        """What it knows of the epochs, and the weights that it keeps."""
        return {"kept": self._kept, "waited": self._waited, "loss": self._loss, "floor": self._floor}, self._copy.values

    def take_up(self, facts: Mapping[str, Any], values: list[NDArray[Any]]) -> None:
        """Go on with what another one knew of the same training."""
        self._kept, self._waited, self._loss, self._floor = (facts[n] for n in ("kept", "waited", "loss", "floor"))
        self._copy.values = values

    def _tell(self) -> None:
        epochs = len(self._history.get("loss", ()))
        if epochs:
            kept = self._history.setdefault("kept", [])
            kept.extend([nan] * (epochs - len(kept)))
            kept[-1] = self._kept


class LostWeights(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Gives a model that an exception left without weights those of the last whole epoch.

    JAX overwrites the arrays of a step with those of the next one, and Keras lends it the model's own. When a step does
    not end (or the first one fails), the model is left with arrays that are gone (Keras 3.15.1).
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        self._copy = WeightsCopy(model)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Copy the weights, which may be those of a checkpoint by now."""
        self._copy.renew()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Copy the weights."""
        self._copy.renew()

    def restore(self) -> None:
        """Give the model its weights again, if any of them cannot be read."""
        if not self._copy.readable():
            self._copy.restore()


class Keeper(Protocol):
    """Whatever has weights for a model."""

    def restore(self) -> None:
        """Give them to the model. May be called again where Ctrl-C ended it."""


def restore(keepers: Sequence[Keeper]) -> None:
    """Give the model its weights.

    Ctrl-C meanwhile is raised once it has all of them: it would leave the one half old and the other new.
    """
    pressed: KeyboardInterrupt | None = None
    while True:
        try:
            for keeper in keepers:
                keeper.restore()
            break
        except KeyboardInterrupt as interrupt:
            pressed = interrupt
    if pressed:
        raise pressed


@contextmanager
def no_retracing_warnings() -> Iterator[None]:
    """Keep TensorFlow from saying in this block that functions are compiled too often.

    Each ``fit`` of Keras compiles its steps anew, as it must after layers were frozen or freed; TensorFlow takes them
    for one function that never fits its arguments (2.21).
    """

    def passes(record: LogRecord) -> bool:
        return "triggered tf.function retracing" not in record.getMessage()

    logger = getLogger("tensorflow")
    logger.addFilter(passes)
    try:
        yield
    finally:
        logger.removeFilter(passes)


def kept_epoch(history: History) -> int:
    """Number of the epoch in a history, counted from 1, that left the weights of now; 0: those of before the first."""
    told = history.get("kept", [nan])[-1]
    return len(history.get("loss", ())) if isnan(told) else int(told)


class WeightsCopy:
    """The weights that a model had at some time, apart from it.

    Attributes:
        values: one for each of the variables of the model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._variables = model.variables
        self.renew()

    def renew(self) -> None:
        """Copy the weights as they are now."""
        self.values = [value_of(variable) for variable in self._variables]

    def restore(self) -> None:
        """Give the model the copied weights."""
        for variable, value in zip(self._variables, self.values, strict=True):
            _keras.give_value(variable, value)

    def readable(self) -> bool:
        """Whether the model still has all its weights."""
        try:
            for variable in self._variables:
                value_of(variable)
        except Exception:  # of any type, JAX's or Python's own
            return False
        return True


def value_of(variable: Any) -> NDArray[Any]:
    """The numbers of a variable, apart from it."""
    return np.array(keras.ops.convert_to_numpy(variable))  # a copy: some backends give a view
