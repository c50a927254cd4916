"""Picture files in place of arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....errors import ImageError
from ....images import Picture, Preparation
from ....runtime import Predictor
from ....runtime.recognition import prepared
from ..pictures import read_sent
from ..problems import Problem


def array_of_pictures(contents: Sequence[bytes], predictor: Predictor, name: str, max_pixels: int) -> NDArray[Any]:
    """Pictures as a network takes them, prepared as its weights expect.

    Args:
        contents: of the files.
        predictor: of one input, whose preparation is known.
        name: of the input, for messages.
        max_pixels: of each picture, at most.

    Raises:
        Problem: one of them is no usable picture.
    """
    [spec] = predictor.runner.inputs
    preparation = predictor.preparation
    assert preparation is not None  # pictures_of
    if not contents:
        return np.zeros([0, *(size or 1 for size in spec.shape[1:])], spec.dtype)
    pictures = [
        _read(content, preparation, f"Input {name!r}, element {number}", max_pixels)
        for number, content in enumerate(contents)
    ]
    return prepared(pictures, preparation, spec)


def _read(content: bytes, preparation: Preparation, place: str, max_pixels: int) -> Picture:
    try:
        return read_sent(content, "the picture", preparation, max_pixels)
    except ImageError as problem:
        raise Problem(422, f"{place}: {problem}") from problem
