"""Real photographs and random transformations of them."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from amalthea.images import Augmentation, find_pictures, read_picture, resize
from amalthea.images.augmentation import Matrix

HEIGHT, WIDTH = 96, 112  # not square, so that no confusion of the two goes unnoticed

# Wide enough to leave the picture on every side, as the preview of the tutorial does.
WILD = Augmentation(
    rotation=60, width_shift=0.3, height_shift=0.3, shear=20, zoom=(0.6, 1.5), horizontal_flip=True, vertical_flip=True
)


@cache
def photographs(data: Path, count: int = 20) -> tuple[NDArray[np.uint8], ...]:
    paths = sorted(find_pictures([data / "pets" / "train"]))[::7][:count]
    return tuple(resize(read_picture(path), (HEIGHT, WIDTH), "bilinear") for path in paths)


def random_matrices(count: int, height: int = HEIGHT, width: int = WIDTH) -> list[Matrix]:
    generator = np.random.default_rng(20261122)
    matrices = [WILD.draw(height, width, generator).matrix for _ in range(count)]
    return [matrix for matrix in matrices if matrix is not None]


def by_scipy(
    picture: NDArray[np.generic], matrix: Matrix, fill_mode: str, fill_value: float = 0.0, order: int = 1
) -> NDArray[np.generic]:
    """Each channel by ``scipy.ndimage.affine_transform``, as keras-preprocessing does."""
    channels = [
        ndimage.affine_transform(
            channel, matrix[:2, :2], offset=matrix[:2, 2], order=order, mode=fill_mode, cval=fill_value
        )
        for channel in np.moveaxis(picture, 2, 0)
    ]
    return np.stack(channels, axis=2)
