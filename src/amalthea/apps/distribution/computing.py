"""Computes one shard after another: the same pictures give the same rows, wherever and however often that happens."""

import hashlib
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...errors import ArgumentError, ImageError, MissingFileError
from ...images import Picture, read_at_size
from ...images.ahead import ahead
from ...runtime import load
from ...storage import digest
from .contents import Content, Problem, contents
from .environment import check_environment
from .locations import is_uri
from .plan import Plan
from .rows import answering
from .writing import Record, ShardResult, write_shard

_AT_ONCE = 32  # pictures that the network is given at once
_AHEAD = 64  # pictures that are decoded meanwhile

_FAILURES = pa.schema([("path", pa.string()), ("hash", pa.string()), ("reason", pa.string())])


class _Read(NamedTuple):
    """A picture in the size of the network, or why there is none; and the hash of its bytes, if there are any."""

    path: str
    hash: str | None
    found: Picture | Problem


class ShardWorker:
    """Computes the shards of a run, whose folder holds all that it needs; opened once for many.

    Args:
        folder: of the run.
        threads: how many processors it uses. They do not change the numbers. With one, it does one thing at a time.

    Raises:
        MissingFileError: there is no run.
        ArgumentError: this process would compute other numbers, or the network of the run was replaced.
    """

    def __init__(self, folder: str | os.PathLike[str], threads: int = 1) -> None:
        self.plan = Plan.read(folder)
        check_environment(self.plan.environment, self.plan.request.views)
        if digest(self.plan.network, "sha256") != self.plan.network_digest:
            raise ArgumentError(f"{self.plan.network} was replaced since the run was planned. Run in another folder.")
        # As many streams as threads: each picture is computed by one thread, whose sums have one order.
        predictor = load(self.plan.network, threads=threads, streams=threads)
        if predictor.preparation is None:
            raise ArgumentError(
                f"{predictor.name} does not say which pixels it expects. Give scaling= to amalthea.save."
            )
        self._preparation = predictor.preparation
        self._answering = answering(predictor, self.plan.request)
        self._threads = threads

    def compute(self, shard: int) -> ShardResult:
        """The rows and the failures of a shard.

        Args:
            shard: its number.

        Raises:
            ArgumentError: a table of pictures was changed since the run was planned.
        """
        names: list[tuple[str, str | None]] = []
        failures: list[dict[str, str | None]] = []
        blocks = []
        with closing(self._pictures(shard)) as pictures:
            usable = self._usable(pictures, failures)
            while group := list(islice(usable, _AT_ONCE)):
                blocks.append(self._answering.numbers([picture for *_, picture in group]))
                names += [(path, known) for path, known, _ in group]
        answers = self._answering.columns(np.concatenate(blocks) if blocks else self._no_numbers())
        rows = answers.add_column(0, "path", pa.array([path for path, _ in names], pa.string()))
        rows = rows.add_column(1, "hash", pa.array([known for _, known in names], pa.string()))
        return ShardResult(rows, pa.Table.from_pylist(failures, _FAILURES))

    def finish(self, shard: int) -> Record:
        """Compute a shard and write it; doing so again changes nothing.

        Args:
            shard: its number.

        Raises:
            StorageError: the folder cannot be written, or the disk is full.
            ArgumentError: as ``compute``.
        """
        return write_shard(self.plan.folder, shard, self.compute(shard))

    def _usable(
        self, pictures: Iterable[_Read], failures: list[dict[str, str | None]]
    ) -> Iterator[tuple[str, str | None, Picture]]:
        """Those that can be used; the others are added to the failures."""
        for path, known, found in pictures:
            if isinstance(found, np.ndarray):
                yield path, known, found
            else:
                # Errors name paths as this system spells them, which takes a slash from a URI.
                told = str(found).replace(str(Path(path)), path) if is_uri(path) else str(found)
                failures.append({"path": path, "hash": known, "reason": told})

    def _pictures(self, shard: int) -> Generator[_Read]:
        with (
            closing(contents(self.plan.listed(shard), self.plan.start)) as stored,
            closing(self._all_read(stored)) as pictures,
        ):
            yield from pictures

    def _all_read(self, stored: Iterable[Content]) -> Generator[_Read]:
        """With one thread nothing is read ahead: the processor does one thing at a time."""
        if self._threads == 1:
            return (self._read(content) for content in stored)
        return ahead(self._read, stored, self._threads, _AHEAD)

    def _read(self, content: Content) -> _Read:
        path, found = content
        if not isinstance(found, bytes):
            return _Read(path, None, found)
        known, prepared = hashlib.sha256(found).hexdigest(), self._preparation
        file = _NamedBytes(found)
        file.name = path  # which errors tell
        try:
            return _Read(path, known, read_at_size(file, prepared.size, prepared.interpolation))
        except (ImageError, MissingFileError) as problem:
            return _Read(path, known, problem)

    def _no_numbers(self) -> NDArray[np.float32]:
        """What the network returns for no pictures at all, which no file need tell."""
        return self._answering.numbers([np.zeros((*self._preparation.size, 3), np.uint8)])[:0]


class _NamedBytes(BytesIO):
    name: str
