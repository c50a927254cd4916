"""Writes a shard exactly once: its files appear whole, and it counts only when its record does, which comes last."""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet

from ...storage import atomic_file, unusable_folder
from ...storage.files import final_name
from . import layout


class ShardResult(NamedTuple):
    """What was computed of a shard.

    Attributes:
        rows: one a usable picture, in their order; see docs/scale.md for the columns.
        failures: ``path``, ``hash`` and ``reason`` of each other picture.
    """

    rows: pa.Table
    failures: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """That a shard is finished.

    Attributes:
        shard: its number.
        rows: how many its file has.
        failures: pictures of it that cannot be used.
        files: of each file its ``sha256`` and ``bytes``, by its path within the folder.
    """

    shard: int
    rows: int
    failures: int
    files: dict[str, dict[str, Any]]


def write_shard(folder: Path, shard: int, result: ShardResult) -> Record:
    """Write the files of a shard and its record, in the place of those that an earlier try may have left.

    Several processes may write the same shard at a time: they write the same.

    Args:
        folder: of the run.
        shard: its number.
        result: of it.

    Raises:
        StorageError: the folder cannot be written, or the disk is full. The shard does not count then.
    """
    tables, failures = {layout.part(shard): result.rows}, layout.failures(shard)
    if len(result.failures):
        tables[failures] = result.failures
    files = {name: _write(folder, name, table) for name, table in tables.items()}
    if failures not in files:
        (folder / failures).unlink(missing_ok=True)  # of an earlier try, when a picture could not be read for a while
    for name in files:
        flush_folder((folder / name).parent)  # or a power cut might leave the record without them
    record = Record(shard=shard, rows=len(result.rows), failures=len(result.failures), files=files)
    with atomic_file(layout.record(folder, shard), setting=None) as temporary:
        temporary.write_text(json.dumps(asdict(record)), encoding="utf-8")
    return record


def read_record(folder: Path, shard: int) -> Record | None:
    """The record of a shard; None where it is not finished, or its files are not there as they were written."""
    try:
        record = Record(**json.loads(layout.record(folder, shard).read_bytes()))
        whole = all((folder / name).stat().st_size == facts["bytes"] for name, facts in record.files.items())
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return record if whole and record.shard == shard else None


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left behind in the folder of a run. Only for whoever is alone there."""
    shutil.rmtree(layout.unfinished(folder), ignore_errors=True)
    for place in (folder / layout.RUN, layout.pictures(folder), layout.records(folder)):
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if final_name(entry.name) != entry.name:
                    Path(entry.path).unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Let what was renamed in a folder outlive a power cut, where the system can do that."""
    with suppress(OSError):  # Windows opens no folders
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def write_table(file: IO[bytes], table: pa.Table) -> None:
    """Write a table as Parquet: always the same bytes for the same rows."""
    # Every hash and number is another one, so that a dictionary of them would only take room.
    repeated = [name for name in table.column_names if name in ("source", "answer", "reason", "classes")]
    names = [f"{name}.list.element" if pa.types.is_list(table.schema.field(name).type) else name for name in repeated]
    parquet.write_table(table, file, compression="zstd", use_dictionary=names)


def _write(folder: Path, name: str, table: pa.Table) -> dict[str, Any]:
    path, unfinished = folder / name, layout.unfinished(folder) / f"{os.urandom(8).hex()}.parquet"
    with atomic_file(unfinished, setting=None) as temporary, temporary.open("wb") as file:
        hashed = _Hashed(file)
        write_table(hashed, table)  # type: ignore[arg-type]
    try:
        path.parent.mkdir(exist_ok=True)
        os.replace(unfinished, path)
    except OSError as problem:
        unfinished.unlink(missing_ok=True)
        raise unusable_folder(path.parent, problem, None) from problem
    return {"sha256": hashed.sha256.hexdigest(), "bytes": hashed.size}


class _Hashed:
    """A file that knows the hash of what is written into it, so that nobody reads it once more."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256, self.size = hashlib.sha256(), 0
        self.closed = False

    def write(self, content: Any) -> int:
        """Write, and hash."""
        self.sha256.update(content)
        self.size += len(content)
        return self._file.write(content)

    def tell(self) -> int:
        """How much was written."""
        return self.size

    def flush(self) -> None:
        """Hand everything to the system."""
        self._file.flush()

    def close(self) -> None:
        """Whoever opened the file closes it."""
