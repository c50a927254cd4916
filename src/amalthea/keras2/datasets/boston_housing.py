"""Prices of houses in Boston."""

from keras.datasets import boston_housing

from ._fetching import fetched

__all__ = ["load_data"]

load_data = fetched(boston_housing.load_data)
