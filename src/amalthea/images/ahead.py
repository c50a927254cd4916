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
        threads: how many call it. They end with the iterator, or when whoever asks closes it.
        bound: how many items are under way at most.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="amalthea-pictures")
    try:
        remaining = (pool.submit(function, item) for item in items)
        waiting: deque[Future[_Result]] = deque(islice(remaining, bound))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(islice(remaining, 1))
    finally:
        pool.shutdown(cancel_futures=True)
