"""Work that threads do ahead of whoever asks for its results, in order and within bounds."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def ahead(function: Callable[[_Item], _Result], items: Iterable[_Item], threads: int, bound: int) -> Generator[_Result]:
    """What a function returns for items, in their order.

    Args:
        function: called once for each.
        items: taken soon before they are needed, by whoever asks.
        threads: how many call it; with one, whoever asks does, and nothing is done ahead: the processor does one thing
            at a time.
        bound: how many items are under way at most.
    """
    if threads == 1:
        yield from map(function, items)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="amalthea-distribution")
    try:
        remaining = (pool.submit(function, item) for item in items)
        waiting: deque[Future[_Result]] = deque(islice(remaining, bound))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(islice(remaining, 1))
    finally:
        pool.shutdown(cancel_futures=True)
