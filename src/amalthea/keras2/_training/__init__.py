"""Compiling, training, evaluating and predicting as Keras 1 and 2 did it."""
