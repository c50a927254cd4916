"""Keras' global settings, read when they are needed."""

from numpy.typing import DTypeLike

from ...images.scaling import check_data_format


def data_format(given: str | None) -> str:
    """The data format given, or Keras' own."""
    if given is not None:
        return given
    import keras

    return str(keras.config.image_data_format())


def floatx(given: DTypeLike | None) -> DTypeLike:
    """The type given, or Keras' ``floatx``."""
    if given is not None:
        return given
    import keras

    return str(keras.config.floatx())


def channel_axis(data_format: str) -> int:
    """Where the channels stand in a single picture.

    Raises:
        ArgumentError: an unknown data format.
    """
    check_data_format(data_format)
    return 2 if data_format == "channels_last" else 0
