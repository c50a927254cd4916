"""Pixels: pictures from files, resized and scaled as the networks expect them. No Keras."""

from .conversion import array_to_image, image_to_array, load_image, save_image
from .decode import Picture, Source, read_picture
from .find import find_pictures
from .resizing import resize
from .scaling import channel_axis, scale

__all__ = [
    "Picture",
    "Source",
    "array_to_image",
    "channel_axis",
    "find_pictures",
    "image_to_array",
    "load_image",
    "read_picture",
    "resize",
    "save_image",
    "scale",
]
