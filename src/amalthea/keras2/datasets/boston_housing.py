"""Prices of houses in Boston."""

from keras.datasets.boston_housing import load_data

__all__ = ["load_data"]
