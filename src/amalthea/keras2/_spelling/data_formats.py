"""The order of axes in batches of pictures, by its two names."""

from typing import Any

DATA_FORMATS = {"tf": "channels_last", "th": "channels_first", "default": None}


def todays_data_format(given: Any) -> Any:
    """Today's name of a data format, which was "tf", "th" or "default" once; None is Keras' own setting.

    Example:
        >>> todays_data_format("th")
        'channels_first'
    """
    return DATA_FORMATS.get(given, given) if isinstance(given, str) else given
