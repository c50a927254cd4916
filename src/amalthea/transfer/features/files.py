"""Features in files that other tools read. No Keras."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from ..._progress import progress
from ...errors import ArgumentError, MissingDependencyError, MissingFileError
from ...storage import atomic_file
from .rows import Features

_ROWS = 256  # that are in memory at once


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
        >>> from amalthea.transfer import layer_features
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
