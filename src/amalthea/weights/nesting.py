"""A network that lies within another one: in the file, or here."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from .layer import inner_layers
from .matching import Place, matched, places
from .stored import StoredLayer


def nesting(found: Sequence[Place], holders: Sequence[StoredLayer]) -> str | None:
    """The reason why a file does not fit, if one side has the other within a model of its own; else None.

    Args:
        found: the layers with weights.
        holders: the layers of the file that have tensors.
    """
    for name, inside in _models_in_file(holders).items():
        if _fits(found, inside):
            return (
                f"The file has these layers within its model {name!r}: fill the whole model that was saved, and take "
                f"its get_layer({name!r})."
            )
    for name, places_inside in _models_among(found).items():
        if _fits(places_inside, holders):
            return f"The file has only the model {name!r} within this one: fill model.get_layer({name!r})."
    return None


def _models_in_file(holders: Sequence[StoredLayer]) -> dict[str, list[StoredLayer]]:
    """The layers of each model within the file's model, as they would be in a file of it alone."""
    models = defaultdict(list)
    for holder in holders:
        outer, _, rest = (holder.address or "").partition("/")
        if rest:
            models[holder.name.partition("/")[0] or outer].append(replace(holder, address=rest))
    return models


def _models_among(found: Sequence[Place]) -> dict[str, list[Place]]:
    """The layers of each model within the model, as they would be found in it alone."""
    models = defaultdict(list)
    for place in found:
        outer, _, rest = place.name.partition("/")
        if within := inner_layers(place.layer):
            models[place.name] = places(within, inner=True)
        elif rest:
            models[outer].append(Place(rest, place.address.partition("/")[2], place.layer))
    return models


def _fits(found: Sequence[Place], holders: Sequence[StoredLayer]) -> bool:
    """Whether most layers fit, since a classifier may be missing or another one."""
    fitting = sum(bool(match.pairs) for match in matched(found, holders, by_name=False))
    return fitting > len(found) / 2
