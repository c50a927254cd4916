"""Pictures cross the frozen part of a network once; what comes out is kept."""

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..._progress import progress
from ...errors import ArgumentError
from ...images import Preparation
from .keeping import NOWHERE, Keeper
from .network import FrozenNetwork, shared_network
from .rows import Features
from .sources import UNREADABLE, Digests, Pictures, Problem, Source, source_of
from .store import FeatureStore, FileFeatureStore
from .versions import AugmentedSource, Versions

if TYPE_CHECKING:
    import keras

_GROUP = 64  # pictures that are decoded while as many are computed
_LOOKED_UP = 1024  # pictures that are looked for together: more of them would only take memory


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Extracted:
    """The features of pictures.

    Attributes:
        features: one row for each usable picture, in their order.
        kept: index of each of them among all pictures.
        errors: why others are not usable, by their index.
    """

    features: Features
    kept: NDArray[np.int64]
    errors: dict[int, Problem]


def extract(
    prefix: "keras.Model",
    pictures: Pictures | Versions,
    preparation: Preparation,
    *,
    precision: str = "float32",
    dtype: str = "float32",
    store: FeatureStore | None = None,
    on_error: str = "raise",
    verify: bool = False,
    networks: dict[str, FrozenNetwork] | None = None,
) -> Extracted:
    """Compute the features of pictures, or find them where they were kept.

    They are kept under everything that changes them: graph and weights of the network, precision, preparation, versions
    of Pillow and OpenVINO, and the content of each picture. The same picture is computed once, under however many
    paths. A run that is interrupted continues where it stopped; memory does not grow with the number of pictures.

    Args:
        prefix: a model with one input, pictures, and any number of outputs.
        pictures: paths, or an array of shape (N, *preparation.size, 3), RGB in [0, 255]; or several versions of either,
            in which the row of version ``numbers[v]`` of picture ``p`` is ``v * N + p``.
        preparation: how they become what the model takes.
        precision: in which the network computes, as for ``amalthea.predictor``.
        dtype: in which features are kept: "float32", or "float16" for half the room.
        store: where; None takes files in the cache folder. Where nothing can be written, a warning says so, and the
            features stay in memory.
        on_error: "raise", or "skip" for pictures that cannot be used.
        verify: read files again that look as if they had not changed.
        networks: the prefix as graphs, by the kind of pictures: those of earlier calls are used, and new ones added.
            For calls with the same prefix, preparation and precision.

    Raises:
        ArgumentError: an argument that cannot be used, or features too large for float16.
        UnsupportedLayerError: the model cannot become a graph.
        ImageError: a file is no usable picture, or changed meanwhile.
        MissingFileError: there is no such file.
    """
    for name, value, allowed in (
        ("dtype", dtype, ("float32", "float16")),
        ("on_error", on_error, ("raise", "skip")),
    ):
        if value not in allowed:
            raise ArgumentError(f"{name}={value!r}; allowed are {' and '.join(map(repr, allowed))}.")
    source = _source(pictures, preparation, verify)
    network = shared_network({} if networks is None else networks, prefix, preparation, source.kind, precision)
    keeper = Keeper(FileFeatureStore() if store is None else store, network.key(dtype), network.shapes, dtype)
    digests = source.digests
    rows = _known(keeper, digests)
    errors = _added(keeper, network, source, digests, rows, on_error)
    kept = np.flatnonzero(rows != NOWHERE)
    return Extracted(features=keeper.features(rows[kept]), kept=kept, errors=dict(sorted(errors.items())))


def _source(pictures: Pictures | Versions, preparation: Preparation, verify: bool) -> Source:
    if isinstance(pictures, Versions):
        source = source_of(pictures.pictures, preparation, verify=verify)
        return AugmentedSource(source, pictures.augmenting, pictures.numbers)
    return source_of(pictures, preparation, verify=verify)


def _known(keeper: Keeper, digests: Digests) -> NDArray[np.int64]:
    """Rows of the pictures whose features were kept before, ``NOWHERE`` for others."""
    rows = np.full(len(digests), NOWHERE, np.int64)
    for start in range(0, len(rows), _LOOKED_UP):
        group = [digest.tobytes() for digest in digests[start : start + _LOOKED_UP]]
        found = keeper.find([digest for digest in dict.fromkeys(group) if digest != UNREADABLE])
        rows[start : start + len(group)] = [found.get(digest, NOWHERE) for digest in group]
    return rows


def _added(
    keeper: Keeper,
    network: FrozenNetwork,
    source: Source,
    digests: Digests,
    rows: NDArray[np.int64],
    on_error: str,
) -> dict[int, Problem]:
    """Compute what is nowhere, and set its rows; why pictures are not usable, by their index, for they have none."""
    errors: dict[int, Problem] = {}
    wanted = np.flatnonzero(rows == NOWHERE)
    if not len(wanted):
        return errors
    done = 0
    with progress("Extracting features", "pictures") as show, closing(source.read(wanted, _GROUP)) as groups:
        show(0, len(wanted))
        for group in groups:
            usable = {index: found for index, found in group if isinstance(found, np.ndarray)}
            errors |= {index: found for index, found in group if not isinstance(found, np.ndarray)}
            if errors and on_error == "raise":
                raise next(iter(errors.values()))
            named = {index: digests[index].tobytes() for index in usable}
            places = keeper.find(list(set(named.values())))  # of copies of earlier pictures
            new = {digest: index for index, digest in named.items() if digest not in places}
            if new:
                places |= keeper.add(list(new), network([usable[index] for index in new.values()]))
            rows[list(named)] = [places[digest] for digest in named.values()]
            done += len(group)
            show(done, len(wanted))
    return errors
