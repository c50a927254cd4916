"""A thousand connections that say nothing while others are answered."""

import sys
from contextlib import ExitStack

import pytest

from .conversation import request

pytest.importorskip("starlette")

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells how many files a process has open"),
]

IDLE = 1000
FILES = 2 * IDLE  # that a process may have open


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
