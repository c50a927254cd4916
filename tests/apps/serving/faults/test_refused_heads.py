"""Requests that are refused before any application hears of them: their answers, lines in the log and figures."""

import json
import re

import pytest

from .conversation import get, heard, request

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend


@pytest.fixture(scope="module")
def hasty(start):
    """A server that waits for no head longer than a moment."""
    return start("--timeout", 0.5)


def counted(server, status):
    line = rf'amalthea_requests_total{{method="other",route="other",status="{status}"}} ([\d.]+)'
    found = re.search(line, get(server.port, "/metrics").body.decode())
    return float(found[1]) if found else 0


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"GET /v1/models HTTP/1.1\r\nhost : localhost\r\n\r\n", 400, "The request is not of HTTP's form: "),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 400, "The request is not of HTTP's form: "),
        (b"GET /v1/models HTTP/1.1\r\nhost: local", 408, "The head of the request did not arrive within 0.5 seconds."),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000, 431, "The head of a request may have 65,536 bytes."),
        (request(method="GET", x="a" * 70_000), 431, "The head of a request may have 65,536 bytes."),
        (b"CONNECT localhost:22 HTTP/1.1\r\nhost: localhost\r\n\r\n", 501, "This server leads to no other one;"),
    ],
    ids=["a space", "TLS", "half a head", "a large head", "a large head that is whole", "a tunnel"],
)
def test_they_are_answered_logged_and_counted(hasty, content, status, words):
    before, told = counted(hasty, status), len(hasty.written())
    answer = hasty.ask(content)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert answer.headers["connection"] == "close"
    assert answer.error.startswith(words)
    assert counted(hasty, status) == before + 1
    logged = [json.loads(line) for line in hasty.written()[told:].splitlines()]
    [line] = [line for line in logged if line["status"] == status]
    assert line["client"] == "127.0.0.1"


def test_slow_heads_count_as_slow(hasty):
    def slow():
        found = re.search(
            r'amalthea_refused_requests_total{reason="slow"} ([\d.]+)', get(hasty.port, "/metrics").body.decode()
        )
        return float(found[1]) if found else 0

    before = slow()
    assert hasty.ask(b"GET / HT").status == 408
    assert slow() == before + 1


@pytest.mark.parametrize("rest", [b"a", b"a" * 99], ids=["a part of the rest", "all of the rest"])
def test_after_an_early_refusal_nobody_keeps_the_connection(hasty, rest):
    """The rest of a body that nobody reads makes uvicorn forget that it waits for the next request."""
    whole = request(b"a" * 100, path="/nowhere")
    with hasty.connected() as connection:
        connection.sendall(whole[:-99])
        assert heard(connection).status == 404
        connection.sendall(rest)
        assert connection.recv(1) == b""  # it was closed
        connection.close()


def test_after_the_rest_of_a_refused_body_the_next_request_is_answered(hasty, picture):
    whole = request(b"a" * 100, path="/nowhere")
    with hasty.connected() as connection:
        for _ in range(3):
            connection.sendall(whole[:-99])
            assert heard(connection).status == 404
            connection.sendall(whole[-99:] + request(picture))
            assert heard(connection).status == 200
