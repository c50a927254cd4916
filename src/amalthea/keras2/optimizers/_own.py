"""``Optimizer``: what the optimizers of scripts themselves derive from."""

from typing import Any

import keras

from .._training.updates import refuse_updates


class _AnyOptimizer(type(keras.optimizers.Optimizer)):  # type: ignore[misc] # Keras carries no types
    """Makes every optimizer of Keras one of ``Optimizer``, as scripts ask for it by ``isinstance``."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return super().__instancecheck__(instance) or (
            cls is Optimizer and isinstance(instance, keras.optimizers.Optimizer)
        )

    def __subclasscheck__(cls, kind: type) -> bool:
        return super().__subclasscheck__(kind) or (cls is Optimizer and issubclass(kind, keras.optimizers.Optimizer))


class Optimizer(keras.optimizers.Optimizer, metaclass=_AnyOptimizer):  # type: ignore[misc]
    """Keras' own, from which scripts derive theirs. Every optimizer is an instance of it."""

    def __init_subclass__(cls, **named: Any) -> None:
        """Take note of a class that is written for Keras 1 or 2."""
        super().__init_subclass__(**named)
        refuse_updates(cls)
