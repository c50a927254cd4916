"""Networks of the collection inside the models of a script."""

from typing import Any

from ... import _keras
from ...architectures import blocks_of, variant_of
from ...catalog import Variant
from .naming import name_as_then

_FILLED = "_amalthea_filled"  # whether weights were loaded
NAMED = frozenset({"dropout", "flatten", "reshape_2"})
"""Names that constructors gave to layers, then and today, and that look as if Keras had (of MobileNet and VGG)."""
_MARKS = ("_amalthea_variant", "_amalthea_scaling", _FILLED)


def introduce(model: Any) -> None:
    """Let a network that one of our constructors built be found again in models that go on from it.

    Its input layer, which they all share, gets the marks of the model. Layers that Keras named are named as then.

    Args:
        model: new, and of Keras' own class; nothing is done to one without marks.
    """
    if variant_of(model) is None:
        return
    name_as_then(layer for layer in model.layers if layer.name not in NAMED)
    model.output_names = [_keras.layer_of(tensor).name for tensor in model.outputs]  # type: ignore[union-attr]
    for tensor in model.inputs:
        for mark in _MARKS:
            object.__setattr__(_keras.layer_of(tensor), mark, getattr(model, mark))


def forget(model: Any) -> None:
    """Take the marks off a model that no longer is the network that the constructor built."""
    for mark in _MARKS:
        vars(model).pop(mark, None)


def network_of(model: Any) -> Variant | None:
    """The catalogue's row of the network that a model is or goes on from; None where no constructor of ours built it.

    Args:
        model: of Keras or keras2: the network itself, with other layers on top, or with the network inside.
    """
    rows = (variant_of(part) for part in _keras.parts(model))
    return next((row for row in rows if row is not None), None)


def filled_network_of(model: Any) -> Variant | None:
    """The same, but None for a network that trains from scratch: its weights were never loaded."""
    rows = (variant_of(part) for part in _keras.parts(model) if getattr(part, _FILLED, False))
    return next((row for row in rows if row is not None), None)


def count_as_filled(model: Any) -> None:
    """Remember that weights were loaded into a model, and so into the networks of ours that it goes on from."""
    for part in _keras.parts(model):
        if variant_of(part) is not None:
            object.__setattr__(part, _FILLED, True)


def last_block(model: Any) -> tuple[str, int] | None:
    """Name of the last block of the network that a model goes on from, and the place where it begins.

    None where that is not known, or not among the model's own layers.
    """
    row = network_of(model)
    names = [layer.name for layer in model.layers]
    blocks = blocks_of(row.name, names) if row else ()
    if len(blocks) < 2:
        return None
    return blocks[-1].name, names.index(blocks[-2].end) + 1
