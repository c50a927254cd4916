"""Clients that go away before they are answered."""

import asyncio
from typing import Any

from starlette.requests import Request

from .bodies import Gone

_SOON = 0.05  # seconds: what is answered by then is not worth the watch


async def unless_gone(request: Request, future: asyncio.Future[Any]) -> Any:
    """What a future brings; it is cancelled when the client goes away, so that work for nobody is not begun.

    Args:
        request: whose body was read to its end.
        future: of the work for it.

    Raises:
        Gone: nobody waits for the answer.
    """
    watch = _Watch(request, future)
    try:
        return await future
    except asyncio.CancelledError:
        if watch.gone:
            raise Gone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels a future when a client goes away, from the time on when the future has not come soon."""

    def __init__(self, request: Request, future: asyncio.Future[Any]) -> None:
        self.gone = False
        self._request, self._future = request, future
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_SOON, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._departure())

    async def _departure(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._future.cancel()

    def end(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
