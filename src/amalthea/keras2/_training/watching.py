"""The callbacks of a script, told what Keras 1 and 2 told them."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from math import ceil
from typing import Any

import keras

from .._spelling import advise
from .names import Answers

_ON_BATCHES = tuple(f"on_{phase}_batch_{end}" for phase in ("train", "test", "predict") for end in ("begin", "end"))
_OLD_HOOKS = ("on_batch_begin", "on_batch_end")
_OF_KERAS = (keras.callbacks.History, keras.callbacks.ProgbarLogger)


class History(keras.callbacks.History):  # type: ignore[misc] # Keras carries no types
    """What ``fit`` returns: ``history`` has the values of all epochs by their keys, as Keras up to 2.2 named them.

    ``history["accuracy"]`` and ``history["acc"]`` are the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history = Answers()
        self.told: dict[str, Any] = {}

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = _as_then(params, self.told)


def _as_then(params: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What Keras 3 tells a callback of a run, with what Keras 1 and 2 told besides."""
    return {**params, **told, "nb_epoch": params.get("epochs")}


def watched(callbacks: Any, *, history: bool, **params: Any) -> Any:
    """Callbacks as Keras 3 takes them.

    Args:
        callbacks: of the user, alone or in a list.
        history: keep one.
        **params: what ``callback.params`` tells besides what Keras 3 puts there; ``validation_data`` becomes an
            attribute.
    """
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    given = _that_can_write(keras.tree.flatten(callbacks) if callbacks else [])
    own = [callback for callback in given if not isinstance(callback, _OF_KERAS)]
    others = [callback for callback in given if isinstance(callback, _OF_KERAS)]
    if history and not any(isinstance(callback, keras.callbacks.History) for callback in others):
        others.append(History())
    for callback in others:
        if isinstance(callback, History):
            callback.told = {key: value for key, value in params.items() if key != "validation_data"}
    return [*([_Watchers(own, params)] if own else []), *others]


def _that_can_write(callbacks: list[Any]) -> list[Any]:
    """Callbacks without those for TensorBoard where what writes its files is not installed."""
    lacking = [package for package in ("tensorflow", "tensorboard") if not find_spec(package)]
    if not lacking or not any(isinstance(callback, keras.callbacks.TensorBoard) for callback in callbacks):
        return callbacks
    advise(f"callbacks.TensorBoard writes nothing: pip install {' '.join(lacking)}")
    return [callback for callback in callbacks if not isinstance(callback, keras.callbacks.TensorBoard)]


def _of_a_run(event: str) -> Callable[..., None]:
    def tell(self: "_Watchers", logs: dict[str, Any] | None = None) -> None:
        self.tell(self.callbacks, event, (), logs, {})

    return tell


def _of_an_epoch(event: str) -> Callable[..., None]:
    def tell(self: "_Watchers", epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.tell(self.callbacks, event, (epoch,), logs, {})

    return tell


def _of_a_batch(event: str) -> Callable[..., None]:
    def tell(self: "_Watchers", batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.on_batches:
            self.tell(self.on_batches, event, (batch,), logs, {"batch": batch, **self.size_of(batch)})

    return tell


class _Watchers(keras.callbacks.Callback):  # type: ignore[misc]
    """All callbacks of a user as one, which passes on what happens.

    What a callback adds to ``logs`` at the end of an epoch, those after it find there, and the history as well.
    """

    def __init__(self, callbacks: Sequence[Any], params: dict[str, Any]) -> None:
        super().__init__()
        self.callbacks, self._params = callbacks, dict(params)
        self._validation_data = self._params.pop("validation_data", None)
        self.on_batches = [callback for callback in callbacks if _looks_at_batches(callback)]

    @property
    def async_safe(self) -> bool:
        """Whether Keras may tell of batches in another thread, which is faster: nobody listens."""
        return not self.on_batches

    def size_of(self, batch: int) -> dict[str, int]:
        """How many samples a batch has: the last one of a pass has fewer. Empty where nobody knows."""
        size, samples = self._params.get("batch_size"), self._params.get("samples")
        if size is None:
            return {}
        return {"size": min(size, samples - batch % ceil(samples / size) * size) if samples else size}

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = _as_then(params, self._params)
        for callback in self.callbacks:
            callback.set_params(self.params)
            callback.validation_data = self._validation_data

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def tell(
        self,
        callbacks: Sequence[Any],
        event: str,
        place: tuple[int, ...],
        logs: dict[str, Any] | None,
        more: dict[str, Any],
    ) -> None:
        """Tell callbacks of an event.

        Args:
            callbacks: to be told.
            event: name of their method.
            place: number of the epoch or batch, if it is in one.
            logs: what Keras tells; what callbacks add is added.
            more: what Keras 1 and 2 told besides.
        """
        answers = Answers({**(logs or {}), **more})
        for callback in callbacks:
            getattr(callback, event)(*place, answers)
        if logs is not None:
            logs.clear()
            logs.update({key: value for key, value in answers.items() if key not in more})

    on_train_begin = _of_a_run("on_train_begin")
    on_train_end = _of_a_run("on_train_end")
    on_test_begin = _of_a_run("on_test_begin")
    on_test_end = _of_a_run("on_test_end")
    on_predict_begin = _of_a_run("on_predict_begin")
    on_predict_end = _of_a_run("on_predict_end")
    on_epoch_begin = _of_an_epoch("on_epoch_begin")
    on_epoch_end = _of_an_epoch("on_epoch_end")
    on_train_batch_begin = _of_a_batch("on_train_batch_begin")
    on_train_batch_end = _of_a_batch("on_train_batch_end")
    on_test_batch_begin = _of_a_batch("on_test_batch_begin")
    on_test_batch_end = _of_a_batch("on_test_batch_end")
    on_predict_batch_begin = _of_a_batch("on_predict_batch_begin")
    on_predict_batch_end = _of_a_batch("on_predict_batch_end")


def _looks_at_batches(callback: Any) -> bool:
    """Whether a callback does something where batches begin or end."""
    return any(
        getattr(getattr(callback, hook, None), "__func__", None) is not getattr(keras.callbacks.Callback, hook)
        for hook in (*_ON_BATCHES, *_OLD_HOOKS)
    )
