"""32 by 32 photographs of 10 classes."""

from keras.datasets.cifar10 import load_data

__all__ = ["load_data"]
