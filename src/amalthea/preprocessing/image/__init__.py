"""The names of ``keras.preprocessing.image``: pictures, their random transformations, and batches of them.

Arguments, defaults and results are those of Keras 3's legacy copy of keras-preprocessing, global settings included,
which are read at each call; ``docs/image_data_generator.md`` lists what differs. Errors are those of
``amalthea.errors``. As in Keras, the EXIF orientation is ignored and "nearest" is the default interpolation, the worst
one for a picture that shrinks; ``amalthea.images`` does better.

``ImageDataGenerator`` and the iterators are loaded when they are first used, and the iterators bring Keras with them.

Example:
    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> save_img(file, [[[0.0], [0.5]], [[1.0], [0.25]]], file_format="png")
    >>> img_to_array(load_img(file, target_size=(4, 3))).shape
    (4, 3, 3)
"""

from typing import TYPE_CHECKING

from ..._on_demand import names_from
from .pictures import array_to_img, img_to_array, list_pictures, load_img, save_img, validate_filename
from .transformations import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)

if TYPE_CHECKING:
    from .array_iterator import NumpyArrayIterator
    from .dataframe_iterator import DataFrameIterator
    from .directory_iterator import DirectoryIterator
    from .generator import ImageDataGenerator
    from .iterator import Iterator

_HOME = {
    "DataFrameIterator": "dataframe_iterator",
    "DirectoryIterator": "directory_iterator",
    "ImageDataGenerator": "generator",
    "Iterator": "iterator",
    "NumpyArrayIterator": "array_iterator",
}

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "flip_axis",
    "img_to_array",
    "list_pictures",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "transform_matrix_offset_center",
    "validate_filename",
]

__getattr__, __dir__ = names_from(__name__, _HOME)
