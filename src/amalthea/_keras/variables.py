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


def lay_out(variables: list[Any]) -> None:
    """Bring variables to the devices that the distribution says which is set for Keras, or to the usual one.

    A variable settles that when it gets its first value (``_layout``, ``_initialize_layout`` on JAX, Keras 3.15.1).
    Those whose arrays are gone, as an optimizer's after a step that failed, stay without.
    """
    import keras
    import numpy as np

    for variable in variables:
        try:
            value = np.array(keras.ops.convert_to_numpy(variable))
        except (RuntimeError, ValueError, AttributeError):  # JAX's for deleted arrays, and Keras' for None
            continue
        variable._layout = None
        variable._initialize_layout()
        variable.assign(value)
