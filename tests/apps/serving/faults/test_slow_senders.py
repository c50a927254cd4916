"""Senders that take their time: up to the limit they are answered, beyond it told so, and nobody waits for them."""

import socket
import time

import pytest

from .conversation import PATIENCE, request

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend

LIMIT = 1.0  # seconds that a request may take to arrive
STEP = 0.05
SLOW = 12  # senders, more than are computed or wait


@pytest.fixture(scope="module")
def server(start):
    return start("--timeout", LIMIT, "--concurrency", 1, "--waiting", 2)


def drip(connection, content):
    """Send byte after byte until there is an answer or an end; how many bytes were taken."""
    for number in range(len(content)):
        try:
            connection.sendall(content[number : number + 1])
            connection.settimeout(STEP)
            connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            continue
        except ConnectionError:
            pass
        finally:
            connection.settimeout(PATIENCE)
        return number
    return len(content)


def test_a_body_that_comes_too_slowly(server, picture, unharmed):
    whole = request(picture)
    begin = whole.index(b"\r\n\r\n") + 8
    with server.connected() as connection:
        connection.sendall(whole[:begin])
        taken = drip(connection, whole[begin:])
        answer = server.heard(connection)
    assert 0 < taken < len(whole) - begin
    assert answer.status == 408
    assert answer.error == (
        "The request did not arrive within 1 seconds, the server's limit. Send it again, or send less at a time."
    )


def test_a_body_that_does_not_come(server, picture, unharmed):
    with server.connected() as connection:
        connection.sendall(request(picture)[:-1])
        assert server.heard(connection).status == 408


def test_a_body_that_comes_slowly_but_in_time(server, picture, unharmed):
    whole = request(picture)
    third = len(whole) // 3
    with server.connected() as connection:
        for part in (whole[:third], whole[third : 2 * third], whole[2 * third :]):
            connection.sendall(part)
            time.sleep(LIMIT / 8)
        assert server.heard(connection).status == 200


@pytest.mark.parametrize("sent", ["", "POST /v1/predict HTTP/1.1\r\nhost: localhost\r\nx-slow: "])
def test_headers_that_do_not_end(server, unharmed, sent):
    """They are closed, with an answer or without."""
    with server.connected() as connection:
        connection.sendall(sent.encode())
        assert drip(connection, b"a" * 400) < 400
        answer = server.heard(connection)
    assert answer is None or answer.status in (400, 408)


def test_slow_senders_take_nobodys_place(server, picture, unharmed):
    whole = request(picture)
    slow = [server.connected() for _ in range(SLOW)]
    for connection in slow:
        connection.sendall(whole[:-5])
    for _ in range(10):
        assert server.predict(picture).status == 200
    for connection in slow:
        connection.sendall(whole[-5:])
        assert server.heard(connection).status in (200, 408, 503)
        connection.close()


def test_one_who_does_not_read(server, picture, unharmed):
    """A hundred requests at once on a connection: all are answered in their order once somebody reads."""
    with server.connected() as connection:
        connection.sendall(request(picture) * 100)
        for _ in range(3):
            assert server.predict(picture).status == 200
        answers = b""
        while answers.count(b"HTTP/1.1 ") < 100 and (part := connection.recv(65536)):
            answers += part
    assert answers.count(b"HTTP/1.1 200 OK") == 100
