"""Work in threads: so much at a time, alike together, in time, and what nobody waits for is not begun."""

import asyncio
from threading import Event

import pytest

pytest.importorskip("starlette")

from amalthea.apps.serving import work
from amalthea.apps.serving.problems import Ending, Overloaded, TimedOut
from amalthea.apps.serving.work import Workers

pytestmark = pytest.mark.single_backend

PATIENCE = 20.0


class Gate:
    """Work that goes on when it is told to, and notes with whom it was done."""

    def __init__(self):
        self.begun, self.open = Event(), Event()
        self.groups = []

    def pass_through(self, items):
        self.groups.append(list(items))
        self.begun.set()
        assert self.open.wait(PATIENCE)
        return [item * 10 for item in items]


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.open.set()


def run(asked):
    return asyncio.run(asyncio.wait_for(asked(), PATIENCE))


async def begun(gate):
    await asyncio.to_thread(gate.begun.wait, PATIENCE)


def test_a_function_is_computed_and_its_error_raised():
    async def asked():
        workers = Workers(2, 0, PATIENCE)
        assert await workers.compute(divmod, 17, 5) == (3, 2)
        with pytest.raises(ZeroDivisionError):
            await workers.compute(divmod, 1, 0)
        workers.end()

    run(asked)


def test_whoever_has_the_result_may_ask_again_where_nothing_may_wait():
    async def asked():
        workers = Workers(1, 0, PATIENCE)
        for number in range(1000):
            assert await workers.compute(abs, -number) == number
            assert workers.running == 0
        workers.end()

    run(asked)


def test_what_is_alike_and_waits_is_done_together(gate):
    async def asked():
        workers = Workers(1, 20, PATIENCE)
        first = workers.submit("a", gate.pass_through, 0)
        await begun(gate)
        keys = "aabaaaaaaaab"
        others = [workers.submit(key, gate.pass_through, number) for number, key in enumerate(keys, 1)]
        large = [workers.submit("c", gate.pass_through, number, size=5) for number in (13, 14)]
        alone = [workers.submit(None, gate.pass_through, number) for number in (15, 16)]
        assert (workers.waiting, workers.running) == (16, 1)
        gate.open.set()
        assert await asyncio.gather(first, *others, *large, *alone) == [10 * number for number in range(17)]
        workers.end()

    run(asked)
    assert gate.groups == [[0], [1, 2, 4, 5, 6, 7, 8, 9], [3, 12], [10, 11], [13], [14], [15], [16]]


def test_one_alone_is_not_busy_but_soon_after_several_it_is(gate, monkeypatch):
    """Also when nothing is being done: the next one is not expected to be alone."""
    now = 1000.0
    monkeypatch.setattr(work, "monotonic", lambda: now)

    async def asked():
        nonlocal now
        workers = Workers(2, 5, PATIENCE)
        for _ in range(3):
            assert await workers.compute(workers.busy) is False
        first = workers.submit(None, gate.pass_through, 1)
        await begun(gate)
        assert not workers.busy()
        second = workers.submit(None, gate.pass_through, 2)
        now += 60
        assert workers.busy(), "two threads compute"
        gate.open.set()
        await asyncio.gather(first, second)
        while workers.running:
            await asyncio.sleep(0.01)
        assert not workers.busy(), "that was a minute ago"
        await asyncio.gather(*(workers.submit(None, gate.pass_through, number) for number in range(2)))
        now += 0.9
        assert await workers.compute(workers.busy) is True
        now += 0.2
        assert await workers.compute(workers.busy) is False
        workers.end()

    run(asked)


def test_an_error_of_one_is_not_that_of_the_others(gate):
    def some_fail(items):
        return [ValueError(item) if item % 2 else item for item in items]

    async def asked():
        workers = Workers(1, 20, PATIENCE)
        blocked = workers.submit(None, gate.pass_through, 0)
        await begun(gate)
        futures = [workers.submit("a", some_fail, number) for number in range(4)]
        gate.open.set()
        found = await asyncio.gather(blocked, *futures, return_exceptions=True)
        assert [type(each) for each in found] == [int, int, ValueError, int, ValueError]
        workers.end()

    run(asked)


def test_more_than_may_wait_is_refused_at_once_and_room_comes_back(gate):
    async def asked():
        workers = Workers(2, 3, PATIENCE)
        futures = [workers.submit(None, gate.pass_through, number) for number in range(5)]
        with pytest.raises(Overloaded) as raised:
            workers.require_room()
        assert (raised.value.status, raised.value.headers["Retry-After"]) == (503, "1")
        assert "3 requests wait already, as many as may" in raised.value.message
        with pytest.raises(Overloaded):
            workers.submit(None, gate.pass_through, 5)
        futures.pop().cancel()
        await asyncio.sleep(0)
        futures.append(workers.submit(None, gate.pass_through, 6))
        gate.open.set()
        assert await asyncio.gather(*futures) == [0, 10, 20, 30, 60]
        workers.require_room()
        workers.end()

    run(asked)
    assert [4] not in gate.groups


def test_work_for_a_thread_that_has_not_begun_yet_does_not_wait(gate):
    """All of it comes in one turn of the loop, before any thread could take the first."""

    async def asked():
        workers = Workers(1, 2, PATIENCE)
        futures = [workers.submit(None, gate.pass_through, number) for number in range(3)]
        with pytest.raises(Overloaded):
            workers.submit(None, gate.pass_through, 3)
        gate.open.set()
        assert await asyncio.gather(*futures) == [0, 10, 20]
        workers.end()

    run(asked)


def test_what_is_not_done_in_time_is_told_so_and_not_begun(gate):
    async def asked():
        workers = Workers(1, 5, 0.05)
        futures = [workers.submit(None, gate.pass_through, number) for number in range(3)]
        found = await asyncio.gather(*futures, return_exceptions=True)
        assert [(type(each), each.status) for each in found] == [(TimedOut, 504)] * 3
        assert found[0].message.startswith("There was no answer within 0.05 seconds, the server's limit.")
        assert workers.waiting == 0
        gate.open.set()
        while workers.running:
            await asyncio.sleep(0.01)
        workers.end()

    run(asked)
    assert gate.groups == [[0]]


def test_an_end_answers_all_that_is_open(gate):
    async def asked():
        workers = Workers(1, 5, PATIENCE)
        futures = [workers.submit(None, gate.pass_through, number) for number in range(3)]
        await begun(gate)
        workers.end()
        found = await asyncio.gather(*futures, return_exceptions=True)
        assert [(type(each), each.status) for each in found] == [(Ending, 503)] * 3
        with pytest.raises(Ending, match="The server is being shut down"):
            workers.require_room()
        gate.open.set()

    run(asked)
    assert gate.groups == [[0]]
