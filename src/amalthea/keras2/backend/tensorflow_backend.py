"""Everything of ``backend`` under the name that scripts for TensorFlow imported it by."""

from . import *  # noqa: F403
from . import __all__ as __all__
