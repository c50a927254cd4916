"""Which weights a model trains: in Keras 1 and 2, ``compile`` settled it, whatever became of ``trainable`` later."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ... import _keras
from .._spelling import advise

Flags = Sequence[tuple[Any, bool]]  # of layers, those that others are part of first

_NAMED = 3  # of the layers that advice is about


def flags_of(model: Any) -> Flags:
    """Whether each layer of a model trains by now, the model itself among them."""
    layers = _keras.parts(model)
    single = {id(layer): len(_keras.parts(layer)) == 1 for layer in layers}
    return tuple((layer, layer.trainable) for layer in sorted(layers, key=lambda layer: single[id(layer)]))


@contextmanager
def trained_by(flags: Flags) -> Iterator[None]:
    """Let layers train by these flags in the block. What the block itself changes, as in a callback, stays changed.

    Keras 2 warned, too, where others had been set after ``compile``.
    """
    before = [(layer, layer.trainable) for layer, _ in flags]
    differs = any(now is not then for (_, now), (_, then) in zip(before, flags, strict=True))
    if differs:
        _say_what_changed(flags)
        _set(flags)
    try:
        yield
    finally:
        if differs:
            after = [(layer, layer.trainable) for layer, _ in flags]
            _set(
                [
                    (layer, now if found is then else found)
                    for (layer, now), (_, then), (_, found) in zip(before, flags, after, strict=True)
                ]
            )


@contextmanager
def saying_if_nothing_trains(model: Any) -> Iterator[None]:
    """Say so, with the line of the script, where a model has no weight that is trained; Keras says it without."""
    if not model.built or model.trainable_weights:
        yield
        return
    advise(f"{model.name} was compiled while all its layers were frozen: training changes no weight.")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The model does not have any trainable weights")
        yield


def _say_what_changed(flags: Flags) -> None:
    changed = [layer for layer, then in flags if layer.trainable is not then and layer.weights]
    # A model whose flag is set hands it on to all layers in it, and these are what trains.
    single = [layer.name for layer in changed if len(_keras.parts(layer)) == 1]
    names = single or [layer.name for layer in changed]
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        advise(
            f"trainable of {', '.join(names[:_NAMED])}{more} was changed after compile, which settled what trains: the "
            "change has no effect. Compile again if it is meant."
        )


def _set(flags: Flags) -> None:
    for layer, trains in flags:
        layer.trainable = trains
