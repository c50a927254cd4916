"""Work that threads do beside the loop that hears requests: so much at a time, so much that waits, and no more."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from .problems import Ending, Overloaded, TimedOut

T = TypeVar("T")

_TOGETHER = 8  # pictures that one thread takes at a time, at most
_EXPECTED = 1.0  # seconds in which others are expected again, after several have asked at a time


@dataclass(slots=True, eq=False)
class _Job:
    """Work that waits, or is being done.

    Attributes:
        key: jobs of an equal one may be done together; None: this one alone.
        function: takes the items of all that are done together, and returns as many results; one that is an exception
            is raised for whoever waits for it.
        item: its own.
        size: how much it is, in pictures.
        future: of its result, in the loop.
        timer: ends it when its time is over.
        begun: whether a thread has taken it.
    """

    key: Hashable
    function: Callable[[Sequence[Any]], Sequence[Any]]
    item: Any
    size: int
    future: asyncio.Future[Any]
    timer: asyncio.TimerHandle | None = None
    begun: bool = False


class Workers:
    """Threads that compute for requests, in the order in which these came.

    What waits and is alike is done together: while one batch is computed, the next gathers by itself, and nobody waits
    for others to come. All methods but ``busy`` are called in the loop.

    Args:
        concurrency: threads.
        waiting: jobs that may wait, at most.
        timeout: seconds until a job must be done.
        called: what the jobs are, for messages.
    """

    def __init__(self, concurrency: int, waiting: int, timeout: float, called: str = "requests") -> None:
        self._concurrency, self._limit, self._timeout, self._called = concurrency, waiting, timeout, called
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="amalthea-serving")
        self._jobs: deque[_Job] = deque()
        self._running = 0  # threads at work
        self._starting = 0  # those of them that have not taken anything yet
        self._lock = Lock()  # of the three lines above
        self._open: set[_Job] = set()  # whose answer somebody waits for
        self._others_until = 0.0  # as ``monotonic`` counts
        self._ending = False

    @property
    def waiting(self) -> int:
        """How many jobs wait, but for those that a thread is about to take."""
        return max(0, len(self._jobs) - self._starting)

    @property
    def running(self) -> int:
        """How many threads compute."""
        return self._running

    def busy(self) -> bool:
        """Whether there is more to do than one thread does, or was a moment ago; to be asked in any thread.

        Where many ask, there is often one alone for a moment. Were it computed by all processors, it would be in the
        way of the next, and take a tenth more of their time.
        """
        return self._running > 1 or bool(self._jobs) or monotonic() < self._others_until

    def require_room(self) -> None:
        """Refuse work before its sender has gone to the trouble of sending it.

        Raises:
            Overloaded: as many jobs wait as may.
            Ending: the server is about to end.
        """
        if self._ending:
            raise Ending
        if self._running >= self._concurrency and self.waiting >= self._limit:
            raise Overloaded(self._limit, self._called)

    async def compute(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function returns, called in a thread.

        Raises:
            Overloaded, Ending: see ``require_room``.
            TimedOut: it was not done in time; what has begun goes on, and nobody hears of it.
        """
        result: T = await self.submit(None, partial(_each, function), arguments)
        return result

    def submit(
        self, key: Hashable, function: Callable[[Sequence[Any]], Sequence[Any]], item: Any, size: int = 1
    ) -> asyncio.Future[Any]:
        """Let a thread do a piece of work, together with others that are like it. Cancelled, it is not begun any more.

        Args:
            key: what makes it like others; None: it is done alone.
            function: takes the items of several jobs, and returns as many results, or exceptions.
            item: of this job.
            size: how many pictures these are, which bounds what is done together.

        Raises:
            Overloaded, Ending: see ``require_room``.
        """
        self.require_room()
        loop = asyncio.get_running_loop()
        job = _Job(key, function, item, size, loop.create_future())
        job.timer = loop.call_later(self._timeout, self._time_out, job)
        job.future.add_done_callback(partial(self._forget, job))
        self._open.add(job)
        if len(self._open) > 1:
            self._others_until = monotonic() + _EXPECTED
        with self._lock:
            self._jobs.append(job)
            starts = self._running < self._concurrency
            self._running += starts
            self._starting += starts
        if starts:
            self._pool.submit(self._work, loop)
        return job.future

    def end(self) -> None:
        """Take no more work; what is not done is answered so, and the threads end when they have done what they do."""
        self._ending = True
        for job in list(self._open):
            if not job.future.done():
                job.future.set_exception(Ending())
            self._forget(job, job.future)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """What a thread does, until nothing waits."""
        with self._lock:
            jobs = self._taken()
            self._starting -= 1
        while jobs:
            try:
                results = jobs[0].function([job.item for job in jobs])
            except BaseException as error:
                results = [error] * len(jobs)
            done = jobs
            with self._lock:  # before anybody hears of the results and asks again: there is a free thread then
                jobs = self._taken()
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, results)

    def _taken(self) -> list[_Job]:
        """The job that waits longest, with those that are like it; none: the thread is not needed any more.

        The lock is held by whoever asks.
        """
        if not self._jobs:
            self._running -= 1
            return []
        first = self._jobs.popleft()
        taken, size = [first], first.size
        if first.key is not None:
            for job in [job for job in self._jobs if job.key == first.key]:
                if size + job.size > _TOGETHER:
                    break
                self._jobs.remove(job)
                taken.append(job)
                size += job.size
        for job in taken:
            job.begun = True
        return taken

    def _time_out(self, job: _Job) -> None:
        if not job.future.done():
            job.future.set_exception(TimedOut(self._timeout))

    def _forget(self, job: _Job, _: asyncio.Future[Any]) -> None:
        """Of a job that is done, or need not be done any more."""
        self._open.discard(job)
        if job.timer is not None:
            job.timer.cancel()
        with self._lock:
            if not job.begun:
                job.begun = True
                self._jobs.remove(job)


def _each(function: Callable[..., T], items: Sequence[tuple[Any, ...]]) -> list[T]:
    return [function(*arguments) for arguments in items]


def _settle(jobs: Sequence[_Job], results: Sequence[Any]) -> None:
    for job, result in zip(jobs, results, strict=True):
        if job.future.done():  # too late, or not wanted any more
            continue
        if isinstance(result, BaseException):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)
