"""Threads that work ahead, and end as soon as nothing is left to do."""

import gc
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread, current_thread, main_thread
from typing import Protocol

from .._numbers import is_whole
from ..errors import ArgumentError


class Work(Protocol):
    """What several threads do together, part by part.

    Attributes:
        awaited: whether a thread waits for it that the program waits for; other work is not begun any more once the
            program ends.
    """

    awaited: bool

    def take(self) -> int | None:
        """The number of a part that nobody has begun; None when there is none. Called by one thread at a time."""

    def do(self, part: int) -> None:
        """Do one part; never raises."""

    def cancel(self) -> None:
        """Tell whoever waits that nobody will finish it."""


class Threads:
    """At most ``count`` threads, which live while there is work: none is ever idle.

    They are no daemons: those are killed when the program ends, maybe within foreign code, which takes the process with
    them. These look for themselves whether it ends.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._works: deque[Work] = deque()
        self._running: set[Thread] = set()
        self._lock = Lock()

    def add(self, work: Work, urgent: bool = False) -> None:
        """Put some work after all other, or before it. Call ``start`` then."""
        with self._lock:
            if work in self._works:
                self._works.remove(work)
            if urgent:
                self._works.appendleft(work)
            else:
                self._works.append(work)

    def start(self) -> None:
        """Start the threads that are missing. Hold no lock: this waits for each of them to begin, maybe for long."""
        while thread := self._missing():
            try:
                with _no_garbage_collected():
                    thread.start()
            except BaseException:  # there is no room for one more, or it was Ctrl-C
                self._abandon(thread)
                raise

    def remove(self, work: Work) -> None:
        """Forget some work; parts that are being done are finished."""
        with self._lock:
            if work in self._works:
                self._works.remove(work)
        work.cancel()

    def forget(self) -> None:
        """Forget all work. It takes no lock, because the garbage collector calls it, in any thread at any moment."""
        self._works.clear()

    def close(self) -> None:
        """Forget all work, and wait for the threads to end."""
        with self._lock:
            works, running = list(self._works), list(self._running)
            self._works.clear()
        for work in works:
            work.cancel()
        for thread in running:
            if thread.is_alive():  # one that somebody is about to start finds nothing to do
                thread.join()

    def _missing(self) -> Thread | None:
        with self._lock:
            if not self._works or len(self._running) == self._count:
                return None
            thread = Thread(target=self._run, name="amalthea-pictures", daemon=False)
            self._running.add(thread)
            return thread

    def _abandon(self, thread: Thread) -> None:
        """Go on without a thread; where it would have been the only one, whoever waits is told."""
        with self._lock:
            self._running.discard(thread)
            works = [] if self._running else list(self._works)
        for work in works:
            self.remove(work)

    def _run(self) -> None:
        while taken := self._take():
            work, part = taken
            work.do(part)

    def _take(self) -> tuple[Work, int] | None:
        with self._lock:
            try:
                while True:
                    work = self._works[0]
                    part = work.take() if work.awaited or main_thread().is_alive() else None
                    if part is not None:
                        return work, part
                    self._works.popleft()
            except IndexError:  # nothing is left, or `forget` came in between
                self._running.discard(current_thread())
                return None


def thread_count(workers: object) -> int:
    """How many threads are meant.

    Raises:
        ArgumentError: no whole number, or one below 0.
    """
    if workers is None:
        return os.cpu_count() or 1
    if not is_whole(workers, 0):
        raise ArgumentError(f"workers={workers!r}; give a number of threads, 0 for none, or None for all processors.")
    return int(workers)


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """A thread that begins would be held up by the collector, which may wait for the very thread that starts it.

    It destroys data sets of TensorFlow that nobody needs any more, and waits for the threads that read them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
