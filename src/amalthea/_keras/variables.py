"""Variables without initial values, and how they get one. Checked against Keras 3.15.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_initial_values() -> Iterator[None]:
    """Let layers that are built in this block have variables without values, which saves half of the time.

    For networks that a file fills anyway: ``give_value`` first, ``initialize`` for what the file does not have. Keras'
    public ``StatelessScope`` puts initial values off; it also lists the variables, to initialize them when the next
    scope ends, in the global ``uninitialized_variables`` (Keras 3.15.1), from which ours are taken out again.
    """
    import keras
    from keras.src.backend.common import global_state  # no public name

    waiting = list(global_state.get_global_attribute("uninitialized_variables") or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)


def give_value(variable: Any, value: Any) -> None:
    """Fill a variable, whether it has a value already or not (``_value``, ``_initialize`` of Keras 3.15.1)."""
    if variable._value is None:
        variable._initialize(variable._convert_to_tensor(value, dtype=variable.dtype))
    else:
        variable.assign(value)


def initialize(model: Any) -> None:
    """Give all variables of a model that still have no value the one that their layer gives them.

    On torch, ``_post_build`` then makes them parameters of their layers, as it does otherwise when these are built.
    """
    for variable in model.variables:
        if variable._value is None:
            variable._deferred_initialize()
    for layer in model._flatten_layers():
        layer._post_build()
