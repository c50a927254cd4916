"""A server that is asked to end while it is at work: what it accepted it answers, and nothing keeps it."""

import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Event

import pytest

from .conversation import PATIENCE, form, heard, picture_part, request
from .processes import Process

pytest.importorskip("starlette")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for another process"),
]

ENDLESS = """
import os
from threading import Event
import amalthea.{module}
amalthea.{module}.{function} = lambda *_: (os.write(1, b"begun\\n"), Event().wait())
from amalthea.apps import main
main()
"""
WAITING = 6
CLIENTS = 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_that_wait_are_answered(start, picture, large_picture, number):
    server = start("--concurrency", 1, "--waiting", 2 * WAITING)
    with ExitStack() as stack:
        waiting = [stack.enter_context(server.connected()) for _ in range(WAITING)]
        for connection in waiting:
            connection.sendall(request(large_picture))
        assert heard(waiting[0]).status == 200  # by now all of them were heard
        server.popen.send_signal(number)
        refused = connects_until_refused(server)
        answers = [heard(connection) for connection in waiting[1:]]
    assert refused
    assert [answer.status for answer in answers] == [200] * (WAITING - 1)
    assert all(len(answer.json["predictions"][0]["classes"]) == 3 for answer in answers)
    assert server.wait() == 0
    assert "Traceback" not in server.written()


def connects_until_refused(server):
    """Whether new clients come to stand before a closed door while the server is still at work, or has just ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            server.connected().close()
        except ConnectionError:
            return True
        time.sleep(0.01)
    return False


def test_under_load_nothing_that_was_accepted_is_lost(start, picture):
    """Each client asks again as soon as it is answered; the server's own log has counted the same answers."""
    server = start()
    busy = Event()

    def ask_until_the_end():
        answered = []
        with suppress(ConnectionError):
            while True:
                with server.connected() as connection:
                    for _ in range(20):
                        connection.sendall(request(picture))
                        if (answer := heard(connection)) is None:
                            break
                        answered.append(answer.status)
                        if len(answered) == 50:
                            busy.set()
                        if answer.headers["connection"] == "close":
                            break
        return answered

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask_until_the_end) for _ in range(CLIENTS)]
        assert busy.wait(PATIENCE)
        server.popen.terminate()
        answered = [status for client in clients for status in client.result(PATIENCE)]
    assert server.wait() == 0
    assert len(answered) >= 50
    assert set(answered) <= {200, 503}
    logged = [line["status"] for line in log_lines(server) if line.get("path") == "/v1/predict"]
    assert logged.count(200) == answered.count(200)
    assert "Traceback" not in server.written()


def log_lines(server):
    return [json.loads(line) for line in server.written().splitlines() if line.startswith("{")]


def test_those_who_say_nothing_do_not_keep_it(start, picture):
    server = start("--drain", 1, "--timeout", 600)
    with ExitStack() as stack:
        silent, beginning, almost, used = (stack.enter_context(server.connected()) for _ in range(4))
        beginning.sendall(request(picture)[:20])
        almost.sendall(request(picture)[:-1])
        used.sendall(request(picture))
        assert heard(used).status == 200
        server.popen.terminate()
        assert heard(almost).status == 503
        assert heard(silent) is heard(beginning) is heard(used) is None
        assert server.wait() == 0
    assert "Traceback" not in server.written()


def test_what_takes_longer_than_it_may_does_not_keep_it(start, long_work):
    server = start("--drain", 0.1, "--concurrency", 1, "--waiting", 50)
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connected()) for _ in range(20)]
        for connection in connections:
            connection.sendall(long_work)
        assert heard(connections[0]).status == 200
        server.popen.terminate()
        answers = [heard(connection) for connection in connections[1:]]
        assert server.wait() == 0
    statuses = {None if answer is None else answer.status for answer in answers}
    assert statuses <= {200, 503, None}
    assert statuses != {200}
    assert "Traceback" not in server.written()


@pytest.fixture
def endless(network, tmp_path):
    """A server in which a function of the library never returns."""
    with ExitStack() as processes:

        def started(module, function, ready=True):
            program = ("-c", ENDLESS.format(module=module, function=function))
            process = Process(
                [network, "--drain", "0.1", "--concurrency", "4"], tmp_path / "server.log", program, ready
            )
            processes.callback(process.kill)
            return process

        yield started


def wait_until_begun(server, times):
    end = time.monotonic() + PATIENCE
    while server.written().count("begun\n") < times:
        assert time.monotonic() < end, server.written()
        time.sleep(0.01)


def test_what_never_ends_does_not_keep_the_process(endless, picture):
    """Python waits for threads that compute, so that it would end when they do."""
    server = endless("transfer", "explain")
    body, kind = form([picture_part(picture), (b'Content-Disposition: form-data; name="explain"', b"true")])
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connected()) for _ in range(2)]
        for connection in connections:
            connection.sendall(request(body, content_type=kind))
        wait_until_begun(server, 2)
        server.popen.terminate()
        assert [heard(connection).status for connection in connections] == [503, 503]
        assert server.wait() == 0
    assert [line["status"] for line in log_lines(server) if line.get("path") == "/v1/predict"] == [503, 503]


def test_a_self_test_that_never_ends_does_not_keep_the_process(endless):
    server = endless("apps.serving.models", "tried", ready=False)
    wait_until_begun(server, 1)
    server.popen.terminate()
    assert server.wait() == 0
