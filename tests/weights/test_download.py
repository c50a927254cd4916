import gzip
import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from amalthea.catalog import WeightFile, variant
from amalthea.errors import DownloadError
from amalthea.storage import models_folder
from amalthea.weights import find_weights
from amalthea.weights.download import download
from amalthea.weights.http import Patience

pytestmark = pytest.mark.single_backend

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]

CONTENT = bytes(range(256)) * 20_000
FILE = WeightFile(name="vgg.h5", top=True, size=224, url="http://x/vgg/vgg.h5", md5=hashlib.md5(CONTENT).hexdigest())
HASTE = Patience(connect=10.0, read=10.0, attempts=2, pause=0.01)
UNHASHED = WeightFile(name="mobilenet.h5", top=True, size=224, url="http://x/mobilenet.h5")


def send(
    request: BaseHTTPRequestHandler, content: bytes = CONTENT, status: int = 200, length: int | None = None
) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    request.end_headers()
    request.wfile.write(content)


def send_chunks(request: BaseHTTPRequestHandler, content: bytes = CONTENT) -> None:
    """Without Content-Length."""
    request.protocol_version = "HTTP/1.1"
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content))
    request.close_connection = True


def nothing_is_left() -> bool:
    return not models_folder().exists() or not list(models_folder().iterdir())


def test_official_file_comes_whole_from_a_mirror(
    serve: Serve, test_data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, (test_data / "weights" / Path(request.path).name).read_bytes())

    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(answer) + "/mirror/")
    file = variant("MobileNet").file(top=True, alpha=0.75)
    path = find_weights(file)
    assert path == models_folder() / "mobilenet_7_5_224_tf.h5"
    assert path.read_bytes() == (test_data / "weights" / file.name).read_bytes()
    assert [entry.name for entry in models_folder().iterdir()] == [path.name]
    assert capfd.readouterr() == ("", "")


def test_published_address_is_used_without_a_mirror(serve: Serve) -> None:
    file = WeightFile(name="vgg.h5", top=True, size=224, url=f"{serve(send)}/keras/vgg.h5", md5=FILE.md5)
    assert find_weights(file).read_bytes() == CONTENT
    assert find_weights(file).name == "vgg.h5"


def test_length_need_not_be_announced(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(send_chunks))
    assert find_weights(FILE).read_bytes() == CONTENT


def test_redirection_is_followed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/elsewhere":
            return send(request)
        request.send_response(302)
        request.send_header("Location", "/elsewhere")
        request.end_headers()

    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(answer))
    assert find_weights(FILE).read_bytes() == CONTENT


def send_compressed(request: BaseHTTPRequestHandler) -> None:
    """As a proxy may do although nobody asked for it."""
    content = gzip.compress(CONTENT)
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def test_compressed_file_is_unpacked(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(send_compressed))
    assert find_weights(FILE).read_bytes() == CONTENT


FAILURES = {
    "missing": (lambda request: request.send_error(404), "404 Client Error: Not Found"),
    "forbidden": (lambda request: request.send_error(403), "403 Client Error: Forbidden"),
    "broken": (lambda request: request.send_error(500), "500 Server Error"),
    "cut off": (partial(send, content=CONTENT[:1000], length=len(CONTENT)), "1000 bytes read"),
    "only announced": (partial(send, content=b"", length=len(CONTENT)), "0 bytes read"),
    "shorter": (partial(send, content=CONTENT[:-1]), "the server sent another file, with md5 "),
    "a page": (partial(send, content=b"<html>log in</html>"), "the server sent another file, with md5 "),
    "other chunks": (partial(send_chunks, content=CONTENT[1:]), "the server sent another file, with md5 "),
    "not HTTP": (lambda request: request.wfile.write(b"not HTTP\r\n\r\n"), "Connection aborted"),
    "hung up": (lambda request: request.connection.close(), "Connection aborted"),
}


@pytest.mark.parametrize(("answer", "reason"), FAILURES.values(), ids=FAILURES)
def test_failures_say_what_to_do_and_leave_nothing(
    answer: Callable[[BaseHTTPRequestHandler], None], reason: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = serve(answer)
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", mirror)
    expected = (
        f"(?s)Cannot download vgg.h5 from {mirror}/vgg.h5: .*{reason}.*Fetch it another way from http://x/vgg/vgg.h5 "
        rf"\(md5 {FILE.md5}\) and put the file at {models_folder() / 'vgg.h5'}; or name a folder .* AMALTHEA_WEIGHTS"
    )
    with pytest.raises(DownloadError, match=expected):
        download(FILE, patience=HASTE)
    assert nothing_is_left()


def test_file_without_a_hash_must_at_least_be_weights(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(partial(send, content=b"<html>log in</html>")))
    with pytest.raises(DownloadError, match=r"something that is no weight file.*\n.*\(no hash is published\)"):
        find_weights(UNHASHED)
    assert nothing_is_left()


def test_silence_ends_after_the_timeout(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        send(request, CONTENT[:1000], length=len(CONTENT))
        end.wait(20)

    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(answer))
    try:
        with pytest.raises(DownloadError, match="Read timed out"):
            download(FILE, patience=Patience(read=0.2, attempts=1))
    finally:
        end.set()
    assert nothing_is_left()


def test_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(DownloadError, match=r"Cannot download vgg.h5 from .*Connection refused"):
            download(FILE, patience=HASTE)
    assert nothing_is_left()


@pytest.mark.parametrize(
    "mirror", ["ftp://127.0.0.1", "/tmp", "no address", "http:", "http://a..b", f"http://{64 * 'a'}.invalid"]
)
def test_impossible_address_is_told(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", mirror)
    with pytest.raises(DownloadError, match=rf"Cannot download vgg.h5 from {mirror}(?s:.*)put the file at"):
        find_weights(FILE)
    assert nothing_is_left()


@pytest.mark.parametrize("mirror", ["/tmp", "file:///tmp", "ftp://127.0.0.1"])
def test_a_folder_in_place_of_a_mirror_is_told(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", mirror)
    expected = (
        f"AMALTHEA_WEIGHTS_URL={mirror} does not begin with http:// or https://. A folder of weight files is named by "
        "AMALTHEA_WEIGHTS.\n"
    )
    with pytest.raises(DownloadError, match=expected):
        find_weights(FILE)


@pytest.mark.parametrize(("number", "attempts"), [(socket.EAI_NONAME, 1), (socket.EAI_AGAIN, 2)])
def test_a_server_without_an_address_is_not_waited_for(
    number: int, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def resolve(*arguments: object) -> None:
        asked.append(arguments[0])
        raise socket.gaierror(number, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", "http://weights.invalid")
    with pytest.raises(DownloadError, match=r"weights\.invalid.*no such name"):
        download(FILE, patience=Patience(attempts=5, pause=0.01))
    assert asked == ["weights.invalid"] * attempts


def test_offline_asks_nobody(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(asked.append))
    monkeypatch.setenv("AMALTHEA_OFFLINE", "1")
    expected = rf"AMALTHEA_OFFLINE forbids the network.\n.*vgg.h5 \(md5 {FILE.md5}\) and put the file at .*vgg.h5"
    with pytest.raises(DownloadError, match=expected):
        find_weights(FILE)
    assert asked == []
    assert not models_folder().exists()


@pytest.mark.parametrize("value", ["0", ""])
def test_offline_can_be_switched_off(value: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMALTHEA_OFFLINE", value)
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(send))
    assert find_weights(FILE).read_bytes() == CONTENT


def test_progress_is_shown_on_a_terminal(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(send))
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    program = (
        "from tests.weights.test_download import FILE; from amalthea.weights import find_weights\nfind_weights(FILE)"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stderr=theirs,
        stdout=subprocess.PIPE,
        check=True,
    )
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert "vgg.h5" in shown
    assert "MB" in shown
    assert process.stdout == b""
