"""The file that fills a network: looked into before the network is built, since another maker's may need an edition."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path

import keras

from .. import _keras
from ..catalog import Scaling, Variant, WeightFile
from ..errors import WeightsMismatchError, warn
from ..weights import Checkpoint, StoredLayer, assign_weights, identify, read_weights, record_first, weight_file

# Kinds of layers with weights that a network may leave without names; Keras numbers them through a whole process.
_NUMBERED = ("conv2d", "batch_normalization")


@dataclass(frozen=True, slots=True)
class _Network:
    """What ``assign_weights`` takes for a whole model, though it leaves out layers that somebody put in front."""

    layers: Sequence[keras.Layer]


@dataclass(frozen=True, slots=True)
class Source:
    """A weight file, none of whose numbers has been read.

    Attributes:
        path: of the file, for messages.
        layers: that it holds; those of another maker's file under Keras' names.
        checkpoint: another maker's file; None for one of Keras.
        official: the catalogue's row of a published file; None for a file of the user's.
    """

    path: str
    layers: tuple[StoredLayer, ...]
    checkpoint: Checkpoint | None
    official: WeightFile | None

    @property
    def edition(self) -> str:
        """Which edition of the network these weights fit; empty for the network of Keras."""
        return self.checkpoint.edition if self.checkpoint else ""

    @property
    def scaling(self) -> Scaling | None:
        """What they expect of pixels; None for what the catalogue says."""
        return self.checkpoint.scaling if self.checkpoint else None


def official_file(spec: Variant, *, top: bool, alpha: float, side: int | None) -> WeightFile:
    """The published file that suits best; where there is one for each of several sizes and none fits, say so."""
    file = weight_file(spec, top=top, alpha=alpha, size=side)
    sizes = sorted({other.size for other in spec.files if other.alpha == alpha})
    if side not in (None, file.size) and len({other.size for other in spec.files}) > 1:
        warn(f"{spec.name}: weights exist for {sizes} pixels, not for {side}; those for {file.size} are loaded.")
    return file


def look_into(path: str | PathLike[str], spec: Variant, official: WeightFile | None) -> Source:
    """Opens a weight file for a network, and says in a warning what it changes.

    Args:
        path: of the file.
        spec: row of the network.
        official: row of the file, if it is a published one.

    Raises:
        WeightsMismatchError: another maker's file of another network, or of one that is unknown.
        WeightsError, MissingFileError: see ``weights.read_weights``.
    """
    name, stored = fspath(path), read_weights(path)
    checkpoint = identify(stored, source=name)
    if checkpoint is None:
        return Source(name, stored, None, official)
    held = f"{name} holds weights of {checkpoint.variant} by {checkpoint.maker}"
    if checkpoint.variant != spec.name:
        raise WeightsMismatchError(f"{held}, not of {spec.name}. Build {checkpoint.variant} with them.")
    if notes := _differences(checkpoint, spec):
        warn(f"{held}. {notes}")
    return Source(name, checkpoint.layers, checkpoint, official)


def fill(layers: Sequence[keras.Layer], source: Source) -> None:
    """Gives a network's layers the numbers of the file, all or none.

    Raises:
        WeightsMismatchError: they do not fit; no weight was changed.
        BrokenWeightsError: the numbers cannot be read; no weight was changed.
    """
    foreign = source.checkpoint is not None
    stored = _renamed(source.layers, layers) if foreign else source.layers
    assign_weights(_Network(layers), stored, source=source.path, by_name=foreign, give_value=_keras.give_value)
    if source.official:
        record_first(Path(source.path), source.official)


def _differences(checkpoint: Checkpoint, spec: Variant) -> str:
    notes = [checkpoint.difference] if checkpoint.difference else []
    if checkpoint.scaling is not spec.scaling:
        notes.append(
            f"They expect pixels in mode {checkpoint.scaling.value!r}, not {spec.scaling.value!r}: use "
            f"imagenet_utils.preprocess_input(x, mode={checkpoint.scaling.value!r}) for them. "
            "amalthea.predictor(model).predict_images knows."
        )
    return " ".join(notes)


def _renamed(stored: Sequence[StoredLayer], layers: Sequence[keras.Layer]) -> list[StoredLayer]:
    """The same layers of the file; of those that it counts from 0, the network's first may be number 94."""
    names = {}
    for kind in _NUMBERED:
        matches = ((re.fullmatch(rf"{kind}(?:_(\d+))?", layer.name), layer.name) for layer in layers)
        numbered = sorted((int(match[1] or 0), name) for match, name in matches if match)
        names.update({f"{kind}_{place}" if place else kind: name for place, (_, name) in enumerate(numbered)})
    return [replace(layer, name=names.get(layer.name, layer.name)) for layer in stored]
