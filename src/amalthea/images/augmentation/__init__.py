"""Random transformations of pictures, one affine warp each. No Keras."""

from .augmentation import PREVIEW, TUTORIAL, Augmentation, advise_on_shear
from .channels import brighten, brighten_through_pillow, shift_channels
from .matrices import Matrix, affine_matrix, exchange_axes, legacy_matrix
from .transform import Transform
from .warping import FILL_MODES, warp

__all__ = [
    "FILL_MODES",
    "PREVIEW",
    "TUTORIAL",
    "Augmentation",
    "Matrix",
    "Transform",
    "advise_on_shear",
    "affine_matrix",
    "brighten",
    "brighten_through_pillow",
    "exchange_axes",
    "legacy_matrix",
    "shift_channels",
    "warp",
]
