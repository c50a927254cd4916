"""Clients that go away: nothing of them stays behind, and the others are answered."""

import socket
import struct
import sys

import pytest

from .conversation import request

pytest.importorskip("starlette")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how many files a process has open"),
]

CLIENTS = 15  # no more than may wait
RESET = struct.pack("ii", 1, 0)  # closing then discards what is on its way, as where a machine lost its power

STAGES = {
    "at once": lambda whole: 0,
    "in the request line": lambda whole: 7,
    "in the headers": lambda whole: 40,
    "before the body": lambda whole: whole.index(b"\r\n\r\n") + 4,
    "in the body": lambda whole: len(whole) - 100,
    "before the answer": len,
}


def go_away(server, content, how):
    connection = server.connected()
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.sendall(content)
    if how == "half":  # the other half of the connection still hears
        connection.shutdown(socket.SHUT_WR)
    connection.close()


@pytest.mark.parametrize("how", ["close", "reset", "half"])
@pytest.mark.parametrize("stage", STAGES)
def test_clients_that_vanish(server, picture, unharmed, settled, stage, how):
    whole = request(picture)
    before = settled(server)
    for _ in range(CLIENTS):
        go_away(server, whole[: STAGES[stage](whole)], how)
    assert server.predict(picture).status == 200
    assert settled(server, at_most=before) <= before


def test_those_who_wait_do_not_lose_their_turn_by_those_who_went(start, picture, large_picture, settled):
    server = start("--concurrency", 1, "--waiting", 50)
    before = settled(server)
    for _ in range(10):
        go_away(server, request(large_picture), "reset")
    with server.connected() as patient:
        patient.sendall(request(picture))
        assert server.heard(patient).status == 200
    assert settled(server, at_most=before) <= before
    assert "Traceback" not in server.written()
