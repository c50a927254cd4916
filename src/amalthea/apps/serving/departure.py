"""Clients that go away before they are answered."""

import asyncio
from typing import Any

from starlette.requests import Request

from .bodies import Gone
from .deadlines import Deadlines

_SOON = 0.25  # seconds: what is answered by then is not worth the watch


class Departures:
    """Watches for clients that go away."""

    def __init__(self) -> None:
        self._deadlines = Deadlines(_SOON)

    async def unless_gone(self, request: Request, future: asyncio.Future[Any]) -> Any:
        """What a future brings; it is cancelled when the client goes away, so that work for nobody is not begun.

        Args:
            request: whose body was read to its end.
            future: of the work for it.

        Raises:
            Gone: nobody waits for the answer.
        """
        watch = _Watch(request, future)
        soon = self._deadlines.set(watch.begin)
        try:
            return await future
        except asyncio.CancelledError:
            if watch.gone:
                raise Gone from None
            raise
        finally:
            soon.met()
            watch.end()


class _Watch:
    """Cancels a future when a client goes away."""

    def __init__(self, request: Request, future: asyncio.Future[Any]) -> None:
        self.gone = False
        self._request, self._future = request, future
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if not self._future.done():
            self._task = asyncio.get_running_loop().create_task(self._departure())

    async def _departure(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._future.cancel()

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
