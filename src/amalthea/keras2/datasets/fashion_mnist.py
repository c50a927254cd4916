"""28 by 28 pictures of clothes."""

from keras.datasets import fashion_mnist

from ._fetching import fetched

__all__ = ["load_data"]

load_data = fetched(fashion_mnist.load_data, "fashion-mnist/{}")
