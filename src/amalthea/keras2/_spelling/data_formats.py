"""The order of axes in batches of pictures, by its two names."""

from typing import Any

from .._data_formats import DATA_FORMATS_OF_KERAS_1

_TODAY = {**DATA_FORMATS_OF_KERAS_1, "default": None}


def todays_data_format(given: Any) -> Any:
    """Today's name of a data format, which was "tf", "th" or "default" once; None is Keras' own setting.

    Example:
        >>> todays_data_format("th")
        'channels_first'
    """
    return _TODAY.get(given, given) if isinstance(given, str) else given
