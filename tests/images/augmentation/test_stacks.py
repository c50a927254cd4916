"""Many pictures at once become what each becomes by itself."""

from typing import Any

import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError
from amalthea.images import Augmentation, Transform, generator_of
from amalthea.images.augmentation import FILL_MODES, apply_all

pytest.importorskip("cv2", reason="linear warps need OpenCV, which a plain installation does not have")
pytestmark = pytest.mark.single_backend

AUGMENTATIONS = [
    Augmentation(rotation=30, shear=10, zoom=(0.5, 1.5), horizontal_flip=True, vertical_flip=True, fill_mode=fill_mode)
    for fill_mode in FILL_MODES
]
WITHIN = Augmentation(rotation=5, zoom=(0.4, 0.6), fill_mode="constant", fill_value=9)
VALUES = Augmentation(rotation=30, channel_shift=20, brightness=(0.5, 1.5))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_they_are_what_each_is_by_itself(dtype: Any, channels: int) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (24, 30, 23, channels)).astype(dtype)
    kinds = [*AUGMENTATIONS, WITHIN, VALUES]
    transforms = [kinds[number % 6].draw(30, 23, generator_of(1, 2, number)) for number in range(21)]
    far = np.array([[1.0, 0.0, 2.0**20], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    transforms += [Transform(), Transform(horizontal_flip=True), Transform(matrix=far)]
    results = np.empty_like(pictures)
    apply_all(transforms, pictures, results)
    expected = [transform.apply(picture) for transform, picture in zip(transforms, pictures, strict=True)]
    np.testing.assert_array_equal(results, expected)


def test_what_is_no_picture_or_no_matrix_is_refused() -> None:
    pictures = np.zeros((2, 4, 5, 3), np.float32)
    with pytest.raises(ImageError, match="Of a batch, give one picture at a time"):
        apply_all([Transform()], pictures[np.newaxis], np.empty((1, 2, 4, 5), np.float32))
    projective = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.1, 0.0, 1.0]])
    with pytest.raises(ArgumentError, match="An affine matrix has shape"):
        apply_all([Transform(), Transform(matrix=projective)], pictures, np.empty_like(pictures))
