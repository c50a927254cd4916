"""``amalthea.distribute``: one network over many pictures, by one of two engines, which write the same."""

import os
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..._progress import progress
from ...errors import AmaltheaError, ArgumentError, MissingDependencyError, MissingFileError, warn
from ...storage import exclusive, unusable_folder
from . import layout
from .locations import is_uri
from .request import Request, is_count
from .wording import NO_STORE, AskedError

if TYPE_CHECKING:
    from .plan import Plan
    from .writing import Record

    Run: TypeAlias = Callable[[Plan, list[int]], Iterator[Record]]

_ENGINES = ("local", "ray")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributed:
    """A run that is finished.

    Attributes:
        folder: that holds its files.
        pictures: how many were named.
        rows: how many could be used, each a row.
        failures: how many could not, each a row of the files in ``_failures``.
        shards: into how many they were divided.
        computed: how many of those this call computed; earlier ones had finished the others.
        seconds: that this call took.
    """

    folder: Path
    pictures: int
    rows: int
    failures: int
    shards: int
    computed: int
    seconds: float


def distribute(
    data: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    model: str | os.PathLike[str] = "EfficientNetLite0",
    task: str = "predict",
    out: str | os.PathLike[str] = "answers",
    *,
    engine: str = "local",
    address: str | None = None,
    workers: int | None = None,
    threads: int | None = None,
    **asked: Any,
) -> Distributed:
    """Let a network answer any number of pictures, on this machine or on a Ray cluster, into Parquet files.

    The pictures are divided into shards, each of which is computed and written exactly once. A run that was stopped, in
    whatever way, goes on by the same call. Both engines write the same rows, whatever the number of workers and
    threads, on processors of the same kind. Pictures that cannot be used stop nothing: they go into a table of their
    own, with the reason.

    Args:
        data: pictures, folders and patterns; lists of pictures: ``.txt``, a path or URI a line, ``.csv`` or
            ``.parquet``, a column ``path``; tables of pictures: ``.parquet``, a column ``bytes`` or ``image``; or URIs
            of any of these that pyarrow opens, such as ``s3://bucket/pets``.
        model: a name of the catalogue; or the path of a file: for predictions an ``.onnx`` file of ``amalthea.save``,
            for features a ``.keras`` file of ``amalthea train``.
        task: ``"predict"``, the best classes; or ``"features"``, what a layer returns.
        out: a new folder, or that of the run to go on with. All workers must see it.
        engine: ``"local"``, this process; or ``"ray"``, the workers of a Ray cluster.
        address: of the cluster, such as ``"auto"``; None starts one on this machine.
        workers: how many Ray starts; None lets it use all processors.
        threads: processors for a worker; None takes all of them locally, and one on Ray.
        asked: ``shard_size``, pictures of a shard (1024); ``alpha`` and ``weights`` of a named network; for
            predictions ``top`` (5), ``scores`` for the probabilities of all classes, ``views`` and ``threshold`` as for
            ``predict_images``; for features ``layer`` (the last one before the scores), ``pooling`` ("avg", "max", or
            None for whole maps) and ``image_size``.

    Returns:
        What was done; ``pandas.read_parquet`` reads the folder; see docs/scale.md for all that is in it.

    Raises:
        ArgumentError: an argument that cannot be used, no picture, or a folder that holds something else.
        MissingFileError: there is no such model or list, or nothing under any name in ``data``.
        StorageError: the folder cannot be written, its disk is full, or another run is at work in it.
        MissingDependencyError: pyarrow is not installed, or Ray where it is asked for.
        AmaltheaError: what ``amalthea.predictor`` and ``amalthea.load`` raise for a model.

    Example:
        >>> done = distribute("elephant.jpg", top=1, out="answers")
        >>> done.rows, done.failures
        (1, 0)
        >>> import pyarrow.parquet
        >>> pyarrow.parquet.read_table("answers/part-00000.parquet")["answer"].to_pylist()
        ['African_elephant']
    """
    started = time.monotonic()
    _check_engine(engine, address, workers, threads)
    request = Request.of(model=os.fspath(model), task=task, **asked)
    named = [data] if isinstance(data, str | os.PathLike) else list(data)
    _check_something_there([os.fspath(name) for name in named])
    folder, is_new = _folder(out)
    from .plan import planned

    try:
        with exclusive(folder / layout.LOCK, wait=False) as alone:
            if not alone:
                warn(f"Nothing keeps a second run out of {folder}, for no file can be locked there. Start none.")
            plan = planned(folder, request, [os.fspath(name) for name in named])
            return _finished(plan, _engine(engine, address, workers, threads), started)
    except AmaltheaError:
        if is_new and not layout.manifest(folder).exists():
            shutil.rmtree(folder, ignore_errors=True)  # in which nothing came to be
        raise


def _check_engine(engine: str, address: str | None, workers: int | None, threads: int | None) -> None:
    if engine not in _ENGINES:
        raise ArgumentError(f"engine={engine!r}; allowed are {' and '.join(map(repr, _ENGINES))}.")
    for name, number in (("workers", workers), ("threads", threads)):
        if number is not None and not is_count(number):
            raise ArgumentError(f"{name}={number!r}; give a whole number from 1 on, or None.")
    if engine == "local" and (workers is not None or address is not None):
        raise AskedError(
            lambda words: (
                f"{words.name('workers')} and {words.name('address')} go with {words.given('engine', 'ray')}. The "
                f"local engine is one process; {words.name('threads')} says how many processors it uses."
            )
        )
    if engine == "ray" and find_spec("ray") is None:
        raise MissingDependencyError('The engine "ray" needs Ray: pip install "amalthea[ray]"')
    if find_spec("pyarrow") is None:
        raise MissingDependencyError(
            'Answers and features in folders are tables of Parquet, which need pyarrow: pip install "amalthea[parquet]"'
        )


def _check_something_there(data: Sequence[str]) -> None:
    """Refuse a mistyped name, before a folder is made for a run that has no picture.

    Raises:
        MissingFileError: none of the names leads anywhere.
    """
    if data and not any(is_uri(name) or os.path.lexists(name) or glob(name, recursive=True) for name in data):
        raise MissingFileError(
            f"There is no file or folder {data[0]}, and no file matches it as a pattern (looked for in {os.getcwd()}). "
            "Check the path."
        )


def _folder(out: str | os.PathLike[str]) -> tuple[Path, bool]:
    """The folder of the run, and whether this call has made it."""
    if is_uri(os.fspath(out)):
        raise AskedError(lambda words: f"{words.given('out', os.fspath(out))}: {NO_STORE}")
    folder = Path(out)
    if not os.path.isdir(folder.absolute().parent):
        raise MissingFileError(f"There is no folder {folder.parent} for {folder.name}. Make it first.")
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise AskedError(lambda words: f"{words.given('out', str(out))} is a file; name a folder.") from None
        return folder, False
    except OSError as problem:
        raise unusable_folder(folder.parent, problem, None) from problem
    return folder, True


def _finished(plan: "Plan", run: "Run", started: float) -> Distributed:
    """Let an engine finish what is open of a run, and count everything."""
    from .writing import read_record, remove_leftovers

    left: list[int] = []
    rows = failures = 0
    for shard in range(plan.shards):
        if record := read_record(plan.folder, shard):
            rows, failures = rows + record.rows, failures + record.failures
        else:
            left.append(shard)
    with progress(plan.request.model, "pictures") as show, closing(_stream(run(plan, left))) as records:
        show(rows + failures, plan.pictures)
        for record in records:
            rows, failures = rows + record.rows, failures + record.failures
            show(rows + failures, plan.pictures)
    remove_leftovers(plan.folder)  # of workers that died on the way
    return Distributed(
        folder=plan.folder,
        pictures=plan.pictures,
        rows=rows,
        failures=failures,
        shards=plan.shards,
        computed=len(left),
        seconds=time.monotonic() - started,
    )


def _stream(records: "Iterator[Record]") -> "Generator[Record]":
    """The same, so that an engine ends as soon as nobody wants its records any more."""
    yield from records


def _engine(engine: str, address: str | None, workers: int | None, threads: int | None) -> "Run":
    """What finishes shards of a plan."""
    if engine == "local":
        from .local import run

        return partial(run, threads=threads)
    from .ray_engine import run as run_on_ray

    return partial(run_on_ray, workers=workers, threads=threads, address=address)
