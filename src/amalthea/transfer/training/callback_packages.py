"""What callbacks of Keras need beside Keras."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import keras

from ...errors import MissingDependencyError

_OF_TENSORBOARD = ("tensorflow", "tensorboard")  # the latter came with the former before TensorFlow 2.21


def check_callbacks(callbacks: Sequence[Any]) -> None:
    """Raise what a callback would raise only after the first epoch.

    Raises:
        MissingDependencyError: what writes the files of ``keras.callbacks.TensorBoard`` is not installed.
    """
    if not any(isinstance(callback, keras.callbacks.TensorBoard) for callback in callbacks):
        return
    if lacking := [package for package in _OF_TENSORBOARD if find_spec(package) is None]:
        raise MissingDependencyError(
            f"keras.callbacks.TensorBoard cannot write its files here: pip install {' '.join(lacking)}"
        )
