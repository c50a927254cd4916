"""Labelled pictures on their way through the frozen part of a model, as they are or augmented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import listed, warn
from ...images import Preparation, read_resized
from ..features.augmenting import Augmenting, numbers_of
from ..features.changing import Compute, LiveRows, Plain, VersionsInTurn
from ..features.extraction import Extracted, extract
from ..features.in_memory import PicturesInMemory
from ..features.network import FrozenNetwork, shared_network
from ..features.scaled import ScaledPictures
from ..features.sources import Pictures, Problem, source_of
from ..features.store import FeatureStore
from ..features.versions import Versions
from .labelled import Samples

if TYPE_CHECKING:
    import keras

    from ..training.batches import Rows
    from ..training.settings import Training

_AT_ONCE = 64  # augmented pictures that are computed together, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """How pictures cross the frozen part of a model.

    Attributes:
        preparation: what happens to them before.
        precision: of the frozen part: ``"float32"`` or ``"bfloat16"``.
        dtype: in which features are kept: ``"float32"`` or ``"float16"``.
        on_error: ``"raise"``, or ``"skip"`` to leave unusable files out, with a warning.
        verify: whether files are read again to see that they are those whose features are kept.
        store: where features are kept; None takes the one in the cache folder.
        augmenting: how pictures to learn from are augmented; None: not at all.
    """

    preparation: Preparation
    precision: str = "float32"
    dtype: str = "float32"
    on_error: str = "raise"
    verify: bool = False
    store: FeatureStore | None = None
    augmenting: Augmenting | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A model in two, as ``divide`` returns it.

    Attributes:
        networks: the prefix as graphs, see ``extract``: made once for all pictures of a training of their kind.
    """

    prefix: "keras.Model | None"
    suffix: "keras.Model"
    networks: dict[str, FrozenNetwork] = field(default_factory=dict)

    @property
    def channels_first(self) -> bool:
        """Whether a model that is not divided takes pictures of shape (3, H, W)."""
        return bool(self.suffix.input_shape[1] == 3 and self.suffix.input_shape[3] != 3)


class Crossed(NamedTuple):
    """What the trained part learns from.

    Attributes:
        rows: one for each usable picture.
        labels: of the rows, shape (N,).
        skipped: how many pictures are not usable.
        weights: of the rows, shape (N,); None: they count all the same.
    """

    rows: "Rows"
    labels: NDArray[np.int64]
    skipped: int
    weights: NDArray[np.float32] | None


def crossed(parts: Parts, samples: Samples, extraction: Extraction) -> Crossed:
    """Pictures as they are: to judge by, or to learn from without augmentation.

    Raises:
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
    """
    if parts.prefix is None:
        errors = _unreadable(samples, extraction)
        kept = _others(samples, errors)
        rows: Rows = ScaledPictures(samples.take(kept).pictures, extraction.preparation, parts.channels_first)
    else:
        extracted = _extracted(parts.prefix, samples.pictures, extraction, parts.networks)
        rows, kept, errors = extracted.features, extracted.kept, extracted.errors
    _tell(errors, samples, extraction)
    return Crossed(rows, samples.labels[kept], len(errors), samples.weights_of(kept))


def crossed_to_learn(parts: Parts, samples: Samples, extraction: Extraction, training: "Training") -> Crossed:
    """Pictures to learn from, augmented if the extraction says so. Those that no frozen part sees are never kept.

    Raises:
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
    """
    if (augmenting := extraction.augmenting) is None:
        return crossed(parts, samples, extraction)
    if parts.prefix is None or augmenting.versions is None:
        return _live(parts, samples, extraction, augmenting, training.batch_size)
    return _versions(parts.prefix, parts, samples, extraction, augmenting, training.epochs)


def _live(parts: Parts, samples: Samples, extraction: Extraction, augmenting: Augmenting, batch_size: int) -> Crossed:
    """Augmented anew whenever they are asked for."""
    preparation = extraction.preparation
    pictures = PicturesInMemory(samples.pictures, preparation, extraction.on_error)
    kept = _others(samples, pictures.errors)
    _tell(pictures.errors, samples, extraction)
    source = source_of(samples.pictures, preparation, verify=extraction.verify)
    numbers = numbers_of(source.digests)
    usable = samples.take(kept)
    compute: Compute
    plain: Plain
    if parts.prefix is None:
        compute = partial(_scaled, preparation=preparation, channels_first=parts.channels_first)
        plain = partial(ScaledPictures, usable.pictures, preparation, parts.channels_first)
    else:
        compute = shared_network(parts.networks, parts.prefix, preparation, source.kind, extraction.precision)
        plain = partial(_plain, parts, usable, extraction)
    rows = LiveRows(
        picture=lambda row: pictures(int(kept[row])),
        numbers=numbers[kept],
        augmenting=augmenting,
        compute=compute,
        plain=plain,
        group=-(-_AT_ONCE // batch_size) * batch_size,
    )
    return Crossed(rows, usable.labels, len(pictures.errors), usable.weights)


def _versions(
    prefix: "keras.Model", parts: Parts, samples: Samples, extraction: Extraction, augmenting: Augmenting, epochs: int
) -> Crossed:
    """Features of those versions of each picture that the epochs take; they are kept."""
    numbers = augmenting.taken(epochs)
    found = _extracted(prefix, Versions(samples.pictures, augmenting, numbers), extraction, parts.networks)
    total = len(samples.labels)
    rows = np.full((len(numbers), total), -1)
    rows.flat[found.kept] = np.arange(len(found.kept))
    kept = np.flatnonzero((rows >= 0).all(axis=0))
    errors = {index % total: problem for index, problem in found.errors.items()}
    _tell(errors, samples, extraction)
    usable = samples.take(kept)
    versions = {number: found.features.subset(places) for number, places in zip(numbers, rows[:, kept], strict=True)}
    in_turn = VersionsInTurn(versions, augmenting, plain=partial(_plain, parts, usable, extraction))
    return Crossed(in_turn, usable.labels, len(errors), usable.weights)


def _plain(parts: Parts, samples: Samples, extraction: Extraction) -> "Rows":
    return crossed(parts, samples, extraction).rows


def _extracted(
    prefix: "keras.Model", pictures: Pictures | Versions, extraction: Extraction, networks: dict[str, FrozenNetwork]
) -> Extracted:
    return extract(
        prefix,
        pictures,
        extraction.preparation,
        precision=extraction.precision,
        dtype=extraction.dtype,
        store=extraction.store,
        on_error=extraction.on_error,
        verify=extraction.verify,
        networks=networks,
    )


def _scaled(pictures: NDArray[Any], preparation: Preparation, channels_first: bool) -> list[NDArray[np.float32]]:
    return ScaledPictures(pictures, preparation, channels_first).take(range(len(pictures)))


def _unreadable(samples: Samples, extraction: Extraction) -> dict[int, Problem]:
    """Files that are no usable pictures, or the first of them if it ends the run; before an epoch ends at one."""
    if isinstance(samples.pictures, np.ndarray):
        return {}
    preparation = extraction.preparation
    errors: dict[int, Problem] = {}
    for index, found in enumerate(read_resized(samples.pictures, preparation.size, preparation.interpolation)):
        if not isinstance(found, np.ndarray):
            errors[index] = found
            if extraction.on_error == "raise":
                break
    return errors


def _others(samples: Samples, errors: Mapping[int, Problem]) -> NDArray[np.int64]:
    return np.delete(np.arange(len(samples.labels)), list(errors))


def _tell(errors: Mapping[int, Problem], samples: Samples, extraction: Extraction) -> None:
    """Raise the first error, or say what is left out."""
    if not errors:
        return
    problems = [errors[index] for index in sorted(errors)]
    if extraction.on_error == "raise":
        raise problems[0]
    count = len(samples.labels)
    warn(f"{len(problems)} of {count} pictures cannot be used and are left out:\n{listed(problems)}")
