"""Features of any layer, in files that other tools read."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from ..._progress import progress
from ...errors import ArgumentError, MissingDependencyError, MissingFileError
from ...storage import atomic_file
from ..base import Wishes, base_of
from ..cutting.flat import flattened
from .extraction import Extracted, extract
from .rows import Features
from .sources import Pictures

if TYPE_CHECKING:
    import keras

_ROWS = 256  # that are in memory at once
_POOLINGS = ("avg", "max")
_USUAL = Wishes()


def layer_features(
    model: "str | keras.Model",
    pictures: Pictures,
    *,
    layer: str | None = None,
    pooling: str | None = None,
    wishes: Wishes = _USUAL,
    **settings: Any,
) -> Extracted:
    """What a layer of a network returns for pictures.

    Args:
        model: a name of the catalogue, or a functional or ``Sequential`` model.
        pictures: as for ``extract``.
        layer: its name; None for the last one, which for a name is the last before its classifier.
        pooling: "avg" or "max" over all positions of a feature map, (N, H, W, C); features of shape (N, C) stay as they
            are. None keeps maps.
        wishes: how a named network is built, and how pictures are prepared.
        settings: as for ``extract``.

    Raises:
        ArgumentError: an argument that cannot be used; the model has no such layer.
        MissingFileError, ImageError: see ``extract``.

    Example:
        >>> found = layer_features("EfficientNetLite0", ["elephant.jpg"], pooling="avg")
        >>> found.features.shapes
        ((1280,),)
    """
    base = base_of(model, wishes._replace(features=layer))
    return extract(_pooled(flattened(base.network, layer), pooling), pictures, base.preparation, **settings)


def write_features(out: Path, features: Features, paths: Sequence[str | os.PathLike[str]]) -> None:
    """Write features and the pictures that they belong to; they need not fit into memory.

    Args:
        out: ends in ``.npz``, for the arrays ``features``, shape (N, ...), float32, and ``paths`` of ``numpy.load``; or
            in ``.parquet``, for a table with the columns ``path`` and ``features``, flat lists of equal length.
        features: of one tensor.
        paths: one a row.

    Raises:
        ArgumentError: another suffix, several tensors, or another number of paths.
        MissingFileError: the folder of ``out`` is not there.
        MissingDependencyError: ``.parquet`` needs pyarrow.
        StorageError: the folder cannot be written, or the disk is full.

    Example:
        >>> found = layer_features("EfficientNetLite0", ["elephant.jpg"], pooling="avg")
        >>> write_features(Path("features.npz"), found.features, ["elephant.jpg"])
        >>> np.load("features.npz")["features"].shape
        (1, 1280)
    """
    check_feature_file(out)
    if len(features.shapes) != 1 or len(features) != len(paths):
        raise ArgumentError(
            f"{out}: {len(features)} rows of {len(features.shapes)} tensors and {len(paths)} paths; allowed is one "
            "tensor, with a path a row."
        )
    names = [os.fspath(path) for path in paths]
    with atomic_file(out, setting=None) as temporary:
        write = _write_npz if out.suffix == ".npz" else _write_parquet
        write(temporary, features, names)


def check_feature_file(out: Path) -> None:
    """Refuse a file that ``write_features`` cannot write, before there is anything to write.

    Raises:
        ArgumentError: another suffix.
        MissingFileError: its folder is not there.
        MissingDependencyError: ``.parquet`` needs pyarrow.
    """
    if out.suffix not in (".npz", ".parquet"):
        raise ArgumentError(f"{out}: the suffix chooses the format; allowed are .npz and .parquet.")
    if not out.parent.is_dir():
        raise MissingFileError(f"{out} cannot be written, for there is no folder {out.parent}. Make it first.")
    if out.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError as problem:
            raise MissingDependencyError(
                f'{out}: Parquet files need pyarrow: pip install "amalthea[parquet]". Or write .npz.'
            ) from problem


def _pooled(prefix: "keras.Model", pooling: str | None) -> "keras.Model":
    if pooling is None:
        return prefix
    if pooling not in _POOLINGS:
        raise ArgumentError(f"pooling={pooling!r}; allowed are {', '.join(map(repr, _POOLINGS))} and None.")
    import keras

    [found] = prefix.outputs
    if len(found.shape) == 2:
        return prefix
    if len(found.shape) != 4:
        raise ArgumentError(
            f"pooling={pooling!r}: the features of {prefix.name!r} have the shape {tuple(found.shape[1:])}, which is "
            "no feature map (H, W, C). Leave pooling out, or name another layer."
        )
    kind = keras.layers.GlobalAveragePooling2D if pooling == "avg" else keras.layers.GlobalMaxPooling2D
    data_format = "channels_last" if prefix.inputs[0].shape[-1] == 3 else "channels_first"
    return keras.Model(prefix.inputs, kind(data_format)(found), name=prefix.name)


def _blocks(features: Features) -> Iterator[NDArray[np.float32]]:
    """The rows, as many at a time as are held in memory."""
    with progress("Writing features", "pictures") as show:
        for start in range(0, len(features), _ROWS):
            end = min(start + _ROWS, len(features))
            yield features.take(range(start, end))[0]
            show(end, len(features))


def _write_npz(path: Path, features: Features, paths: list[str]) -> None:
    """As ``numpy.savez`` does, which would want the whole array."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(features), *features.shapes[0])}
    with ZipFile(path, "w") as archive:
        with archive.open("features.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(member, header)
            for block in _blocks(features):
                member.write(block.astype("<f4", copy=False).tobytes())
        with archive.open("paths.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, np.array(paths, np.str_), allow_pickle=False)


def _write_parquet(path: Path, features: Features, paths: list[str]) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    [shape] = features.shapes
    width = int(np.prod(shape))
    columns = [("path", pa.string()), ("features", pa.list_(pa.float32(), width))]
    names = [name.encode("utf-8", "replace").decode() for name in paths]
    with ParquetWriter(path, pa.schema(columns, {"shape": str(shape)})) as writer:
        start = 0
        for block in _blocks(features):
            lists = pa.FixedSizeListArray.from_arrays(pa.array(block.reshape(-1)), width)
            writer.write_table(pa.Table.from_arrays([names[start : start + len(block)], lists], schema=writer.schema))
            start += len(block)
