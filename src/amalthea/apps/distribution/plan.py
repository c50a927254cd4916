"""Which pictures belong to which shard: written once, so that a run can go on, on whatever machine."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import count, islice, zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from ... import __version__
from ..._progress import progress
from ...errors import ArgumentError, MissingFileError
from ...storage import atomic_file, digest, unusable_folder
from . import layout
from .environment import environment_here
from .locations import is_uri
from .network import files_of, write_network
from .request import Request
from .sources import LISTED, in_shards, listed
from .wording import AskedError, Wording
from .writing import flush_folder, remove_leftovers

FORMAT = 1
"""Raised whenever a run could not be gone on with by another version, or would get other rows."""

_START = "current folder"

_SHARDS_A_FILE = 256  # what a reader must know of the groups in a file of the plan stays small


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run, as its folder describes it.

    Attributes:
        folder: of the run.
        request: what is asked of each picture.
        pictures: how many there are.
        shards: into how many they are divided; numbered from 0 on.
        start: the folder from which relative paths count; None where no path is relative.
        files: SHA-256 of the files that the request names, by the names of its arguments.
        environment: what else decides the rows; see ``environment_here``.
        network_digest: SHA-256 of the file of the network.
    """

    folder: Path
    request: Request
    pictures: int
    shards: int
    start: str | None
    files: dict[str, str]
    environment: dict[str, str]
    network_digest: str

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> "Plan":
        """The plan in the folder of a run.

        Raises:
            MissingFileError: there is none.
            ArgumentError: it is damaged, or of another version.
        """
        folder = Path(folder)
        file = layout.manifest(folder)
        try:
            facts = json.loads(file.read_bytes())
            written = facts.pop("format"), facts.pop("amalthea")
            if written[0] == FORMAT:
                return cls(folder=folder, **{**facts, "request": Request(**facts["request"])})
        except (FileNotFoundError, NotADirectoryError):
            raise MissingFileError(f"There is no run in {folder}: it has no {file.relative_to(folder)}.") from None
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
            raise ArgumentError(f"{file} is damaged. Remove {folder}, and run again.") from problem
        raise ArgumentError(
            f"{file} has format {written[0]}, of amalthea {written[1]}; {__version__} goes on with runs of format "
            f"{FORMAT}. Go on with that version, or name another folder."
        )

    @property
    def network(self) -> Path:
        """The file of the network."""
        return layout.network(self.folder)

    def listed(self, shard: int) -> pa.Table:
        """The pictures of a shard, in their order: those of ``sources.LISTED``."""
        with _pictures_read(self.folder, shard) as file:
            return file.read_row_group(shard % _SHARDS_A_FILE)

    def all_listed(self) -> Iterator[pa.Table]:
        """The pictures of all shards, one after another."""
        for first in range(0, self.shards, _SHARDS_A_FILE):
            with _pictures_read(self.folder, first) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group)

    def deciding(self) -> dict[str, Any]:
        """All that decides the rows but the pictures, by names for messages."""
        files = {name: f"a file with SHA-256 {known}" for name, known in self.files.items()}
        return {**self.request.facts(), **files, **self.environment, _START: self.start}


def planned(folder: Path, request: Request, data: Sequence[str]) -> Plan:
    """Plan a run, or find the plan of one that is to go on. Only for whoever is alone in the folder.

    Args:
        folder: of the run; it exists.
        request: what is asked of each picture.
        data: names the pictures, as for ``listed``.

    Raises:
        ArgumentError: no picture is named, or the folder holds another run, or something else.
        StorageError: the folder cannot be written, or the disk is full.
        AmaltheaError: what ``listed`` and ``write_network`` raise.
    """
    start = None if all(is_uri(name) or os.path.isabs(name) for name in data) else os.getcwd()
    facts: dict[str, Any] = {"folder": folder, "request": request, "start": start, "files": files_of(request)}
    facts["environment"] = environment_here(request.views)
    wanted = Plan(**facts, pictures=0, shards=0, network_digest="")
    if not layout.manifest(folder).exists():
        return _new(wanted, data)
    known = Plan.read(folder)
    _check_same(known, wanted)
    _check_same_pictures(known, data)
    remove_leftovers(folder)
    (folder / layout.PLANNING).unlink(missing_ok=True)
    return known


def _new(wanted: Plan, data: Sequence[str]) -> Plan:
    folder = wanted.folder
    _take(folder)
    write_network(wanted.request, wanted.network)
    known = digest(wanted.network, "sha256")
    pictures, shards = _write_pictures(folder, in_shards(listed(data), wanted.request.shard_size))
    if not pictures:
        raise ArgumentError(f"{', '.join(data) or 'data'} names no picture. Give pictures, folders or lists of them.")
    for place in (folder, folder / layout.RUN):
        flush_folder(place)
    facts = {**asdict(wanted), "pictures": pictures, "shards": shards, "network_digest": known}
    del facts["folder"]
    with atomic_file(layout.manifest(folder), setting=None) as temporary:
        written = {"format": FORMAT, "amalthea": __version__, **facts}
        temporary.write_text(json.dumps(written, indent=2), encoding="utf-8")
    (folder / layout.PLANNING).unlink(missing_ok=True)
    return Plan.read(folder)


def _take(folder: Path) -> None:
    """Make an empty folder ours; or one that is, but whose planning was stopped, empty again.

    Raises:
        ArgumentError: it holds something that we did not write.
        StorageError: it cannot be written.
    """
    stopped = (folder / layout.PLANNING).exists()
    ours = {layout.LOCK, layout.PLANNING, layout.RUN} if stopped else {layout.LOCK}
    if foreign := {entry.name for entry in folder.iterdir()} - ours:
        raise ArgumentError(f"{folder} holds something else, such as {min(foreign)}. Name a new folder.")
    try:
        if stopped:
            shutil.rmtree(folder / layout.RUN, ignore_errors=True)
        (folder / layout.PLANNING).touch()
        (folder / layout.RUN).mkdir(exist_ok=True)
    except OSError as problem:
        raise unusable_folder(folder, problem, None) from problem


def _write_pictures(folder: Path, tables: Iterator[pa.Table]) -> tuple[int, int]:
    """Write the lists of all shards; how many pictures and shards they are."""
    pictures = shards = 0
    with progress("Planning", "pictures") as show:
        for first in count(0, _SHARDS_A_FILE):
            group = list(islice(tables, 1))
            if not group:
                break
            with (
                atomic_file(_pictures_file(folder, first), setting=None) as temporary,
                temporary.open("wb") as file,
                closing(
                    parquet.ParquetWriter(file, LISTED, compression="zstd", use_dictionary=["source", "stamp"])
                ) as writer,
            ):
                for table in _and_more(group, tables):
                    writer.write_table(table, row_group_size=len(table))
                    pictures, shards = pictures + len(table), shards + 1
                    show(pictures, None)
    flush_folder(layout.pictures(folder))
    return pictures, shards


def _and_more(first: list[pa.Table], tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield from first
    yield from islice(tables, _SHARDS_A_FILE - 1)


def _pictures_file(folder: Path, shard: int) -> Path:
    return layout.pictures(folder) / f"{shard // _SHARDS_A_FILE:05}.parquet"


@contextmanager
def _pictures_read(folder: Path, shard: int) -> Iterator[parquet.ParquetFile]:
    file = _pictures_file(folder, shard)
    try:
        with parquet.ParquetFile(file) as opened:
            yield opened
    except (pa.ArrowException, OSError) as problem:
        raise ArgumentError(
            f"{file} cannot be read: {problem}. Run again when it can; if it is damaged or lost, remove {folder} first."
        ) from problem


def _check_same(known: Plan, wanted: Plan) -> None:
    there, here = known.deciding(), wanted.deciding()
    other = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if other:
        if "task" in other:
            other = ["task"]  # by which the others are others
        asked = {*known.request.facts(), *wanted.request.facts()}

        def told(words: Wording, name: str) -> str:
            if name == _START and None in (there[name], here[name]):
                was, now = ("absolute" if start is None else "relative" for start in (there[name], here[name]))
                return f"the pictures were named by {was} paths, and are by {now} ones"
            if name not in asked:
                return f"{name} was {there.get(name)!r}, and is {here.get(name)!r}"
            was, now = (words.value(name, facts.get(name)) for facts in (there, here))
            return f"{words.name(name)} was {was}, and is {now}"

        raise AskedError(
            lambda words: (
                f"{known.folder} holds a run of which something else was asked: "
                f"{'; '.join(told(words, name) for name in other)}. Go on with it as it was, or name another folder."
            )
        )


def _check_same_pictures(known: Plan, data: Sequence[str]) -> None:
    place = 0
    found = in_shards(listed(data), known.request.shard_size)
    nothing = LISTED.empty_table()
    with progress("Comparing with the plan", "pictures") as show:
        for there, here in zip_longest(known.all_listed(), found, fillvalue=nothing):
            if not there.equals(here):
                _refuse_other_pictures(known, place, there, here)
            place += len(there)
            show(place, known.pictures)


def _refuse_other_pictures(known: Plan, place: int, there: pa.Table, here: pa.Table) -> None:
    pairs = zip_longest(there.to_pylist(), here.to_pylist(), fillvalue={"path": "no picture", "source": None})
    number, was, now = next((number, was, now) for number, (was, now) in enumerate(pairs, place + 1) if was != now)
    if was["path"] == now["path"]:
        told = f"{now['source'] or was['source']} was changed since"
    else:
        told = f"of {known.pictures}, number {number} was {was['path']}, and is {now['path']}"
    raise ArgumentError(
        f"{known.folder} holds a run of other pictures: {told}. Go on with the pictures of then, or name another "
        "folder."
    )
