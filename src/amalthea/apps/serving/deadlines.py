"""Many deadlines on one timer of the loop."""

import asyncio
from collections import deque
from collections.abc import Callable


class Deadline:
    """When something must be done; ``Deadlines`` makes them.

    Args:
        when: in the loop's time.
        missed: is called when it was not met.
    """

    __slots__ = ("missed", "when")

    def __init__(self, when: float, missed: Callable[[], None]) -> None:
        self.when = when
        self.missed: Callable[[], None] | None = missed

    def met(self) -> None:
        """It was done; what had to be done is kept in memory no longer."""
        self.missed = None


class Deadlines:
    """Deadlines that all lie equally far in the future, so that they come in the order in which they were set.

    Args:
        seconds: from setting one until it is missed.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadlines: deque[Deadline] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def set(self, missed: Callable[[], None]) -> Deadline:
        """One more, from now on; to be called in the loop.

        Args:
            missed: is called unless it is met in time.
        """
        loop = asyncio.get_running_loop()
        deadline = Deadline(loop.time() + self._seconds, missed)
        self._leave_out_met()
        self._deadlines.append(deadline)
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look)
        return deadline

    def _leave_out_met(self) -> None:
        while self._deadlines and self._deadlines[0].missed is None:
            self._deadlines.popleft()

    def _look(self) -> None:
        """Find what is missed by now, and look again when the next is due."""
        loop = asyncio.get_running_loop()
        self._timer, now = None, loop.time()
        self._leave_out_met()
        while self._deadlines and self._deadlines[0].when <= now:
            if (missed := self._deadlines.popleft().missed) is not None:
                loop.call_soon(missed)
            self._leave_out_met()
        if self._deadlines:
            self._timer = loop.call_at(self._deadlines[0].when, self._look)
