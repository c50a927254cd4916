"""The networks: one file a paper, each its table and its block. Keras is imported when the first one is built."""

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from inspect import signature
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import BACKENDS
from ..catalog import Variant, variant
from ..errors import ArgumentError, MissingDependencyError

if TYPE_CHECKING:
    import keras

__all__ = ["Block", "blocks_of", "explained_layer", "get_model", "variant_of"]


class Block(NamedTuple):
    """One of the blocks that a network repeats.

    Attributes:
        name: with which the names of its layers begin, such as ``"block5"`` of VGG16.
        end: the layer whose output is the block's, such as ``"block5_pool"``.
    """

    name: str
    end: str


def get_model(name: str, **arguments: Any) -> "keras.Model":
    """Build a network by name.

    Args:
        name: a name of the catalogue; case, ``-`` and ``_`` do not matter.
        arguments: those of the network's own function, such as ``weights=None`` or ``include_top=False``.

    Raises:
        UnknownModelError: no network has this name.
        ArgumentError: an argument cannot be used.
        MissingDependencyError: Keras does not start with the chosen backend.

    Example:
        >>> get_model("mobilenet", alpha=0.25, weights=None).count_params()
        475544
    """
    row = variant(name)
    function = getattr(_family(row.family), row.name)
    known = signature(function).parameters
    if unknown := [argument for argument in arguments if argument not in known]:
        raise ArgumentError(f"{row.name} takes no {', '.join(unknown)}; it takes {', '.join(known)}.")
    return function(**arguments)


def _family(name: str) -> ModuleType:
    """A module of this folder. The first one imports Keras, which raises whatever its backend raises."""
    try:
        return import_module(f".{name}", __name__)
    except (ImportError, ValueError) as problem:
        backend = os.environ.get("KERAS_BACKEND")
        install = (
            f"Install it: pip install {backend}; or set" if backend in BACKENDS else "There is none of that name: set"
        )
        raise MissingDependencyError(
            f"Keras does not start with the backend {backend!r}: {problem}. {install} KERAS_BACKEND to tensorflow, "
            "torch, jax or openvino, whichever is installed."
        ) from None


def variant_of(model: "keras.Model") -> Variant | None:
    """The catalogue's row of a model that one of our constructors built; None for every other model.

    It reads the marks that the constructor left, and never guesses from the model's name. Weights of another maker may
    expect another scaling than the catalogue's weights; then this is what the row says.
    """
    name, scaling = getattr(model, "_amalthea_variant", None), getattr(model, "_amalthea_scaling", None)
    if name is None:
        return None
    row = variant(name)
    return replace(row, scaling=scaling) if scaling not in (None, row.scaling) else row


def blocks_of(name: str, layers: Iterable[str]) -> tuple[Block, ...]:
    """The blocks of a network: what its paper repeats, from the pictures to the scores.

    Args:
        name: of the catalogue.
        layers: names of the layers of a model of it, in the order of its graph. Of a model that ends earlier, the last
            block may be a part of one.

    Raises:
        UnknownModelError: no network has this name.
        MissingDependencyError: Keras does not start with the chosen backend.

    Example:
        >>> model = get_model("VGG16", weights=None, include_top=False)
        >>> blocks_of("VGG16", [layer.name for layer in model.layers])[-1]
        Block(name='block5', end='block5_pool')
    """
    pattern = re.compile(_family(variant(name).family).BLOCKS)
    ends: dict[str, str] = {}
    for layer in layers:
        if found := pattern.match(layer):
            # a layer to which Keras gave its name belongs to the block that came last
            block = found[1] or next(reversed(ends), None)
            if block:
                ends[block] = layer
    return tuple(Block(*item) for item in ends.items())


def explained_layer(name: str, layers: Iterable[str]) -> str | None:
    """The layer by whose feature map a network's answers are explained best; None for the last one.

    Args:
        name: of the catalogue.
        layers: names of the layers of a model of it.

    Raises:
        UnknownModelError: no network has this name.
        MissingDependencyError: Keras does not start with the chosen backend.

    Example:
        >>> model = get_model("MobileNet", weights=None)
        >>> explained_layer("MobileNet", [layer.name for layer in model.layers])
        'conv_pw_12_relu'
    """
    wanted = getattr(_family(variant(name).family), "EXPLAINED", None)
    return next((layer for layer in layers if layer == wanted), None)
