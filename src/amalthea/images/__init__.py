"""Pixels: pictures from files, resized and scaled as the networks expect them. No Keras.

What looks through whole folders needs a database; it is loaded when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .augmentation import PREVIEW, TUTORIAL, Augmentation, Transform
from .batches import Batches
from .conversion import array_to_image, image_to_array, load_image, save_image
from .decode import Picture, Source, read_picture
from .find import find_pictures, skipped_pictures
from .folders import LabelledPictures, labelled_folder, split, split_folder
from .grid import preview, preview_size
from .picture_batches import PictureBatches, picture_batches
from .preparation import Preparation
from .random_numbers import check_seed, epoch_order, fresh_seed, generator_of
from .reading import PictureOrError, read_at_size, read_resized
from .resizing import resize
from .scaling import channel_axis, scale

if TYPE_CHECKING:
    from .checking import ImagesReport, Survey, check_images, survey

__all__ = [
    "PREVIEW",
    "TUTORIAL",
    "Augmentation",
    "Batches",
    "ImagesReport",
    "LabelledPictures",
    "Picture",
    "PictureBatches",
    "PictureOrError",
    "Preparation",
    "Source",
    "Survey",
    "Transform",
    "array_to_image",
    "channel_axis",
    "check_images",
    "check_seed",
    "epoch_order",
    "find_pictures",
    "fresh_seed",
    "generator_of",
    "image_to_array",
    "labelled_folder",
    "load_image",
    "picture_batches",
    "preview",
    "preview_size",
    "read_at_size",
    "read_picture",
    "read_resized",
    "resize",
    "save_image",
    "scale",
    "skipped_pictures",
    "split",
    "split_folder",
    "survey",
]

_HOME = {"ImagesReport": "checking", "Survey": "checking", "check_images": "checking", "survey": "checking"}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
