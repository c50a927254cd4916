"""Learning rates as Keras 1 and 2 had them: ``lr``, a variable, and ``decay``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from ...errors import ArgumentError
from .._spelling import note
from .optimizer_settings import Settings
from .updates import refuse_updates


class OldRate:
    """Mixed into an optimizer: ``lr``, which scripts read and set, and ``decay``, by which it falls with every step.

    The rate of a step is ``lr / (1 + decay * iterations)``; the file of a model names it as
    ``keras.optimizers.schedules.InverseTimeDecay``, by which Keras goes on alike.
    """

    _decay = 0.0
    _shows_lr = False

    def __init__(self, *positional: Any, decay: float | None = 0.0, **named: Any) -> None:
        rate = named.pop("learning_rate")
        if isinstance(rate, keras.optimizers.schedules.InverseTimeDecay) and rate.decay_steps == 1:
            rate, decay = rate.initial_learning_rate, rate.decay_rate
        is_number = not callable(rate)
        super().__init__(*positional, **{**named, "learning_rate": float(rate) if is_number else rate})
        if decay:
            self._decay = float(decay)

    def __init_subclass__(cls, **named: Any) -> None:
        """Take note of a class that is written for Keras 1 or 2."""
        super().__init_subclass__(**named)
        refuse_updates(cls)

    @property
    def lr(self) -> Any:
        """The rate without its decay: a variable, which ``K.get_value`` reads and ``K.set_value`` sets."""
        return keras.optimizers.Optimizer.learning_rate.fget(self)

    @lr.setter
    def lr(self, rate: Any) -> None:
        self.learning_rate = rate

    @property
    def learning_rate(self) -> Any:
        """The rate of the next step."""
        if not self._decay or self._shows_lr:
            return self.lr
        steps = keras.ops.cast(self.iterations, self.lr.dtype)  # type: ignore[attr-defined]
        return self.lr / (1 + self._decay * steps)

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        keras.optimizers.Optimizer.learning_rate.fset(self, rate)

    @property
    def decay(self) -> float:
        """By which the rate falls with every step."""
        return self._decay

    def get_config(self) -> dict[str, Any]:
        """All arguments, in the names and arithmetic of Keras 3; ``["lr"]`` and ``["decay"]`` answer as well."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        if self._decay:
            schedule = keras.optimizers.schedules.InverseTimeDecay(config["learning_rate"], 1, self._decay)
            config["learning_rate"] = keras.optimizers.schedules.serialize(schedule)
        return Settings(config)

    def save_own_variables(self, store: Any) -> None:
        """Write the state; where the rate decays, without the rate, which Keras then has in the configuration."""
        for number, variable in enumerate(self._saved()):
            store[str(number)] = keras.ops.convert_to_numpy(variable)

    def load_own_variables(self, store: Any) -> None:
        """Read the state."""
        saved = self._saved()
        if len(store.keys()) != len(saved):
            super().load_own_variables(store)  # type: ignore[misc] # which says what is wrong
            return
        for number, variable in enumerate(saved):
            variable.assign(store[str(number)])

    def get_weights(self) -> list[Any]:
        """The state as arrays: steps made, then what the optimizer remembers of each weight."""
        return [keras.ops.convert_to_numpy(variable) for variable in self._state()]

    def set_weights(self, weights: Any) -> None:
        """Set the state to what ``get_weights`` returned.

        Raises:
            ArgumentError: not as many arrays as there are.
        """
        state = self._state()
        if len(state) != len(weights):
            raise ArgumentError(f"set_weights got {len(weights)} arrays; the optimizer has {len(state)}.")
        for variable, value in zip(state, weights, strict=True):
            variable.assign(value)

    @property
    def weights(self) -> list[Any]:
        """The variables of the state."""
        return self._state()

    def _state(self) -> list[Any]:
        rate = self.lr
        return [variable for variable in self.variables if variable is not rate]  # type: ignore[attr-defined]

    def _saved(self) -> list[Any]:
        return self._state() if self._decay else self.variables  # type: ignore[attr-defined]


@contextmanager
def showing_lr(optimizer: Any) -> Iterator[None]:
    """Let ``learning_rate`` be the rate without its decay in the block: callbacks of Keras 1 and 2 worked on that."""
    if isinstance(optimizer, OldRate):
        optimizer._shows_lr = True
    try:
        yield
    finally:
        if isinstance(optimizer, OldRate):
            optimizer._shows_lr = False


def of_its_own(optimizer: Any, model: Any) -> Any:
    """The optimizer, or one like it where another model has it: Keras 3 lets it train the weights of one alone."""
    if optimizer is None or vars(optimizer).get("_amalthea_model", id(model)) == id(model):
        found = optimizer
    else:
        note("an optimizer trains one model today: this one gets its own, with the same settings")
        found = type(optimizer).from_config(optimizer.get_config())
    if found is not None:
        object.__setattr__(found, "_amalthea_model", id(model))
    return found
