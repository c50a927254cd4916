"""The names of ``keras.layers.recurrent``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras

from .._spelling import Older, Spelling, saved_as_keras
from ..activations import todays_activation
from ._arguments import WEIGHTS, second_is_an_initializer
from ._old_layer import OldLayer

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
]

_FASTER = "Keras 3 chooses the fastest way by itself"
_RENAMED: Mapping[str, str] = {
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "U_constraint": "recurrent_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    **WEIGHTS,
}


def _forget_bias(arguments: dict[str, Any]) -> dict[str, Any]:
    """The bias of the gate that forgets, which Keras 1 named by its initializer."""
    given = arguments.pop("forget_bias_init", None)
    if given is not None:
        arguments["unit_forget_bias"] = given in ("one", "ones")
    return arguments


_RECURRENT = Spelling(
    renamed=_RENAMED,
    values={"activation": todays_activation, "recurrent_activation": todays_activation},
    without_effect={"implementation": _FASTER, "consume_less": _FASTER},
    older=Older(("output_dim", "init", "inner_init", "activation"), second_is_an_initializer),
)
_GATED = replace(
    _RECURRENT,
    older=Older(("output_dim", "init", "inner_init", "activation", "inner_activation"), second_is_an_initializer),
    defaults={"reset_after": False},
)
_LONG = replace(
    _RECURRENT,
    older=Older(
        ("output_dim", "init", "inner_init", "forget_bias_init", "activation", "inner_activation"),
        second_is_an_initializer,
    ),
    together=_forget_bias,
)


@saved_as_keras
class RNN(OldLayer, keras.layers.RNN):
    """A cell, step after step."""

    spelling = Spelling(without_effect={"implementation": _FASTER})
    takes_sequences = True


@saved_as_keras
class SimpleRNNCell(OldLayer, keras.layers.SimpleRNNCell):
    """One step of ``SimpleRNN``."""

    spelling = _RECURRENT


@saved_as_keras
class SimpleRNN(OldLayer, keras.layers.SimpleRNN):
    """Each output from the inputs and the last output."""

    spelling = _RECURRENT
    takes_sequences = True


@saved_as_keras
class GRUCell(OldLayer, keras.layers.GRUCell):
    """One step of ``GRU``."""

    spelling = _GATED


@saved_as_keras
class GRU(OldLayer, keras.layers.GRU):
    """A recurrent layer with two gates, which resets before the product, as then."""

    spelling = _GATED
    takes_sequences = True


@saved_as_keras
class LSTMCell(OldLayer, keras.layers.LSTMCell):
    """One step of ``LSTM``."""

    spelling = _LONG


@saved_as_keras
class LSTM(OldLayer, keras.layers.LSTM):
    """A recurrent layer with three gates and a memory."""

    spelling = _LONG
    takes_sequences = True


@saved_as_keras
class StackedRNNCells(OldLayer, keras.layers.StackedRNNCells):
    """Cells one after the other, as one."""
