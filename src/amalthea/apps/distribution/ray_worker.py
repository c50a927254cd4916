"""What each worker of a Ray cluster does: shard after shard, by itself, and writes it down."""

import hashlib
import json
import os
import platform
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ray

from ... import __version__, errors
from ...errors import AmaltheaError, ArgumentError, StorageError
from ...storage import unusable_folder
from . import layout
from .computing import ShardWorker
from .locations import is_uri
from .plan import Plan
from .writing import Record

_SETTINGS = "AMALTHEA_"  # with which all of them begin
_SECRET = "AMALTHEA_API_KEY"  # of a server, which is nothing to workers
_TRIES = 10  # at each shard; what has ended that many workers is not the fault of their machines

Batch = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What every worker is told, and what must be there as it is where the command was given.

    Attributes:
        folder: of the run.
        threads: of each worker.
        manifest: SHA-256 of the manifest in the folder, in hex.
        picture: a file that a worker must see as well; None where the pictures are not in files of a folder.
        settings: environment variables that hold for the computation.
        call: 16 digits that no other call of the engine has.
        amalthea: the version.
        python: the version.
    """

    folder: Path
    threads: int
    manifest: str
    picture: str | None
    settings: Mapping[str, str]
    call: str
    amalthea: str = __version__
    python: str = platform.python_version()


def orders(plan: Plan, threads: int) -> Orders:
    """The orders for workers that shall do what this process would do.

    Args:
        plan: of the run.
        threads: of each worker.
    """
    folder = plan.folder.absolute()
    known = {**plan.environment, **os.environ}  # of which the plan knows a limit that a script has set
    settings = {name: value for name, value in known.items() if name.startswith(_SETTINGS) and value != "None"}
    settings.pop(_SECRET, None)
    return Orders(
        folder=folder,
        threads=threads,
        manifest=_digest(layout.manifest(folder)),
        picture=_file_seen(plan),
        settings=settings,
        call=os.urandom(8).hex(),
    )


def check_place(orders: Orders) -> None:
    """Whether this machine can do its part.

    Raises:
        ArgumentError: it has another version of Python or Amalthea, or does not see the pictures.
        StorageError: it does not see the folder of the run.
    """
    if (orders.amalthea, orders.python) != (__version__, platform.python_version()):
        raise ArgumentError(
            f"Here are Amalthea {__version__} and Python {platform.python_version()}, but the command was given with "
            f"Amalthea {orders.amalthea} and Python {orders.python}. Install the same on all machines."
        )
    if _digest(layout.manifest(orders.folder)) != orders.manifest:
        raise StorageError(
            f"What the command wrote into {orders.folder} is not seen here. Name a folder that all machines share "
            "under the same path, such as one on a network drive."
        )
    if orders.picture and not os.path.exists(orders.picture):
        raise ArgumentError(
            f"There is no {orders.picture} here. Put the pictures where all machines see them under the same path, or "
            "into object storage."
        )


class Worker:
    """Finishes the shards that Ray Data hands to it; in a process of its own, with a network of its own."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._worker: ShardWorker | None = None

    def __call__(self, batch: Mapping[str, Any]) -> Batch:
        """Finish a shard.

        Errors are an answer too: Ray would wrap what is raised into its own words, and the tracebacks of all processes
        on the way.

        Args:
            batch: its number, under ``shard``.

        Returns:
            A row of its record, or of the error and the machine where it arose.
        """
        [shard] = batch["shard"]
        try:
            check_place(self._orders)  # each time: a drive that goes would make failures of all pictures
            if self._worker is None:
                self._worker = self._opened()
            with _tried(self._orders, int(shard)):
                record = json.dumps(asdict(self._worker.finish(int(shard))))
        except (AmaltheaError, OSError) as problem:
            return {"record": [""], "error": [type(problem).__name__], "message": [str(problem)], "machine": [_here()]}
        return {"record": [record], "error": [""], "message": [""], "machine": [""]}

    def _opened(self) -> ShardWorker:
        os.environ.update(self._orders.settings)
        return ShardWorker(self._orders.folder, self._orders.threads)


@contextmanager
def _tried(orders: Orders, shard: int) -> Iterator[None]:
    """Count how often a shard is begun and not ended, since Ray Data tries for ever what ends its workers.

    The file that counts, a byte a try, is a temporary one to whoever goes on with the run.
    """
    count = layout.records(orders.folder) / f".{shard:05}.{orders.call}.tries"
    try:
        count.parent.mkdir(exist_ok=True)
        with count.open("ab") as file:
            file.write(b".")
            tries = file.tell()
    except OSError as problem:
        raise unusable_folder(count.parent, problem, None) from problem
    try:
        if tries > _TRIES:
            raise AmaltheaError(
                f"Shard {shard} has ended {_TRIES} workers. They may lack memory, for which fewer workers help; or one "
                "of its pictures harms what decodes it. The finished shards are kept."
            )
        yield
    finally:
        count.unlink(missing_ok=True)


def record_of(row: Mapping[str, Any], several: bool) -> Record:
    """The record that a worker answered.

    Args:
        row: of its answer.
        several: whether there are several machines, of which an error must name one.

    Raises:
        AmaltheaError: what the worker answered instead, of the same class.
    """
    if row["error"]:
        kind = getattr(errors, row["error"], AmaltheaError)
        raise kind(f"On {row['machine']}: {row['message']}" if several else row["message"])
    return Record(**json.loads(row["record"]))


def _file_seen(plan: Plan) -> str | None:
    """A file with a picture, or with many, that is seen here."""
    shard = plan.listed(0)
    for path, source in zip(shard.column("path").to_pylist(), shard.column("source").to_pylist(), strict=True):
        file = os.path.join(plan.start or "", source or path)
        if not is_uri(source or path) and os.path.exists(file):
            return file
    return None


def _here() -> str:
    return f"{socket.gethostname()} ({ray.util.get_node_ip_address()})"


def _digest(path: Path) -> str:
    """Of a file, in hex; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
