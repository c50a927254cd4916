"""32 by 32 photographs of 10 classes."""

from functools import wraps
from typing import Any

from keras.datasets import cifar10

from ._cifar import kept_by_keras_2
from ._fetching import fetched

__all__ = ["load_data"]

_TRAINING = [f"data_batch_{number}" for number in range(1, 6)]
_load_data = fetched(cifar10.load_data, "cifar-10-batches-py-target_archive")


@wraps(_load_data)
def load_data() -> Any:
    """Pictures and labels, also where Keras 1 or 2 has put them."""
    return kept_by_keras_2("cifar-10-batches-py", _TRAINING, "test_batch", "labels") or _load_data()
