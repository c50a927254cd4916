"""Pixels: pictures from files, resized and scaled as the networks expect them. No Keras."""

from .conversion import array_to_image, image_to_array, load_image, save_image
from .decode import Picture, Source, read_picture
from .find import find_pictures, skipped_pictures
from .folders import LabelledPictures, labelled_folder, split
from .preparation import Preparation
from .reading import PictureOrError, read_resized
from .resizing import resize
from .scaling import channel_axis, scale

__all__ = [
    "LabelledPictures",
    "Picture",
    "PictureOrError",
    "Preparation",
    "Source",
    "array_to_image",
    "channel_axis",
    "find_pictures",
    "image_to_array",
    "labelled_folder",
    "load_image",
    "read_picture",
    "read_resized",
    "resize",
    "save_image",
    "scale",
    "skipped_pictures",
    "split",
]
