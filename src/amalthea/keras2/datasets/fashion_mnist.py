"""28 by 28 pictures of clothes."""

from keras.datasets.fashion_mnist import load_data

__all__ = ["load_data"]
