"""Proxies and certificates are those that the environment names."""

import hashlib
import shutil
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from amalthea.catalog import WeightFile
from amalthea.errors import DownloadError
from amalthea.weights.download import download
from amalthea.weights.http import Patience
from tests.weights.file_server import FileServer, Serve

pytestmark = pytest.mark.single_backend

CONTENT = bytes(range(256)) * 1000
MD5 = hashlib.md5(CONTENT).hexdigest()
ONCE = Patience(connect=5.0, read=5.0, attempts=1)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def weights(url: str) -> WeightFile:
    return WeightFile(name="vgg.h5", top=True, size=224, url=url, md5=MD5)


def test_a_proxy_is_asked_instead(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = FileServer(CONTENT)
    monkeypatch.setenv("HTTP_PROXY", serve(server))
    assert download(weights("http://weights.invalid/vgg.h5"), patience=ONCE).read_bytes() == CONTENT
    assert [asked.path for asked in server.asked] == ["http://weights.invalid/vgg.h5"]


def test_a_proxy_for_https_is_asked_for_a_tunnel(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(request: BaseHTTPRequestHandler) -> None:
        asked.append((request.command, request.path))
        request.send_error(403)

    monkeypatch.setenv("HTTPS_PROXY", serve(refuse))
    with pytest.raises(DownloadError, match="Tunnel connection failed: 403 Forbidden"):
        download(weights("https://weights.invalid/vgg.h5"), patience=ONCE)
    assert asked == [("CONNECT", "weights.invalid:443")]


def test_a_proxy_is_passed_by_where_it_should_be(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = FileServer(b""), FileServer(CONTENT)
    monkeypatch.setenv("HTTP_PROXY", serve(proxy))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert download(weights(f"{serve(server)}/vgg.h5"), patience=ONCE).read_bytes() == CONTENT
    assert proxy.asked == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of a server on the loopback, with its key; signed by nobody."""
    openssl = shutil.which("openssl") or pytest.skip("no openssl to make a certificate with")
    path = tmp_path / "certificate.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    key = tmp_path / "key.pem"
    subprocess.run([openssl, "req", *new, *names, "-keyout", key, "-out", path], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


@pytest.fixture
def https(certificate: Path, serve: Serve) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return serve(FileServer(CONTENT), context)


def test_a_server_whom_nobody_vouches_for_is_refused_at_once(https: str) -> None:
    patience = Patience(attempts=5, pause=600.0, longest_pause=600.0)  # a second attempt would end this test
    with pytest.raises(DownloadError, match="CERTIFICATE_VERIFY_FAILED"):
        download(weights(f"{https}/vgg.h5"), patience=patience)


@pytest.mark.parametrize("setting", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there_are_told_and_cost_nothing(
    setting: str, certificate: Path, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = FileServer(CONTENT, cuts=[len(CONTENT) // 2])
    file = weights(f"{serve(server, context)}/vgg.h5")
    monkeypatch.setenv(setting, str(certificate))
    with pytest.raises(DownloadError, match="bytes that arrived are kept"):
        download(file, patience=ONCE)
    monkeypatch.setenv(setting, str(tmp_path / "nowhere.pem"))
    expected = rf"Cannot download vgg.h5 from {file.url}: .*invalid path: {tmp_path}/nowhere.pem \(see {setting}\)"
    with pytest.raises(DownloadError, match=expected):
        download(file, patience=ONCE)
    monkeypatch.setenv(setting, str(certificate))
    assert download(file, patience=ONCE).read_bytes() == CONTENT
    assert len(server.asked) == 2
    assert server.ranges[1] is not None


def test_a_proxy_without_a_possible_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://a..b")
    with pytest.raises(DownloadError, match=r"Failed to parse: 'a\.\.b'"):
        download(weights("http://weights.invalid/vgg.h5"), patience=ONCE)


@pytest.mark.parametrize("setting", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_of_ones_own_are_accepted(
    setting: str, https: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, str(certificate))
    assert download(weights(f"{https}/vgg.h5"), patience=ONCE).read_bytes() == CONTENT
