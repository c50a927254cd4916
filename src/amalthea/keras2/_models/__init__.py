"""Models with the arguments, attributes and habits that they had in Keras 1 and 2."""
