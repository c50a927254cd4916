"""A thousand connections that say nothing while others are answered."""

import json
import sys
import time
from contextlib import ExitStack

import pytest

from .conversation import PATIENCE, request
from .processes import Process

pytest.importorskip("starlette")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how many files a process has open"),
]

IDLE = 1000
FILES = 2 * IDLE  # that a process may have open
FEW = 150
WITH_FEW_FILES = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, {FEW}))
from amalthea.apps.command_line import command_line
command_line()
"""


@pytest.fixture
def many_files():
    """This process, and those that it starts, may have as many open as they need."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        pytest.skip(f"only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_idle_connections(many_files, start, picture, settled):
    server = start()
    before = settled(server)
    with ExitStack() as idle:
        connections = [idle.enter_context(server.connected()) for _ in range(IDLE)]
        expected = server.predict(picture).json["predictions"]
        assert server.open_files() > IDLE
        for _ in range(20):
            assert server.predict(picture).json["predictions"] == expected
        for connection in connections[::100]:  # each of them may still ask
            connection.sendall(request(picture))
            assert server.heard(connection).json["predictions"] == expected
    assert settled(server, at_most=before) <= before
    assert server.predict(picture).status == 200
    assert "Traceback" not in server.written()


def test_before_no_more_can_be_opened_the_log_says_so_once(network, picture, tmp_path):
    server = Process([network], tmp_path / "server.log", ("-c", WITH_FEW_FILES))
    try:
        with ExitStack() as idle:
            told, end = [], time.monotonic() + PATIENCE
            while not told and time.monotonic() < end:
                if server.open_files() < FEW - 2:
                    idle.enter_context(server.connected())
                time.sleep(0.01)
                told = [line for line in server.written().splitlines() if "connections are cut off" in line]
            assert server.predict(picture).status == 200  # there is room yet
            time.sleep(0.3)  # in which the server looks at it again
            [line] = [line for line in server.written().splitlines() if "connections are cut off" in line]
        assert json.loads(line)["level"] == "warning"
        assert f"this process may have {FEW} files open" in line
    finally:
        server.kill()
