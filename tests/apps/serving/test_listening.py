"""The address that a server says it has."""

import socket
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette")

from amalthea.apps.serving import ServerSettings
from amalthea.apps.serving.listening import announcement, listening

pytestmark = pytest.mark.single_backend


def has_network():
    routes = Path("/proc/net/route")
    return sys.platform == "linux" and any(line.split()[1] == "00000000" for line in routes.read_text().splitlines())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_only_this_machine(host):
    settings = ServerSettings(host=host, port=0)
    with listening(settings) as listener:
        assert announcement(settings, listener) == f"Amalthea serves on http://{host}:{listener.getsockname()[1]}"


@pytest.mark.allow_hosts(["192.0.2.1"])  # to which nothing is sent
@pytest.mark.skipif(not has_network(), reason="this machine has no way to another")
def test_who_listens_everywhere_says_how_others_reach_it():
    settings = ServerSettings(host="0.0.0.0", port=0)
    with listening(settings) as listener:
        port = listener.getsockname()[1]
        own, others = announcement(settings, listener).splitlines()
        assert own == f"Amalthea serves on http://0.0.0.0:{port}"
    words, _, place = others.partition("http://")
    assert words == "Others on the network reach it on "
    host = place.removesuffix(f":{port}")
    assert not host.startswith(("127.", "0."))
    with socket.create_server((host, 0)):  # which is possible on an address of this machine alone
        pass


def test_without_a_network_nothing_is_said_of_others(monkeypatch):
    def unreachable(*_):
        raise OSError(101, "Network is unreachable")

    settings = ServerSettings(host="0.0.0.0", port=0)
    with listening(settings) as listener:
        monkeypatch.setattr(socket.socket, "connect", unreachable)
        assert announcement(settings, listener) == f"Amalthea serves on http://0.0.0.0:{listener.getsockname()[1]}"
