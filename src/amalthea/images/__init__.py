"""Pixels: pictures from files, resized and scaled as the networks expect them. No Keras.

Each module is imported when one of its names is asked for: who predicts waits for none that augments.
"""

from typing import TYPE_CHECKING

from .._on_demand import names_from

if TYPE_CHECKING:
    from .augmentation import PREVIEW, TUTORIAL, Augmentation, Transform
    from .batched_reading import PictureBatches, picture_batches
    from .batches import Batches
    from .checking import ImagesReport, Survey, check_images, survey
    from .conversion import array_to_image, image_to_array, load_image, save_image
    from .decode import Picture, Source, read_picture
    from .find import find_pictures, skipped_pictures
    from .folders import LabelledPictures, labelled_folder, split, split_folder
    from .grid import preview, preview_size
    from .preparation import Preparation
    from .random_numbers import check_seed, epoch_order, fresh_seed, generator_of
    from .reading import PictureOrError, read_at_size, read_resized
    from .resizing import resize
    from .scaling import channel_axis, scale

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

_HOME = {
    "PREVIEW": "augmentation",
    "TUTORIAL": "augmentation",
    "Augmentation": "augmentation",
    "Batches": "batches",
    "ImagesReport": "checking",
    "LabelledPictures": "folders",
    "Picture": "decode",
    "PictureBatches": "batched_reading",
    "PictureOrError": "reading",
    "Preparation": "preparation",
    "Source": "decode",
    "Survey": "checking",
    "Transform": "augmentation",
    "array_to_image": "conversion",
    "channel_axis": "scaling",
    "check_images": "checking",
    "check_seed": "random_numbers",
    "epoch_order": "random_numbers",
    "find_pictures": "find",
    "fresh_seed": "random_numbers",
    "generator_of": "random_numbers",
    "image_to_array": "conversion",
    "labelled_folder": "folders",
    "load_image": "conversion",
    "picture_batches": "batched_reading",
    "preview": "grid",
    "preview_size": "grid",
    "read_at_size": "reading",
    "read_picture": "decode",
    "read_resized": "reading",
    "resize": "resizing",
    "save_image": "conversion",
    "scale": "scaling",
    "skipped_pictures": "find",
    "split": "folders",
    "split_folder": "folders",
    "survey": "checking",
}

__getattr__, __dir__ = names_from(__name__, _HOME)
