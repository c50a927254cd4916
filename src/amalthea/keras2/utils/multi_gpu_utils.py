"""Training on several graphics cards, which is done otherwise today."""

from typing import Any, NoReturn

from ...errors import ArgumentError

__all__ = ["multi_gpu_model"]


def multi_gpu_model(model: Any, gpus: Any = None, *positional: Any, **named: Any) -> NoReturn:
    """Gone.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError(
        "multi_gpu_model is gone from Keras. Leave it out to train on one device; for several, call "
        "keras.distribution.set_distribution(keras.distribution.DataParallel()) before building the model (JAX), or "
        "build it within tensorflow.distribute.MirroredStrategy().scope()."
    )
