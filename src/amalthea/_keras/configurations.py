"""How models say that they were made. Checked against Keras 3.15.1."""

import sys
from typing import Any


def configuration(model: Any) -> dict[str, Any]:
    """What ``get_config`` of a ``keras.Model`` returns, without an import of TensorFlow.

    On every backend, Keras 3.15.1 imports TensorFlow where it is installed, which takes seconds, only to ask whether a
    configuration holds objects of its types. Where nobody has imported it, none can.
    """
    from keras.src.utils.module_utils import tensorflow

    known = tensorflow._available
    if "tensorflow" not in sys.modules:
        tensorflow._available = False
    try:
        return model.get_config()  # type: ignore[no-any-return] # Keras carries no types
    finally:
        tensorflow._available = known
