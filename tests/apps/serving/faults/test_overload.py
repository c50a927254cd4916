"""More requests than a server takes on: the others are told so at once, and afterwards all is as before."""

from contextlib import ExitStack
from select import select

import pytest

from .conversation import PATIENCE, get, heard, request

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend

WAITING = 2
REQUESTS = 12


@pytest.fixture(scope="module")
def server(start):
    return start("--concurrency", 1, "--waiting", WAITING)


def in_order(connections):
    """Answers as they come."""
    left = list(connections)
    while left:
        readable, _, _ = select(left, [], [], PATIENCE)
        assert readable, "no answer any more"
        for connection in readable:
            left.remove(connection)
            yield heard(connection)


def test_overload_is_refused_at_once_and_over_soon(server, picture, large_picture, unharmed):
    for _ in range(2):
        with ExitStack() as stack:
            connections = [stack.enter_context(server.connected()) for _ in range(REQUESTS)]
            for connection in connections:
                connection.sendall(request(large_picture))
            assert get(server.port, "/v2/health/live").status == 200
            answers = list(in_order(connections))
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {200, 503}
        assert 1 + WAITING <= statuses.count(200) <= 3 + WAITING  # one or two were done before the last came
        # Nobody who is refused waits for those who are answered.
        assert statuses[-WAITING:] == [200] * WAITING
        refused = answers[statuses.index(503)]
        assert refused.headers["retry-after"] == "1"
        assert refused.error == (
            f"The server is busy: {WAITING} requests wait already, as many as may. Ask again in a second."
        )
        assert server.predict(picture).status == 200


def test_refused_connections_stay_open(server, picture, large_picture, unharmed):
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connected()) for _ in range(REQUESTS)]
        for connection in connections:
            connection.sendall(request(large_picture))
        refused = [connection for connection in connections if heard(connection).status == 503]
        assert refused
        for connection in refused:
            connection.sendall(request(picture))
            assert heard(connection).status == 200


def test_what_takes_too_long_is_told_so(start, picture, long_work):
    server = start("--timeout", 1, "--concurrency", 1, "--waiting", REQUESTS)
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connected()) for _ in range(REQUESTS)]
        for connection in connections:
            connection.sendall(long_work)
        answers = [heard(connection) for connection in connections]
    late = [answer for answer in answers if answer.status == 504]
    assert late and late[0].error == (
        "There was no answer within 1 seconds, the server's limit. Ask for less at a time, or later."
    )
    assert {answer.status for answer in answers} <= {200, 504}
    # What was begun goes on for a while, the rest is not begun any more.
    assert 200 in (server.predict(picture).status for _ in range(REQUESTS))
    assert "Traceback" not in server.written()
