"""``Model`` of Keras 1 and 2: from inputs to outputs, or the base of classes that say in ``call`` what they compute."""

from typing import Any

import keras

from ... import _keras
from ...errors import ArgumentTypeError
from .._saving.saving import OldSaving
from .._spelling import Spelling, note, saved_as_keras, translated
from .._training.training import OldTraining
from .architecture import OldArchitecture
from .naming import automatic_name, named_today
from .networks import forget

KerasFunctional: Any = _keras.functional_class()


def _unpacked(tensors: Any) -> Any:
    return tensors[0] if isinstance(tensors, list | tuple) and len(tensors) == 1 else tensors


@saved_as_keras
class Model(OldArchitecture, OldTraining, OldSaving, keras.Model):  # type: ignore[misc]
    """``keras.Model`` that takes ``input=`` and ``output=``, too."""

    spelling = Spelling(
        renamed={"input": "inputs", "output": "outputs"},
        values={"inputs": _unpacked, "outputs": _unpacked},
        positions=("inputs", "outputs", "name"),
    )

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A model; with inputs and outputs one of the class ``Functional``."""
        if cls is Model and _has_outputs(args, kwargs):
            return Functional.__new__(Functional, *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A model with the arguments of any Keras; ``name`` is counted as then."""
        _, named = translated("Model", self.spelling, args, kwargs)
        given = named.get("name")
        named["name"] = named_today(given) if given else automatic_name(type(self).__name__)
        if "outputs" in named and not isinstance(self, Functional):
            _let_derive_from_functional(type(self))
        super().__init__(**named)


@saved_as_keras
class Functional(Model, KerasFunctional):  # type: ignore[misc]
    """A graph of layers, to which layers may be added, as if it were a ``Sequential`` model."""

    def add(self, layer: Any) -> None:
        """Put a layer or model on top, in place: base and top are one model then.

        Args:
            layer: takes what this model returns by now.

        Raises:
            ArgumentTypeError: no layer.
            ArgumentError: a head whose size is not known yet.
        """
        if not isinstance(layer, keras.Layer):
            raise ArgumentTypeError(f"{self.name}.add({layer!r}): only a layer or a model can be added.")
        note("model.add(layer) on such a model is model = Model(model.input, layer(model.output)) today")
        _keras.end_at(self, layer(self.output))
        forget(self)

    @property
    def input(self) -> Any:
        """The symbolic input; a list only where there are several."""
        return _unpacked(super().input)

    @property
    def output(self) -> Any:
        """The symbolic output; a list only where there are several."""
        return _unpacked(super().output)

    @property
    def outputs(self) -> list[Any]:
        """All symbolic outputs. Where others are assigned, the model ends there."""
        return super().outputs  # type: ignore[no-any-return]

    @outputs.setter
    def outputs(self, tensors: Any) -> None:
        _keras.end_at(self, _unpacked(tensors))
        forget(self)


def _has_outputs(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return len(args) > 1 or not kwargs.keys().isdisjoint(("output", "outputs"))


def _let_derive_from_functional(kind: type[Any]) -> None:
    """Let a class of the user's own, whose objects are made from inputs and outputs, derive from ``Functional``.

    Keras 3.15.1 does the same with classes derived from its ``Model``; it would put its own class into ours.
    """
    if kind.__module__.partition(".")[0] in ("amalthea", "keras") or not issubclass(kind, Model):
        return
    kind.__bases__ = tuple(Functional if base is Model else base for base in kind.__bases__)
    for base in kind.__bases__:
        _let_derive_from_functional(base)
