"""What Ray computes beside its workers, while these are at work: ``benchmarks.distribution``. Linux only, by /proc."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from amalthea.apps.distribution import layout

_WORKER = "(ray::MapWorker"
_PAUSE = 0.5  # seconds


class _Look(NamedTuple):
    """Seconds of the processors that each process has used, but for workers and whoever looks; and when that was."""

    time: float
    used: dict[int, float]


@contextmanager
def beside_workers(folder: Path, workers: int, shards: int) -> Iterator[list[float]]:
    """Processors that Ray takes for itself: its servers, its agents, and its part of this process.

    Args:
        folder: of the run in the block.
        workers: of it; what is counted begins when so many shards are finished.
        shards: of it; what is counted ends before all are finished.

    Yields:
        A list that has one number after the block: 0.1 is a tenth of one processor, throughout. It stays empty where
        the run was too short.
    """
    found: list[float] = []
    over = Event()
    watch = Thread(target=_watch, args=(folder, workers, shards, over, found))
    watch.start()
    try:
        yield found
    finally:
        over.set()
        watch.join()


def _watch(folder: Path, workers: int, shards: int, over: Event, found: list[float]) -> None:
    looks: list[_Look] = []
    while not over.wait(_PAUSE):
        if workers <= _finished(folder) < shards:
            looks.append(_look())
    if len(looks) > 1:
        first, last = looks[0], looks[-1]
        used = sum(seconds - first.used.get(process, 0.0) for process, seconds in last.used.items())
        found.append(used / (last.time - first.time))


def _finished(folder: Path) -> int:
    records = layout.records(folder)
    return len(list(records.glob("[0-9]*.json"))) if records.is_dir() else 0


def _look() -> _Look:
    used = dict(_used(os.getpid()))
    used[os.getpid()] -= time.thread_time()
    return _Look(time.perf_counter(), used)


def _used(process: int) -> Iterator[tuple[int, float]]:
    """Of a process, and of all that it has started."""
    try:
        name, _, facts = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")
        tasks = [task.read_text(encoding="ascii") for task in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:  # it has just ended
        return
    if _WORKER not in name:
        yield process, sum(map(int, facts.split()[11:13])) / os.sysconf("SC_CLK_TCK")
    for started in " ".join(tasks).split():
        yield from _used(int(started))
