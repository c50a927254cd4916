"""What callbacks of Keras remember of the epochs before, which they forget whenever a training begins."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from numpy.typing import NDArray

_REMEMBERED: Mapping[Any, tuple[str, ...]] = {  # of each type, beside ``best_weights``
    keras.callbacks.EarlyStopping: ("best", "best_epoch", "stopped_epoch", "wait"),
    keras.callbacks.ModelCheckpoint: ("best",),
    keras.callbacks.ReduceLROnPlateau: ("best", "cooldown_counter", "wait"),
    keras.callbacks.SwapEMAWeights: ("_ema_weights_in_model",),
}
_MEANT = ("monitor", "mode", "filepath")  # by what is remembered; others may be told to a ModelCheckpoint meanwhile

Facts = dict[str, Any]
Weights = list[NDArray[Any]]


def made_with(callback: Any) -> dict[str, Any]:
    """The attributes of a callback, as they were before any training changed them."""
    names = _remembered_by(callback)
    if not names:
        return dict(vars(callback))
    changed = {*names, "best_weights", "monitor_op"}
    attributes = {name: value for name, value in vars(callback).items() if name not in changed}
    if "min_delta" in attributes:
        attributes["min_delta"] = abs(attributes["min_delta"])  # Keras turns its sign with the first epoch
    return attributes


def states(callbacks: Sequence[Any]) -> Iterator[tuple[Facts, Weights]]:
    """What each callback remembers: what JSON can hold, and the best weights. Nothing of types that are not known."""
    for callback in callbacks:
        names = _remembered_by(callback)
        known = [name for name in (*_MEANT, *names) if hasattr(callback, name)] if names else []
        weights = getattr(callback, "best_weights", None) if names else None
        yield {name: _plain(getattr(callback, name)) for name in known}, list(weights or ())


def give_states(callbacks: Sequence[Any], given: Sequence[tuple[Facts, Weights]]) -> None:
    """Let callbacks remember what others knew of the same training.

    Args:
        callbacks: as many as there, of the same types.
        given: by ``states``.
    """
    for callback, (facts, weights) in zip(callbacks, given, strict=True):
        if any(name in facts and getattr(callback, name) != facts[name] for name in _MEANT):
            continue
        for name in facts.keys() - set(_MEANT):
            setattr(callback, name, facts[name])
        if weights:
            callback.best_weights = weights


def _remembered_by(callback: Any) -> tuple[str, ...]:
    return next((names for kind, names in _REMEMBERED.items() if isinstance(callback, kind)), ())


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else float(value)
