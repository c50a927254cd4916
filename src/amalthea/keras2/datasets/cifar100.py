"""32 by 32 photographs of 100 classes."""

from functools import wraps
from typing import Any

from keras.datasets import cifar100

from ._cifar import kept_by_keras_2
from ._fetching import fetched

__all__ = ["load_data"]

_load_data = fetched(cifar100.load_data, "cifar-100-python-target_archive")


@wraps(_load_data)
def load_data(label_mode: str = "fine") -> Any:
    """Pictures and labels, also where Keras 1 or 2 has put them."""
    known = label_mode in ("fine", "coarse")
    kept = kept_by_keras_2("cifar-100-python", ["train"], "test", f"{label_mode}_labels") if known else None
    return kept or _load_data(label_mode)
