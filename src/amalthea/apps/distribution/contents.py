"""The bytes of the pictures of a shard, each read once."""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
from pyarrow import fs, parquet

from ...errors import ArgumentError, ImageError, MissingFileError
from ...images import read_picture
from ...images.ahead import ahead
from ..pictures import reason
from .locations import beside, is_uri
from .sources import content_column, stamp_of, told
from .stores import opened

_LARGEST = 2**30  # bytes of a file that is read as a picture
_WAITING = {False: 4, True: 16}  # threads that wait for disks, which may be another machine's; for object storage
_ROWS = 32  # of a table, that are in memory at a time

Problem: TypeAlias = ImageError | MissingFileError


class Content(NamedTuple):
    """A picture as it is stored.

    Attributes:
        path: how it is called.
        found: its bytes, or why there are none.
    """

    path: str
    found: bytes | Problem


def contents(shard: pa.Table, start: str | None) -> Generator[Content]:
    """The contents of pictures, in their order; few are in memory at a time.

    Args:
        shard: of ``sources.LISTED``.
        start: the folder from which relative paths count.
    """
    for (source, stamp, _), group in groupby(enumerate(shard.to_pylist()), _stretch):
        if source is None:
            paths = [listed["path"] for _, listed in group]
            threads = _WAITING[any(map(is_uri, paths))]
            with closing(ahead(partial(_of_file, start=start), paths, threads, 2 * threads)) as read:
                yield from read
        else:
            named = {listed["row"]: listed["path"] for _, listed in group}
            yield from _of_table(source, stamp, named, start)


def _stretch(numbered: tuple[int, dict[str, Any]]) -> tuple[str | None, str | None, int]:
    """The same for pictures that can be read together: files, or rows of a table that follow one another."""
    place, listed = numbered
    return listed["source"], listed["stamp"], 0 if listed["row"] is None else listed["row"] - place


def _of_file(path: str, start: str | None) -> Content:
    try:
        return Content(path, _of_store(path) if is_uri(path) else _of_disk(path, start))
    except (ImageError, MissingFileError) as problem:
        if is_uri(path):
            return Content(path, problem)
        return Content(path, type(problem)(reason(os.path.join(start or "", path), problem)))


def _of_disk(path: str, start: str | None) -> bytes:
    file = Path(start or "", path)
    try:
        status = os.stat(file)
        if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST:
            return file.read_bytes()
    except (OSError, ValueError):  # a path with a null character is a ValueError
        pass
    else:
        _check_size(path, status.st_size)
        if not stat.S_ISDIR(status.st_mode):
            raise ImageError(f"{path} is a device or a pipe, not a picture. Give the path of a file.")
    read_picture(file)  # says what is wrong, as `amalthea predict` does
    raise ImageError(f"{path} could not be read for a moment. Run again when its disk can be relied upon.")


def _of_store(location: str) -> bytes:
    try:
        system, path = opened(location)
        with system.open_input_file(path) as file:
            _check_size(location, file.size())
            return bytes(file.read())
    except FileNotFoundError:
        raise MissingFileError(f"There is no file {location}. Check the location.") from None
    except ArgumentError as problem:
        raise ImageError(str(problem)) from problem
    except (OSError, pa.ArrowException) as problem:
        raise ImageError(f"{location} cannot be read: {problem}. Check the location and your permissions.") from problem


def _check_size(path: str, size: int) -> None:
    if size > _LARGEST:
        raise ImageError(f"{path} has {size:,} bytes, more than the {_LARGEST:,} that a picture may have here.")


def _of_table(source: str, stamp: str | None, named: dict[int, str], start: str | None) -> Iterator[Content]:
    """The rows of a Parquet file; what it does not hold itself is read from where it says."""
    with told(source):
        system, path = opened(source if is_uri(source) else os.path.join(start or "", source))
        info = system.get_file_info(path)
        if info.type != fs.FileType.File or stamp_of(info) != stamp:
            raise ArgumentError(f"{source} is not the file of which the run was planned. Put that back, with its time.")
        with parquet.ParquetFile(system.open_input_file(path)) as file:
            column: str = content_column(file.schema_arrow) or ""
            for row, value in _values(file, column, min(named), max(named) + 1):
                content = value.get("bytes") if isinstance(value, dict) else value
                if content is not None:
                    yield Content(named[row], content)
                elif isinstance(value, dict) and value.get("path"):
                    yield _of_file(beside(source, value["path"]), start)._replace(path=named[row])
                else:
                    yield Content(named[row], ImageError(f"{named[row]} has no bytes in {source}. Fill the row."))


def _values(
    file: parquet.ParquetFile, column: str, first: int, end: int
) -> Iterator[tuple[int, bytes | dict[str, Any] | None]]:
    """Values of some rows, of which only the groups that hold them are read."""
    groups, row, begin = [], 0, None
    for group in range(file.num_row_groups):
        following = row + file.metadata.row_group(group).num_rows
        if row < end and following > first:
            groups.append(group)
            begin = row if begin is None else begin
        row = following
    row = begin or 0
    for batch in file.iter_batches(_ROWS, row_groups=groups, columns=[column]):
        for value in batch.column(0):
            if first <= row < end:
                yield row, value.as_py()
            row += 1
