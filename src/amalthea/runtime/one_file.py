"""Whether a network is given by its file."""

import os
from pathlib import Path
from typing import Any


def is_one_file(model: Any) -> bool:
    """Whether a network is given by the path of a file of ``amalthea.save``, not by its name or as a model of Keras.

    Example:
        >>> is_one_file("pets.onnx"), is_one_file("ResNet50")
        (True, False)
    """
    return isinstance(model, os.PathLike) or (isinstance(model, str) and Path(model).suffix.lower() == ".onnx")
