"""The pictures that a user names, one after another, however many: folders, patterns, lists, tables, object storage."""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import glob, has_magic
from itertools import groupby, islice
from operator import methodcaller
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv, fs, parquet

from ...errors import ArgumentError, MissingFileError
from ...images import find_pictures
from ...images.find import is_picture_name
from .locations import LISTS, below, beside, is_uri, suffix_of
from .stores import opened

LISTED = pa.schema([("path", pa.string()), ("source", pa.string()), ("row", pa.int64()), ("stamp", pa.string())])
"""Of each picture: how it is called; where its bytes stand in a table, the file of that, the row from 0 on, and what
tells whether the file is still the same."""

_CONTENT = ("bytes", "image")  # columns of a table that may hold the files themselves
_NAMES = ("path", "id")  # columns that may name them then
_AT_ONCE = 65_536  # names that are in memory


def listed(data: Sequence[str]) -> Iterator[pa.Table]:
    """What stands for pictures, in the order in which it is named; some at a time.

    Args:
        data: each is a picture, a folder or a pattern, as for ``find_pictures``; a list of pictures: ``.txt``, a path
            or URI a line, ``.csv`` or ``.parquet``, a column ``path``; a table with the pictures themselves:
            ``.parquet``, a column ``bytes`` or ``image`` of binary values, or of structs ``{bytes, path}``; or a URI of
            any of these. Paths in a list count from its folder on.

    Yields:
        Tables of ``LISTED``.

    Raises:
        MissingFileError: there is no such list.
        ArgumentError: a list without such a column, or one that cannot be read.
    """
    for (uri, a_list), group in groupby(data, lambda name: (is_uri(name), suffix_of(name) in LISTS)):
        if a_list:
            for name in group:
                for location in _lists(name):
                    yield from _of_list(location)
        elif uri:
            for name in group:
                yield from _named(_below(name, is_picture_name))
        else:
            yield from _named(map(os.fspath, find_pictures(group)))


def in_shards(tables: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """The same rows, so many a table; fewer in the last."""
    waiting: list[pa.Table] = []
    count = 0
    for table in tables:
        waiting.append(table)
        count += len(table)
        if count < size:
            continue
        whole, start = pa.concat_tables(waiting).combine_chunks(), 0
        for start in range(0, count - size + 1, size):
            yield whole.slice(start, size)
        waiting, count = [whole.slice(start + size)], count - start - size
    if count:
        yield pa.concat_tables(waiting).combine_chunks()


def content_column(schema: pa.Schema) -> str | None:
    """The column of a table that holds the files of pictures; None where there is none."""
    for name in _CONTENT:
        kind = schema.field(name).type if schema.get_field_index(name) >= 0 else None
        if kind is not None and (_is_binary(kind) or (pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0)):
            return name
    return None


def stamp_of(info: Any) -> str:
    """What changes with a file, as far as its file system tells without reading it: size and time."""
    return f"{info.size} {info.mtime_ns}"


def _named(names: Iterable[str]) -> Iterator[pa.Table]:
    """Pictures that are files of their own."""
    remaining = iter(names)
    while some := list(islice(remaining, _AT_ONCE)):
        # One in another encoding is not found, and called so that it can be told which.
        texts = [name.encode("utf-8", "backslashreplace").decode() for name in some]
        yield pa.Table.from_arrays(
            [pa.array(texts), *(pa.nulls(len(some), field.type) for field in list(LISTED)[1:])], schema=LISTED
        )


def _lists(name: str) -> Iterator[str]:
    """The lists that are meant by a name, a pattern, or a folder such as others write for a large table."""
    is_pattern = not is_uri(name) and has_magic(name) and not os.path.exists(name)
    for location in (sorted(glob(name, recursive=True)) or [name]) if is_pattern else [name]:
        yield from _below(location, methodcaller("endswith", suffix_of(location)))


def _below(location: str, wanted: Callable[[str], bool], above: frozenset[str] = frozenset()) -> Iterator[str]:
    """The location itself; if it is a folder, the wanted files in it and below, sorted, hidden ones left out.

    Links are followed until they come round: to one of the folders above.
    """
    system, path = opened(location)
    here = above | {os.path.realpath(path)} if system.type_name == "local" else above
    if above and here == above:
        return
    with told(location):
        if system.get_file_info(path).type != fs.FileType.Directory:
            yield location
            return
        entries = system.get_file_info(fs.FileSelector(path))
    for entry in sorted(entries, key=lambda entry: entry.base_name):
        if entry.base_name.startswith("."):
            continue
        if entry.type == fs.FileType.Directory:
            yield from _below(below(location, entry.base_name), wanted, here)
        elif wanted(entry.base_name):
            yield below(location, entry.base_name)


def _of_list(location: str) -> Iterator[pa.Table]:
    readers = {".txt": _of_lines, ".csv": _of_csv, ".parquet": _of_parquet}
    system, path = opened(location)
    with told(location):
        kind = system.get_file_info(path).type
    if kind != fs.FileType.File:
        here = "" if is_uri(location) else f" (looked for at {path})"
        raise MissingFileError(f"There is no file {location}{here}. Check the path.")
    with told(location):
        yield from readers[suffix_of(location)](location, system, path)


def _of_lines(location: str, system: Any, path: str) -> Iterator[pa.Table]:
    with system.open_input_stream(path, compression=None) as stream:
        lines = io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8-sig", errors="replace")
        yield from _named(beside(location, name) for line in lines if (name := line.rstrip("\r\n")))


def _of_csv(location: str, system: Any, path: str) -> Iterator[pa.Table]:
    with system.open_input_stream(path, compression=None) as stream:
        _check_column(location, csv.open_csv(stream).schema)
    # Nothing but paths: in another column, numbers may be followed by words a million rows later.
    wanted = csv.ConvertOptions(include_columns=["path"], column_types={"path": pa.string()})
    with system.open_input_stream(path, compression=None) as stream:
        for batch in csv.open_csv(stream, convert_options=wanted):
            yield from _named(beside(location, name) for name in batch.column("path").to_pylist() if name)


def _of_parquet(location: str, system: Any, path: str) -> Iterator[pa.Table]:
    with parquet.ParquetFile(system.open_input_file(path)) as file:
        schema = file.schema_arrow
        content = content_column(schema)
        if content is None:
            _check_column(location, schema)
            for batch in file.iter_batches(_AT_ONCE, columns=["path"]):
                names = batch.column("path").cast(pa.string()).to_pylist()
                yield from _named(beside(location, name) for name in names if name)
            return
        row, stamp = 0, stamp_of(system.get_file_info(path))
        for batch in file.iter_batches(_AT_ONCE, columns=_naming(schema, content)):
            rows = pa.array(range(row, row + len(batch)), pa.int64())
            row += len(batch)
            source, stamps = (pa.repeat(pa.scalar(text), len(batch)) for text in (location, stamp))
            yield pa.Table.from_arrays([_names_of(batch, location, rows), source, rows, stamps], schema=LISTED)


def _naming(schema: pa.Schema, content: str) -> list[str]:
    """The columns that name the pictures of a table, without their content; a light one where none does."""
    named = [name for name in _NAMES if schema.get_field_index(name) >= 0]
    kind = schema.field(content).type
    if not named and pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
        named = [f"{content}.path"]
    return named[:1]


def _names_of(batch: pa.RecordBatch, location: str, rows: pa.Array) -> pa.Array:
    numbered = pc.binary_join_element_wise(f"{location}#", rows.cast(pa.string()), "")
    if not batch.num_columns:
        return numbered
    column = batch.column(0)
    if pa.types.is_struct(column.type):
        column = pc.struct_field(column, "path")
    return pc.coalesce(column.cast(pa.string()), numbered)


def _check_column(location: str, schema: pa.Schema) -> None:
    if schema.get_field_index("path") < 0:
        raise ArgumentError(
            f"{location} has no column 'path' of pictures' paths, nor 'bytes' or 'image' of their content; it has "
            f"{', '.join(map(repr, schema.names)) or 'none'}. Rename one of them."
        )


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


@contextmanager
def told(location: str) -> Iterator[None]:
    """Errors of reading name the list, the table or the folder.

    Raises:
        ArgumentError: in the place of what pyarrow raises.
    """
    try:
        yield
    except (pa.ArrowException, OSError) as problem:
        if isinstance(problem, ArgumentError):
            raise
        raise ArgumentError(
            f"{location} cannot be read: {problem}. Check what it is, and your permissions."
        ) from problem
