"""The settings of ``backend`` under the name that Keras 1 and 2 kept them by."""

from .settings import (
    cast_to_floatx,
    epsilon,
    floatx,
    image_data_format,
    image_dim_ordering,
    normalize_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_image_dim_ordering,
)

__all__ = [
    "cast_to_floatx",
    "epsilon",
    "floatx",
    "image_data_format",
    "image_dim_ordering",
    "normalize_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
]
