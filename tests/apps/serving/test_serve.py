"""`amalthea serve` as somebody types it, in a process of its own, to its end."""

import json
import signal
import socket
import sys
import time
from io import BytesIO
from threading import Thread

import pytest
import requests
from PIL import Image

pytest.importorskip("starlette")

from tests.apps.commands import call

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for another process"),
]


def predict(url, content, **headers):
    return requests.post(f"{url}/v1/predict", content, headers={"Content-Type": "image/jpeg"} | headers, timeout=30)


def test_from_the_first_line_to_the_last(serve_process, network_file, test_data, monkeypatch):
    monkeypatch.setenv("AMALTHEA_API_KEY", "a key")
    monkeypatch.setenv("AMALTHEA_MAX_PIXELS", "2000000")  # less than --max-pixels is without it
    server = serve_process(network_file, "--max-megabytes", 1, "--no-explain")
    assert server.url.startswith("http://127.0.0.1:")
    picture = (test_data / "images" / "hot_dog.jpg").read_bytes()
    assert predict(server.url, picture).status_code == 401
    answered = predict(server.url, picture, **{"X-API-Key": "a key", "X-Request-ID": "mine"})
    assert answered.json()["predictions"][0]["answer"] == "hotdog"
    assert predict(server.url, bytes(2**20 + 1), **{"X-API-Key": "a key"}).status_code == 413
    form = {"files": {"picture": picture}, "data": {"explain": "true"}, "headers": {"X-API-Key": "a key"}}
    answer = requests.post(f"{server.url}/v1/predict", **form, timeout=30)
    assert (answer.status_code, "does not explain its answers" in answer.text) == (400, True)
    large = BytesIO()
    Image.new("1", (1500, 1400)).save(large, "PNG")  # of so many pixels Pillow warns
    answer = predict(server.url, large.getvalue(), **{"X-API-Key": "a key"})
    assert (answer.status_code, "2,100,000 pixels, 1500 by 1400; allowed are 2,000,000" in answer.text) == (422, True)
    server.process.send_signal(signal.SIGTERM)
    assert server.ended() == 0
    logged = [json.loads(line) for line in server.lines if line.startswith("{")]
    [line] = [line for line in logged if line.get("request") == "mine"]
    assert (line["method"], line["path"], line["status"], line["model"]) == ("POST", "/v1/predict", 200, "mobilenet")
    assert line["bytes"] == len(answered.content)
    assert 0 < line["milliseconds"] < 30_000
    [warning] = [line for line in logged if line.get("logger") == "py.warnings"]
    assert warning["message"].startswith("Warning: Image size (2100000 pixels) exceeds limit of 2000000 pixels")
    assert "a key" not in "".join(server.lines)
    assert len(server.lines) == len(logged) + 1  # the address alone is no JSON


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_is_finished(serve_process, network_file, test_data, number):
    """An explanation takes as long as 145 predictions: it is being computed when the signal comes, the others wait."""
    server = serve_process(network_file, "--concurrency", 1)
    files = [("picture", (test_data / "images" / "hot_dog.jpg").read_bytes())]
    answers = []

    def ask():
        answers.append(requests.post(f"{server.url}/v1/predict", files=files, data={"explain": "1"}, timeout=60))

    clients = [Thread(target=ask) for _ in range(3)]
    for client in clients:
        client.start()
    while "amalthea_requests_waiting 2.0" not in requests.get(f"{server.url}/metrics", timeout=10).text:
        time.sleep(0.01)
    server.process.send_signal(number)
    for client in clients:
        client.join()
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(answer.json()["predictions"][0]["explanation"]["peak"] for answer in answers)
    assert server.ended() == 0


def test_a_second_control_c_ends_at_once(serve_process, network_file):
    server = serve_process(network_file, "--timeout", 100, "--drain", 100, "--quiet")
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as slow:
        slow.sendall(
            b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\n"
        )
        requests.get(f"{server.url}/v1/models", timeout=10)  # by now the other was heard
        server.process.send_signal(signal.SIGINT)
        slow.settimeout(1)
        with pytest.raises(TimeoutError):
            slow.recv(1)  # it is waited for
        server.process.send_signal(signal.SIGINT)
        assert server.ended() == 130
    assert server.lines == [f"Amalthea serves on {server.url}\n"]


def test_a_port_that_is_taken(network_file):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = call("serve", network_file, "--port", port)
    assert answer.exit_code == 1
    assert answer.output == (
        f"Error: --host 127.0.0.1 --port {port} cannot be listened on: Address already in use. Name another port, or 0 "
        "for any that is free, and as --host an address of this machine.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.onnx"], "Error: There is no file nowhere.onnx"),
        (["ResNet5O"], "Did you mean ResNet50"),
        (["--port", "70000"], "Invalid value for '--port': 70000 is not in the range 0<=x<=65535."),
        (["--max-megabytes", "0"], "Invalid value for '--max-megabytes'"),
        (["--max-megabytes", "inf"], "Invalid value for '--max-megabytes': inf is no number of MiB."),
        (["--max-megabytes", "nan"], "Invalid value for '--max-megabytes': nan is no number of MiB."),
        (["--timeout", "inf"], "Invalid value for '--timeout'"),
        (["--api-key", "a\nb"], "The API key must be printable ASCII text of at least one character."),
        (["--api-key", "a "], "No space may stand around it: headers cannot hold that."),
    ],
    ids=str,
)
def test_wrong_arguments(arguments, words):
    answer = call("serve", *arguments)
    assert answer.exit_code != 0
    assert words in answer.output


@pytest.mark.parametrize(
    ("limit", "arguments", "words"),
    [
        (
            None,
            ["--max-pixels", 200_000_000],
            "Error: --max-pixels 200000000: this process reads pictures of at most 89478485 pixels. Set the "
            "environment variable AMALTHEA_MAX_PIXELS=200000000 as well, or allow 89478485 at most.\n",
        ),
        (
            "1000",
            ["--max-pixels", 1001],
            "Error: --max-pixels 1001: this process reads pictures of at most 1000 pixels.",
        ),
        ("many", [], "Error: AMALTHEA_MAX_PIXELS='many'; give the pixels that a picture may have, as 200000000.\n"),
        ("1000", ["--max-pixels", 1000, "nowhere.onnx"], "Error: There is no file nowhere.onnx"),
        ("1000", ["nowhere.onnx"], "Error: There is no file nowhere.onnx"),
    ],
    ids=str,
)
def test_pixels_beyond_what_is_read(limit, arguments, words, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # which the variable changes
    if limit:
        monkeypatch.setenv("AMALTHEA_MAX_PIXELS", limit)
    answer = call("serve", *arguments)
    assert answer.exit_code == 1
    assert answer.output.startswith(words)


def test_whoever_opens_it_to_others_without_a_key_is_warned(network_file):
    warned = "Warning: whoever reaches 192.0.2.1 may use this server. Set AMALTHEA_API_KEY to ask for a key.\n"
    for key, words in ((), warned), (("--api-key", "k"), ""):  # an address that no machine has, so that it ends
        answer = call("serve", network_file, "--host", "192.0.2.1", *key)
        assert answer.exit_code == 1
        assert answer.output.startswith(words + "Error: --host 192.0.2.1 --port 8000 cannot be listened on: ")


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setattr("amalthea.apps.serve.find_spec", lambda name: None if name == "uvicorn" else name)
    answer = call("serve")
    assert answer.output == 'Error: amalthea serve needs uvicorn: pip install "amalthea[serve]"\n'


def test_help_has_sections():
    text = call("serve", "--help").output
    options = {line.split()[0] for line in text.splitlines() if line.startswith("  --")}
    assert {"--host", "--api-key", "--max-pixels", "--concurrency", "--log-level"} <= options
    places = [text.index(f"\n{title}:\n") for title in ("Models", "Address", "Limits of a request", "Messages")]
    assert places == sorted(places)
    assert text.count("--drain") == 1
    assert "AMALTHEA_API_KEY" in text
