"""What a script has put into ``get_custom_objects()``, where Keras 1 and 2 looked for every name first."""

from typing import Any

import keras


def registered(name: Any) -> Any:
    """The object of this name; what was given where it is none, or no name.

    Keras 3 looks there for what it reads from files, and not for ``activation="mine"`` or ``loss="mine"``.

    Args:
        name: of an activation, loss or metric. A layer ``Activation(function)`` stands for its function.
    """
    found = keras.saving.get_registered_object(name) if isinstance(name, str) else None
    if isinstance(found, keras.layers.Activation) and type(found).call is keras.layers.Activation.call:
        return found.activation
    return name if found is None else found
