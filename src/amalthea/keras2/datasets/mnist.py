"""28 by 28 pictures of handwritten digits."""

from functools import wraps
from os import PathLike
from typing import Any

from keras.datasets import mnist

from ._fetching import fetched, place_of
from ._pickles import unpickled

__all__ = ["load_data"]

_load_data = fetched(mnist.load_data)


@wraps(_load_data)
def load_data(path: str | PathLike[str] = "mnist.npz") -> Any:
    """Pictures and labels, also of the file of Keras 1, ``mnist.pkl.gz``."""
    file = place_of(path)
    if path == "mnist.npz" and not file.exists():
        file = file.with_name("mnist.pkl.gz")  # the file of Keras 1
    if file.name.endswith((".pkl", ".pkl.gz")) and file.is_file():
        return unpickled(file.read_bytes(), file)
    return _load_data(path)
