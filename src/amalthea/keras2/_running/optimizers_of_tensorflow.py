"""Optimizers of TensorFlow 1, ``tf.train.AdamOptimizer`` and others, as those of Keras.

They compute the same, but that the memory of ``RMSPropOptimizer`` began with 1.
"""

from typing import Any

from .._spelling import Spelling, note, translated

_UNUSED = dict.fromkeys(("use_locking", "name"), "Keras needs none")
_NESTEROV = {"use_nesterov": "nesterov"}
KINDS: dict[str, tuple[str, Spelling]] = {
    "AdagradOptimizer": (
        "Adagrad",
        Spelling(
            positions=("learning_rate", "initial_accumulator_value"),
            defaults={"initial_accumulator_value": 0.1},
            without_effect=_UNUSED,
        ),
    ),
    "AdamOptimizer": (
        "Adam",
        Spelling(
            positions=("learning_rate", "beta_1", "beta_2", "epsilon"),
            renamed={"beta1": "beta_1", "beta2": "beta_2"},
            defaults={"epsilon": 1e-8},
            without_effect=_UNUSED,
        ),
    ),
    "GradientDescentOptimizer": ("SGD", Spelling(positions=("learning_rate",), without_effect=_UNUSED)),
    "MomentumOptimizer": (
        "SGD",
        Spelling(
            positions=("learning_rate", "momentum", "use_locking", "name", "nesterov"),
            renamed=_NESTEROV,
            without_effect=_UNUSED,
        ),
    ),
    "RMSPropOptimizer": (
        "RMSprop",
        Spelling(
            positions=("learning_rate", "rho", "momentum", "epsilon"),
            renamed={"decay": "rho"},
            defaults={"epsilon": 1e-10},
            without_effect=_UNUSED,
        ),
    ),
}
"""Class of then → class of keras2, and the order, names and defaults of its arguments."""


class Training:
    """``tf.train``: the optimizers that scripts hand to ``compile``; everything else is the installed TensorFlow's.

    Args:
        installed: gives what the installed TensorFlow has in ``train``, by name.
    """

    def __init__(self, installed: Any) -> None:
        self._installed = installed

    def __getattr__(self, name: str) -> Any:
        if name not in KINDS:
            return self._installed(name)
        kind, spelling = KINDS[name]

        def optimizer(*positional: Any, **named: Any) -> Any:
            from .. import optimizers

            note(f"tf.train.{name} is keras.optimizers.{kind} today")
            _, given = translated(name, spelling, positional, named)
            arguments = {key: value for key, value in given.items() if key not in spelling.without_effect}
            return getattr(optimizers, kind)(**arguments)

        return optimizer
