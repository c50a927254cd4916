"""Everything of ``backend`` under the name that scripts for TensorFlow imported it by."""

from . import *  # noqa: F403
from . import __all__ as __all__


def __getattr__(name: str) -> object:
    from .. import backend

    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(backend, name)
