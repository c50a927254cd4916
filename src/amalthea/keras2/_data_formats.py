"""What Keras 1 called the orders of axes; nothing is imported here, for some ask before there is a Keras."""

DATA_FORMATS_OF_KERAS_1 = {"tf": "channels_last", "th": "channels_first"}
"""Today's names by those of then."""
