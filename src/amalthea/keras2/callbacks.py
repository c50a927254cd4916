"""The names of ``keras.callbacks``, with the arguments of Keras 1 and 2."""

from os import fspath
from typing import Any

import keras

from ._spelling import OldSpelling, Spelling, translated
from ._spelling.era import era
from ._training.names import twins
from ._training.rates import showing_lr
from ._training.watching import History

__all__ = [
    "BaseLogger",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "TensorBoard",
    "TerminateOnNaN",
]

CallbackList = keras.callbacks.CallbackList
CSVLogger = keras.callbacks.CSVLogger
RemoteMonitor = keras.callbacks.RemoteMonitor
TerminateOnNaN = keras.callbacks.TerminateOnNaN


class Callback(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """What users derive their own callbacks from; it need not call ``__init__``.

    Attributes:
        validation_data: inputs, targets and weights that ``fit`` validates with, where they are arrays; else None.
    """

    params: Any = None
    validation_data: Any = None
    _model: Any = None

    @property
    def model(self) -> Any:
        """The model that trains."""
        return super().model

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model


class BaseLogger(Callback):
    """Nothing: Keras 3 means metrics over the batches of an epoch by itself."""

    def __init__(self, stateful_metrics: Any = None) -> None:
        super().__init__()


class EarlyStopping(OldSpelling, keras.callbacks.EarlyStopping):  # type: ignore[misc]
    """Ends training where a value no longer improves."""

    spelling = Spelling(
        positions=("monitor", "min_delta", "patience", "verbose", "mode", "baseline", "restore_best_weights"),
    )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the value."""
        _watch_under_its_key(self, logs)
        super().on_epoch_end(epoch, logs)


class LambdaCallback(OldSpelling, keras.callbacks.LambdaCallback):  # type: ignore[misc]
    """Calls functions where epochs, batches and training begin and end."""

    spelling = Spelling(
        positions=(
            "on_epoch_begin",
            "on_epoch_end",
            "on_train_batch_begin",
            "on_train_batch_end",
            "on_train_begin",
            "on_train_end",
        ),
        renamed={"on_batch_begin": "on_train_batch_begin", "on_batch_end": "on_train_batch_end"},
    )


class ModelCheckpoint(OldSpelling, keras.callbacks.ModelCheckpoint):  # type: ignore[misc]
    """Writes the model, or its weights, to a file of any name while it trains.

    Args:
        filepath: with places such as ``{epoch:02d}`` and ``{val_acc:.2f}``. Keras 1 counted epochs from 0 on.
        period: epochs from one file to the next.
        **settings: of ``keras.callbacks.ModelCheckpoint``.
    """

    spelling = Spelling(
        positions=("filepath", "monitor", "verbose", "save_best_only", "save_weights_only", "mode", "period"),
    )

    def __init__(self, *positional: Any, **named: Any) -> None:
        _, given = translated("ModelCheckpoint", self.spelling, positional, named)
        period, filepath = given.pop("period", 1), fspath(given.pop("filepath"))
        ending = ".weights.h5" if given.get("save_weights_only") else ".keras"  # which Keras 3 insists on
        super().__init__(filepath=f"any{ending}", **given)
        self.filepath, self._period, self._epochs_since = filepath, period, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a file, if it is time."""
        self._epochs_since += 1
        if self._epochs_since < self._period:
            return
        self._epochs_since = 0
        _watch_under_its_key(self, logs)
        every_name = {twin: value for key, value in (logs or {}).items() for twin in (key, *twins(key))}
        super().on_epoch_end(epoch - 1 if era() == 1 else epoch, every_name)


class ReduceLROnPlateau(OldSpelling, keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]
    """Lowers the learning rate where a value no longer improves."""

    spelling = Spelling(
        positions=("monitor", "factor", "patience", "verbose", "mode", "min_delta", "cooldown", "min_lr"),
        renamed={"epsilon": "min_delta"},
    )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the value; the rate is ``lr`` in the logs."""
        _watch_under_its_key(self, logs)
        with showing_lr(self.model.optimizer):
            super().on_epoch_end(epoch, logs)
        _call_it_lr(logs)


class LearningRateScheduler(OldSpelling, keras.callbacks.LearningRateScheduler):  # type: ignore[misc]
    """Sets the learning rate of each epoch to what a function of its number says."""

    spelling = Spelling(positions=("schedule", "verbose"))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the rate."""
        with showing_lr(self.model.optimizer):
            super().on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the rate into the logs, as ``lr``."""
        with showing_lr(self.model.optimizer):
            super().on_epoch_end(epoch, logs)
        _call_it_lr(logs)


class ProgbarLogger(OldSpelling, keras.callbacks.ProgbarLogger):  # type: ignore[misc]
    """Shows how far training is."""

    _BATCHES = "the bar counts batches"
    spelling = Spelling(
        positions=("count_mode", "stateful_metrics"),
        without_effect={"count_mode": _BATCHES, "stateful_metrics": _BATCHES},
        together=lambda arguments: {},
    )


class TensorBoard(OldSpelling, keras.callbacks.TensorBoard):  # type: ignore[misc]
    """Writes what TensorBoard shows."""

    _GONE = "Keras 3 does not write it"
    spelling = Spelling(
        positions=("log_dir", "histogram_freq", "batch_size", "write_graph", "write_grads", "write_images"),
        defaults={"log_dir": "./logs"},
        without_effect=dict.fromkeys(("embeddings_layer_names", "embeddings_data"), _GONE),
        together=lambda arguments: {
            name: value for name, value in arguments.items() if name not in ("batch_size", "write_grads")
        },
    )


def _watch_under_its_key(callback: Any, logs: dict[str, Any] | None) -> None:
    """Let a callback watch what the logs have, where the script calls ``val_acc`` what they call ``val_accuracy``."""
    keys = dict(logs or {})
    names = (callback.monitor, *twins(callback.monitor))
    callback.monitor = next((name for name in names if name in keys), callback.monitor)


def _call_it_lr(logs: dict[str, Any] | None) -> None:
    if logs is not None and "learning_rate" in dict(logs):
        logs["lr"] = logs.pop("learning_rate")


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(keras.callbacks, name)
