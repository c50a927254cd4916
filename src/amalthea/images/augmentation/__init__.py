"""Random transformations of pictures, one affine warp each. No Keras."""

from .augmentation import PREVIEW, RANDOM_NUMBERS, TUTORIAL, Augmentation, advise_on_shear
from .channels import brighten, brighten_through_pillow, shift_channels
from .matrices import Matrix, affine_matrix, exchange_axes, legacy_matrix
from .stacks import apply_all
from .transform import Transform
from .warping import FILL_MODES, check_fill_mode, opencv, warp

__all__ = [
    "FILL_MODES",
    "PREVIEW",
    "RANDOM_NUMBERS",
    "TUTORIAL",
    "Augmentation",
    "Matrix",
    "Transform",
    "advise_on_shear",
    "affine_matrix",
    "apply_all",
    "brighten",
    "brighten_through_pillow",
    "check_fill_mode",
    "exchange_axes",
    "legacy_matrix",
    "opencv",
    "shift_channels",
    "warp",
]
