"""Which names there are, and what they cost."""

import subprocess
import sys
from pathlib import Path

import keras
import pytest
from keras.src.legacy.preprocessing import image as theirs  # no public name

from amalthea.preprocessing import image
from tests.images.samples import PIXELS, encoded

pytestmark = pytest.mark.single_backend


def run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def test_pictures_and_transformations_need_no_keras(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(encoded(PIXELS, "PNG"))
    run(
        "import sys; import amalthea.preprocessing as p\n"
        "assert 'PIL' not in sys.modules and 'image' in dir(p) and 'DirectoryIterator' in dir(p.image)\n"
        f"pixels = p.image.img_to_array(p.image.load_img({str(tmp_path / 'x.png')!r}), 'channels_last', 'uint8')\n"
        "p.image.array_to_img(pixels, 'channels_last', dtype='float32')\n"
        "p.image.random_channel_shift(p.image.flip_axis(pixels, 1), 20)\n"
        "generator = p.image.ImageDataGenerator(vertical_flip=True, data_format='channels_last', dtype='float32')\n"
        "generator.standardize(generator.random_transform(pixels))\n"
        "assert not {'keras', 'cv2', 'scipy.ndimage', 'pandas'} & set(sys.modules)"
    )


def test_iterators_are_data_sets_of_keras() -> None:
    for name in ("Iterator", "NumpyArrayIterator", "DirectoryIterator", "DataFrameIterator"):
        assert issubclass(getattr(image, name), keras.utils.PyDataset)


def test_all_is_true_and_complete() -> None:
    assert [name for name in image.__all__ if getattr(image, name).__doc__ is None] == []
    functions = {name for name in vars(theirs) if name.startswith(("apply_", "random_"))}
    assert functions | {"flip_axis", "transform_matrix_offset_center", "validate_filename"} <= set(image.__all__)
    assert {"load_img", "img_to_array", "array_to_img", "save_img", "list_pictures"} <= set(image.__all__)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match=r"module 'amalthea.preprocessing.image' has no attribute 'smart_resize'"):
        _ = image.smart_resize
