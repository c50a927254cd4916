"""32 by 32 photographs of 10 classes."""

from keras.datasets import cifar10

from ._fetching import fetched

__all__ = ["load_data"]

load_data = fetched(cifar10.load_data, "cifar-10-batches-py-target_archive")
