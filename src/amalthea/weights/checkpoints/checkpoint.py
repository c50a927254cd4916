"""What a recognised file holds, and how its tensors become those of Keras' layers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ...catalog import Scaling
from ...errors import WeightsMismatchError
from ..report import listed
from ..stored import StoredLayer, StoredTensor

Tensors: TypeAlias = Mapping[str, StoredTensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A weight file of another maker.

    Attributes:
        maker: whose names it has.
        variant: the catalogue's name of its network.
        scaling: what its weights expect of pixels.
        edition: which edition of the network they were trained in; empty where there is one only.
        difference: what this edition does in another way, as a sentence for people; empty without an edition.
        layers: under the names that Keras gives them, each with the arrays that Keras' layer has.

    Example:
        >>> checkpoint = Checkpoint(maker="torchvision", variant="VGG16", scaling=Scaling.TORCH, layers=())
        >>> checkpoint.scaling.value
        'torch'
    """

    maker: str
    variant: str
    scaling: Scaling
    edition: str = ""
    difference: str = ""
    layers: tuple[StoredLayer, ...]


class Recipe(NamedTuple):
    """How a layer of Keras is made.

    Attributes:
        names: of the tensors in the file.
        make: from these tensors to the layer's, in Keras' order; raises ValueError where their shapes allow none.
    """

    names: tuple[str, ...]
    make: Callable[..., tuple[StoredTensor, ...]] = lambda *tensors: tensors


Recipes: TypeAlias = Mapping[str, Recipe]


def translated(
    network: str,
    tensors: Tensors,
    body: Recipes,
    top: Recipes,
    *,
    left_out: str | None = None,
    saved_by: str = "Save the whole `model.state_dict()`",
) -> tuple[StoredLayer, ...]:
    """The layers of Keras, made of tensors that must be there, all of them and no others.

    Args:
        network: maker and variant, for errors.
        tensors: of the file, by name.
        body: how each layer is made.
        top: likewise those of the classifier, which a file may lack.
        left_out: how the names begin that only training needs.
        saved_by: what to do about a part, as the beginning of a sentence.

    Raises:
        WeightsMismatchError: a tensor is missing, or there is one more, or one of an impossible shape.
    """
    present = {layer: recipe for layer, recipe in top.items() if not tensors.keys().isdisjoint(recipe.names)}
    recipes = {**body, **present}
    known = {name for recipe in recipes.values() for name in recipe.names}
    if missing := [name for recipe in recipes.values() for name in recipe.names if name not in tensors]:
        raise WeightsMismatchError(
            f"has names of {network}, but lacks {listed(missing)}. Is it a part of the weights only? {saved_by}, or "
            "fetch the file again."
        )
    if others := [name for name in tensors if name not in known and not (left_out and name.startswith(left_out))]:
        raise WeightsMismatchError(
            f"has the names of {network}, and others for which that network has no place: {listed(others)}. It "
            "belongs to another network; Amalthea has none for it."
        )
    return tuple(StoredLayer(layer, _made(network, tensors, recipe)) for layer, recipe in recipes.items())


def _made(network: str, tensors: Tensors, recipe: Recipe) -> tuple[StoredTensor, ...]:
    try:
        return recipe.make(*(tensors[name] for name in recipe.names))
    except ValueError as problem:
        shapes = ", ".join(f"{name} {tensors[name].shape}" for name in recipe.names)
        raise WeightsMismatchError(f"has names of {network}, but {problem}: {shapes}. Fetch it again.") from None
