"""28 by 28 pictures of handwritten digits."""

from keras.datasets import mnist

from ._fetching import fetched

__all__ = ["load_data"]

load_data = fetched(mnist.load_data)
