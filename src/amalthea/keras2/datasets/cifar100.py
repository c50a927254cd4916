"""32 by 32 photographs of 100 classes."""

from keras.datasets.cifar100 import load_data

__all__ = ["load_data"]
