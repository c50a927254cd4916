"""Several processes that answer as one server: `amalthea serve --processes 2`, as somebody types it."""

import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event

import pytest
import requests

pytest.importorskip("starlette")

from prometheus_client.parser import text_string_to_metric_families

from tests.apps.commands import call
from tests.apps.serving.conftest import ServerProcess, wait_for

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes a server has"),
]

CLIENTS = 6
ASKED = "amalthea_requests_total"
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def picture(test_data):
    return (test_data / "images" / "hot_dog.jpg").read_bytes()


@pytest.fixture(scope="module")
def pair(network_file):
    """A server of two processes."""
    server = ServerProcess([str(network_file), "--processes", "2"])
    try:
        server.wait_until_ready()
        yield server
        server.process.send_signal(signal.SIGINT)
        assert server.ended() == 0
    finally:
        server.process.kill()
        server.ended()


@pytest.fixture
def own_pair(serve_process, network_file):
    """One that a test may end."""
    return serve_process(network_file, "--processes", 2, "--drain", 20)


def answering(server):
    """The numbers of the processes that answer."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text(encoding="ascii")
    return [int(number) for number in children.split()]


def lives(number):
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # it has ended, but whoever inherited it has not looked


def predict(url, picture, client=requests):
    return client.post(f"{url}/v1/predict", picture, headers=JPEG, timeout=30)


def process_of(answer):
    """Each process begins the numbers of its requests in a way of its own."""
    return answer.headers["X-Request-ID"].partition("-")[0]


def figures(url, client=requests):
    families = text_string_to_metric_families(client.get(f"{url}/metrics", timeout=10).text)
    return {(sample.name, *sample.labels.items()): sample.value for family in families for sample in family.samples}


def total(found):
    """How many predictions were asked for."""
    return sum(
        value for (name, *labels), value in found.items() if name == ASKED and ("route", "/v1/predict") in labels
    )


def counted(url):
    return total(figures(url))


def logged(server):
    return [json.loads(line) for line in list(server.lines) if line.startswith("{")]


def test_two_processes_answer_as_one(pair, served, picture):
    expected, before = predict(served, picture).json()["predictions"], counted(pair.url)
    time.sleep(0.3)  # by then, the processes have told that those connections were closed
    with ExitStack() as stack:
        clients = [stack.enter_context(requests.Session()) for _ in range(8)]
        answers = [predict(pair.url, picture, client) for client in clients for _ in range(2)]
        assert all(answer.json()["predictions"] == expected for answer in answers)
        shares = [process_of(answer) for answer in answers]
        assert 6 <= min(map(shares.count, set(shares))) < len(shares)  # connections that stay open are shared evenly
        for client in clients[:2]:  # whichever process is asked
            assert client.get(f"{pair.url}/v2/health/ready", timeout=10).status_code == 200
            found = figures(pair.url, client)
            assert total(found) == before + len(answers)
            assert found["amalthea_pictures_total", ("model", "mobilenet")] == total(found)
            assert found["amalthea_request_seconds_count", ("route", "/v1/predict")] == total(found)
            assert (found["amalthea_processes",], found["amalthea_ready",]) == (2, 1)
    assert [line for line in pair.lines if not line.startswith("{")] == [f"Amalthea serves on {pair.url}\n"]


def test_one_that_is_killed_is_replaced(pair, picture):
    for _ in range(4):
        predict(pair.url, picture)
    before, asked = answering(pair), counted(pair.url)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: before[0] not in answering(pair))
    for _ in range(4):  # the other one answers
        assert predict(pair.url, picture).status_code == 200
    wait_for(lambda: figures(pair.url)["amalthea_processes",] == 2)
    assert set(answering(pair)) > {before[1]}
    assert counted(pair.url) == asked + 4  # what it had counted is not forgotten
    [line] = [line for line in logged(pair) if line["level"] == "error"]
    assert line["message"] == "A process of the server has ended: signal 9 (SIGKILL). Another one takes its place."


def test_under_load_nothing_that_was_accepted_is_lost(own_pair, picture):
    """Each client asks again as soon as it is answered; the processes' own log has counted the same answers."""
    busy = Event()

    def ask_until_the_end():
        answered = []
        with suppress(requests.ConnectionError):
            while True:
                with requests.Session() as client:
                    for _ in range(5):
                        answered.append(predict(own_pair.url, picture, client).status_code)
                if len(answered) > 10:
                    busy.set()
        return answered

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask_until_the_end) for _ in range(CLIENTS)]
        assert busy.wait(30)
        processes = answering(own_pair)
        for number in (own_pair.process.pid, *processes):  # systemd tells all of them
            os.kill(number, signal.SIGTERM)
        answered = [status for client in clients for status in client.result(30)]
    assert own_pair.ended() == 0
    assert not any(map(lives, processes))
    assert set(answered) <= {200, 503}
    statuses = [line["status"] for line in logged(own_pair) if line.get("path") == "/v1/predict"]
    assert statuses.count(200) == answered.count(200) > 10
    assert "Traceback" not in "".join(own_pair.lines)


def test_where_the_first_is_killed_none_is_left(own_pair, picture):
    processes = answering(own_pair)
    assert len(processes) == 2
    own_pair.process.kill()
    wait_for(lambda: not any(map(lives, processes)))
    with pytest.raises(requests.ConnectionError):
        predict(own_pair.url, picture)


def test_what_cannot_be_opened_is_told_once(serve_process, tmp_path):
    server = serve_process(tmp_path / "nowhere.onnx", "--processes", 3, ready=False)
    assert server.ended() == 1
    [line] = server.lines
    assert line.startswith("Error: There is no file ")


def test_processes_that_always_end_end_the_server(serve_process, network_file, monkeypatch, tmp_path):
    """Before each of them can answer: here because one of their modules cannot be imported."""
    (tmp_path / "uvloop.py").write_text("import os\nos._exit(7)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    server = serve_process(network_file, "--processes", 2, ready=False)
    assert server.ended() == 1
    told = [line["message"] for line in logged(server)]
    assert told == ["A process of the server has ended: status 7. Another one takes its place."] * 2
    assert server.lines[-1] == (
        "Error: 3 processes of the server ended within a minute before they could answer; the last one: status 7. "
        "What they wrote stands above. Try --processes 1, or fewer and smaller networks if memory is short.\n"
    )


def test_wrong_numbers():
    answer = call("serve", "--processes", 0)
    assert answer.exit_code == 2
    assert "Error: Invalid value for '--processes': 0 is not in the range x>=1.\n" in answer.output


def test_where_connections_cannot_be_handed_over(monkeypatch):
    monkeypatch.delattr("socket.send_fds")
    answer = call("serve", "--processes", 2)
    assert answer.exit_code == 2
    assert (
        "Invalid value for '--processes': 2: this system, such as Windows, does not let a process hand its connections "
        "to another. Leave it out; or start several servers on ports of their own, behind a proxy.\n" in answer.output
    )
