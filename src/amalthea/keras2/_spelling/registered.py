"""What a script has put where Keras 1 and 2 looked for names: into ``get_custom_objects()``, or into Keras itself."""

import sys
from typing import Any

import keras

# Modules of Keras whose own names stood for what a file or a text names.
_MODULES = (
    *("activations", "constraints", "initializers", "layers", "losses", "metrics", "objectives", "optimizers"),
    "regularizers",
)
_TREE = __name__.rpartition("._spelling")[0]
_NO_SCRIPTS = {"amalthea", "keras", "numpy", *sys.stdlib_module_names}


def registered(name: Any) -> Any:
    """The object of this name; what was given where it is none, or no name.

    Keras 3 looks there for what it reads from files, and not for ``activation="mine"`` or ``loss="mine"``.

    Args:
        name: of an activation, loss or metric. A layer ``Activation(function)`` stands for its function.
    """
    found = keras.saving.get_registered_object(name) if isinstance(name, str) else None
    if isinstance(found, keras.layers.Activation) and type(found).call is keras.layers.Activation.call:
        return found.activation
    if found is None and isinstance(name, str):
        found = set_in_modules().get(name)
    return name if found is None else found


def set_in_modules() -> dict[str, Any]:
    """What a script has put into modules of Keras by ``keras.losses.mine = mine``, by its names."""
    return {
        name: value
        for module in _MODULES
        for name, value in vars(sys.modules.get(f"{_TREE}.{module}", object)).items()
        if not name.startswith("_") and callable(value) and _is_of_script(value)
    }


def _is_of_script(value: Any) -> bool:
    return (getattr(value, "__module__", None) or "").partition(".")[0] not in _NO_SCRIPTS
