"""Connections that break, and servers that answer otherwise than asked: the right file, or a clear error."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from amalthea.catalog import WeightFile, variant
from amalthea.errors import DownloadError
from amalthea.storage import models_folder
from amalthea.weights.download import download
from amalthea.weights.http import Patience
from tests.weights.file_server import Asked, FileServer, Serve
from tests.weights.small_files import write_small_h5

pytestmark = pytest.mark.single_backend

CONTENT = hashlib.shake_128(b"weights").digest(3_000_000)
OTHER = hashlib.shake_128(b"newer weights").digest(3_000_000)
FILE = WeightFile(name="vgg.h5", top=True, size=224, url="http://x/vgg/vgg.h5", md5=hashlib.md5(CONTENT).hexdigest())
HALF = len(CONTENT) // 2
HASTE = Patience(connect=10.0, read=10.0, attempts=3, pause=0.01, longest_pause=0.05)
ONCE = Patience(connect=10.0, read=10.0, attempts=1)
DATE = {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}


@pytest.fixture
def mirror(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Callable[[FileServer], FileServer]:
    def start(server: FileServer) -> FileServer:
        monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(server))
        return server

    return start


def part() -> Path:
    return models_folder() / "vgg.h5.part"


def only_file() -> bytes:
    """What the folder of models holds, which must be one file under the official name."""
    [path] = models_folder().iterdir()
    assert path.name == FILE.name
    return path.read_bytes()


def break_off(server: FileServer, patience: Patience = ONCE) -> str:
    with pytest.raises(DownloadError) as caught:
        download(FILE, patience=patience)
    assert not (models_folder() / FILE.name).exists()
    return str(caught.value)


@pytest.mark.parametrize("cut", [0, 1, HALF, len(CONTENT) - 1])
def test_a_cut_connection_is_taken_up_again(cut: int, mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, cuts=[cut]))
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert only_file() == CONTENT
    first, second = server.ranges
    assert first is None
    # Of the last 64 KiB before the cut, some may be lost.
    begun = int(second.removeprefix("bytes=").removesuffix("-")) if second else 0
    assert cut - 2**16 <= begun <= cut


@pytest.mark.parametrize("cut", [0, 1, HALF, len(CONTENT) - 1])
def test_the_next_call_goes_on(cut: int, mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, cuts=[cut]))
    message = break_off(server)
    arrived = part().stat().st_size if part().exists() else 0
    assert (f"The {arrived:,} bytes that arrived are kept" in message) == bool(arrived)
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert server.asked[1][1:] == ((f"bytes={arrived}-", '"first"') if arrived else (None, None))
    assert only_file() == CONTENT


@pytest.mark.parametrize("alpha", [0.25, 0.75])
def test_an_official_file_arrives_however_often_the_connection_breaks(
    alpha: float, test_data: Path, mirror: Callable[[FileServer], FileServer]
) -> None:
    """More often than a server without progress is asked."""
    file = variant("MobileNet").file(top=True, alpha=alpha)
    content = (test_data / "weights" / file.name).read_bytes()
    server = mirror(FileServer(content, cuts=[200_000] * 8))
    assert download(file, patience=HASTE).read_bytes() == content
    assert len(server.asked) == 9


def test_a_date_serves_as_well_as_an_etag(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, validators=DATE, cuts=[HALF]))
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.asked[1].if_range == DATE["Last-Modified"]


@pytest.mark.parametrize("validators", [{}, {"ETag": 'W/"weak"'}])
def test_what_cannot_be_told_from_another_file_is_not_continued(
    validators: dict[str, str], mirror: Callable[[FileServer], FileServer]
) -> None:
    server = mirror(FileServer(CONTENT, validators=validators, cuts=[HALF, HALF]))
    break_off(server)
    assert list(models_folder().iterdir()) == []
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.ranges == [None] * 3


def test_a_server_that_knows_no_ranges_sends_the_whole(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, heeds_range=False, cuts=[HALF]))
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.ranges[1] is not None
    assert only_file() == CONTENT


@pytest.mark.parametrize("heeds_if_range", [True, False])
def test_a_file_that_changed_meanwhile_starts_anew(
    heeds_if_range: bool, mirror: Callable[[FileServer], FileServer]
) -> None:
    server = mirror(FileServer(OTHER, cuts=[HALF], heeds_if_range=heeds_if_range))
    break_off(server)
    server.content, server.validators = CONTENT, {"ETag": '"second"'}
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.asked[1].if_range == '"first"'
    assert only_file() == CONTENT


def test_another_file_under_the_same_etag_is_noticed_by_its_hash(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(OTHER, cuts=[HALF]))
    break_off(server)
    arrived = part().stat().st_size
    server.content = CONTENT
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.ranges[1:] == [f"bytes={arrived}-", None]


def test_another_length_is_noticed_at_once(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(OTHER + b"longer", cuts=[HALF]))
    break_off(server)
    server.content = CONTENT
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert len(server.asked) == 3


def test_a_part_longer_than_the_file_starts_anew(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT * 2, cuts=[len(CONTENT) + 2**17]))
    break_off(server)
    server.content = CONTENT
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert server.ranges[2] is None


def test_a_part_from_another_address_starts_anew(mirror: Callable[[FileServer], FileServer]) -> None:
    break_off(mirror(FileServer(OTHER, cuts=[HALF])))
    server = mirror(FileServer(CONTENT))
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert server.ranges == [None]


@pytest.mark.parametrize("note", [None, b"", b"{", b"[]", b"null", b'{"address": 1}', b"[" * 100_000, b"\xff"])
def test_a_part_whose_note_is_damaged_starts_anew(
    note: bytes | None, mirror: Callable[[FileServer], FileServer]
) -> None:
    server = mirror(FileServer(CONTENT, cuts=[HALF]))
    break_off(server)
    path = part().with_name("vgg.h5.part.json")
    path.unlink()
    if note is not None:
        path.write_bytes(note)
    part().write_bytes(OTHER[:HALF])
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert server.ranges == [None, None]
    assert only_file() == CONTENT


def test_a_whole_part_is_only_verified(mirror: Callable[[FileServer], FileServer]) -> None:
    """As a process leaves it that is killed before the file got its name."""
    server = mirror(FileServer(CONTENT, cuts=[HALF]))
    break_off(server)
    part().write_bytes(CONTENT)
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_damaged_whole_part_is_fetched_anew(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, cuts=[HALF]))
    break_off(server)
    part().write_bytes(OTHER)
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert server.ranges == [None, None]


def test_an_unannounced_end_is_noticed_by_the_hash(mirror: Callable[[FileServer], FileServer]) -> None:
    """Without a length, a connection that breaks is no different from the end of the file."""
    server = mirror(FileServer(CONTENT, tells_length=False, cuts=[HALF]))
    assert download(FILE, patience=ONCE).read_bytes() == CONTENT
    assert server.ranges == [None, None]


def test_a_file_without_a_hash_is_not_cut_short(tmp_path: Path, mirror: Callable[[FileServer], FileServer]) -> None:
    write_small_h5(tmp_path / "small.h5")
    content = (tmp_path / "small.h5").read_bytes()
    unhashed = WeightFile(name="mobilenet.h5", top=True, size=224, url="http://x/mobilenet.h5")
    mirror(FileServer(content, tells_length=False, cuts=[len(content) // 2]))
    assert download(unhashed, patience=ONCE).read_bytes() == content


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(status: int, mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, statuses=[status, status]))
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_server_that_refuses_is_not(status: int, mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, statuses=[status]))
    assert f"{status} Client Error" in break_off(server, HASTE)
    assert len(server.asked) == 1


def test_a_server_that_hangs_is_asked_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server, end = FileServer(CONTENT), threading.Event()

    def hang_once(request: BaseHTTPRequestHandler) -> None:
        if end.is_set() or server.asked:
            return server(request)
        server.asked.append(Asked(request.path, None, None))
        end.wait(20)
        return None

    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", serve(hang_once))
    try:
        assert download(FILE, patience=replace(HASTE, read=0.3, attempts=9)).read_bytes() == CONTENT
    finally:
        end.set()
    assert len(server.asked) >= 2


def test_hope_ends(mirror: Callable[[FileServer], FileServer]) -> None:
    server = mirror(FileServer(CONTENT, statuses=[500] * 9))
    assert "500 Server Error" in break_off(server, HASTE)
    assert len(server.asked) == HASTE.attempts


@pytest.mark.parametrize(
    "retry_after",
    ["0", "3600", "9" * 400, "soon", "-1", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)],
    ids=["none", "an hour", "for ever", "a word", "negative", "a date"],
)
def test_a_server_may_ask_for_time_but_not_for_ever(
    retry_after: str, mirror: Callable[[FileServer], FileServer]
) -> None:
    """An hour would end this test."""
    mirror(FileServer(CONTENT, statuses=[503], retry_after=retry_after))
    assert download(FILE, patience=HASTE).read_bytes() == CONTENT
