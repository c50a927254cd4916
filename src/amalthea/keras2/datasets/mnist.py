"""28 by 28 pictures of handwritten digits."""

from keras.datasets.mnist import load_data

__all__ = ["load_data"]
