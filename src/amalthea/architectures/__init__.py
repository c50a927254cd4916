"""The networks: one file a paper, each its table and its block. Keras is imported when the first one is built."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..catalog import Variant, variant

if TYPE_CHECKING:
    import keras

__all__ = ["get_model", "variant_of"]


def get_model(name: str, **arguments: Any) -> "keras.Model":
    """Build a network by name.

    Args:
        name: a name of the catalogue; case, ``-`` and ``_`` do not matter.
        arguments: those of the network's own function, such as ``weights=None`` or ``include_top=False``.

    Raises:
        UnknownModelError: no network has this name.
        ArgumentError: an argument cannot be used.

    Example:
        >>> get_model("mobilenet", alpha=0.25, weights=None).count_params()
        475544
    """
    row = variant(name)
    return getattr(import_module(f".{row.family}", __name__), row.name)(**arguments)


def variant_of(model: "keras.Model") -> Variant | None:
    """The catalogue's row of a model that one of our constructors built; None for every other model.

    It reads the mark that the constructor left, and never guesses from the model's name.
    """
    name = getattr(model, "_amalthea_variant", None)
    return variant(name) if name else None
