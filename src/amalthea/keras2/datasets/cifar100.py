"""32 by 32 photographs of 100 classes."""

from keras.datasets import cifar100

from ._fetching import fetched

__all__ = ["load_data"]

load_data = fetched(cifar100.load_data, "cifar-100-python-target_archive")
