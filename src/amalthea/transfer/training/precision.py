"""Training in bfloat16, with weights and answers in float32: what Keras calls mixed precision."""

from collections.abc import Iterator
from typing import Any

import keras

from ... import _keras
from ..cutting import flattened


class Precision(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Lets a model compute in bfloat16 while it learns, and in float32 while it is judged, as it will predict later.

    Weights and their steps stay float32, and so do the last layer with weights and all after it: bfloat16 has 8 bits,
    too few for scores. A context manager, at whose end all layers have their policies of before.

    Args:
        model: functional or ``Sequential``. Layers whose policy is not float32 keep it.
        precision: ``"bfloat16"``; or ``"float32"``, with which nothing happens.
    """

    def __init__(self, model: keras.Model, precision: str) -> None:
        super().__init__()
        parts = _early_parts(model) if precision == "bfloat16" else ()
        self._policies = [(part, part.dtype_policy) for part in parts]

    def __enter__(self) -> "Precision":
        return self

    def __exit__(self, *_: object) -> None:
        self._give(None)

    def on_train_begin(self, logs: Any = None) -> None:
        """Every backend reads the policies when it first computes a step, or in each step."""
        self._give("mixed_bfloat16")

    def on_test_begin(self, logs: Any = None) -> None:
        """Validate in float32."""
        self._give(None)

    def on_test_end(self, logs: Any = None) -> None:
        """Go on in bfloat16."""
        self._give("mixed_bfloat16")

    def _give(self, policy: str | None) -> None:
        for part, before in self._policies:
            part.dtype_policy = policy or before


def _early_parts(model: keras.Model) -> Iterator[Any]:
    """Layers that compute in float32, those inside others included, before the last one with weights."""
    calls = list(_keras.calls(flattened(model)))
    weighted = [place for place, call in enumerate(calls) if getattr(call.operation, "weights", ())]
    late = {id(call.operation) for call in calls[weighted[-1] :]}
    early = {id(call.operation): call.operation for call in calls[: weighted[-1]]}
    for key, operation in early.items():
        if key not in late and isinstance(operation, keras.Layer):
            yield from (part for part in _keras.parts(operation) if part.dtype_policy.name == "float32")
