"""The names of ``keras.preprocessing.image``, as keras-preprocessing 1.1.2, the last one of Keras 2, computed.

That is ``amalthea.preprocessing.image`` with ``compat="1.1.2"``; its random numbers go by NumPy's global seed.
"""

from ...preprocessing.image import (
    Iterator,
    apply_channel_shift,
    flip_axis,
    list_pictures,
)
from .generator import ImageDataGenerator
from .iterators import DataFrameIterator, DirectoryIterator, NumpyArrayIterator
from .pictures import array_to_img, img_to_array, load_img, save_img
from .transformations import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_transform,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "apply_transform",
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
]
