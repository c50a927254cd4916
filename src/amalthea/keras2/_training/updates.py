"""Optimizers of scripts that say in ``get_updates`` how they train, which is gone."""

from typing import Any, NoReturn

from ...errors import ArgumentError

UPDATES = (
    "get_updates is gone: Keras 3 never asks an optimizer for it. Today one makes its state in build(variables) and "
    "changes a weight in update_step(gradient, variable, learning_rate). None of one's own is needed for "
    "weight_decay=… and gradient_accumulation_steps=…, which keras.optimizers.Adam and the others take."
)


def refuse_updates(kind: type[Any]) -> None:
    """Let a class of a script's own that trains by ``get_updates`` say what to do when an object of it is made."""
    if "get_updates" not in vars(kind):
        return

    def refuse(self: Any, *positional: Any, **named: Any) -> NoReturn:
        raise ArgumentError(f"{type(self).__name__}: {UPDATES}")

    kind.__init__ = refuse
