"""Who may ask: those with the key, and no web page of somebody else."""

import asyncio

import pytest
import requests

pytest.importorskip("starlette")

from amalthea.apps.serving import ServerSettings
from amalthea.apps.serving.origins import Origins, _is_ours
from amalthea.apps.serving.problems import Problem
from amalthea.apps.serving.settings import is_loopback

pytestmark = pytest.mark.single_backend

KEY = "s3cret key"


@pytest.fixture(scope="module")
def locked(network_file):
    from tests.apps.serving.conftest import server_in_thread

    with server_in_thread(network_file, api_key=KEY) as url:
        yield url


@pytest.fixture(scope="module")
def behind_a_proxy(network_file):
    from tests.apps.serving.conftest import server_in_thread

    with server_in_thread(network_file, hosts=("models.example.org", "*")) as url:
        yield url


def get(url, path="/v1/models", **headers):
    return requests.get(f"{url}{path}", headers=headers, timeout=10)


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY}"}, {"X-API-Key": KEY}], ids=str
)
def test_with_the_key(locked, headers):
    assert get(locked, **headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "This server asks for an API key."),
        ({"Authorization": f"Basic {KEY}"}, "This server asks for an API key."),
        ({"Authorization": "Bearer "}, "The API key is not the one of this server."),
        ({"Authorization": f"Bearer {KEY}x"}, "The API key is not the one of this server."),
        ({"X-API-Key": "s3cret"}, "The API key is not the one of this server."),
        ({"X-API-Key": "wrong", "Authorization": f"Bearer {KEY}"}, "The API key is not the one of this server."),
    ],
    ids=str,
)
def test_without_it(locked, headers, words):
    answer = get(locked, **headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == (f"{words} Send it in a header: 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.")
    assert KEY not in answer.text


def test_what_is_open_and_what_is_not(locked):
    for path in ("/", "/page/page.css", "/v2/health/live", "/v2/health/ready"):
        assert get(locked, path).status_code == 200, path
    for path in ("/v1/models", "/v2", "/v2/models/mobilenet", "/metrics", "/openapi.json", "/v2/health", "/nowhere"):
        assert get(locked, path).status_code == 401, path
    picture = requests.post(f"{locked}/v1/predict", b"x", headers={"Content-Type": "image/jpeg"}, timeout=10)
    assert picture.status_code == 401


@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1:1", "null", "file://", "http://"])
def test_pages_of_others(served, origin):
    answer = requests.post(f"{served}/v1/predict", files={"picture": b"x"}, headers={"Origin": origin}, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["error"].startswith(
        f"A web page of {origin!r} asked, and this server answers only its own page"
    )
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "If a proxy stands in front of it, let it hand on the Host header with its port" in answer.json()["error"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_pages_of_others_only_get(served, site):
    """An image or a script, with which browsers send no Origin; a link to the page is followed."""
    for path, mode in (("/v1/models", "no-cors"), ("/", "no-cors"), ("/v1/models", "navigate"), ("/page/page.css", "")):
        answer = get(served, path, **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
        assert answer.status_code == 403, path
        assert answer.json()["error"].startswith("A web page of another site asked, and this server answers only its")
    assert get(served, "/", **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_own_page_and_the_address_bar_get(served, site):
    for path in ("/v1/models", "/", "/page/page.css"):
        assert get(served, path, **{"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors"}).status_code == 200


def test_the_own_page(served):
    assert get(served, Origin=served).status_code == 200
    assert get(served, Origin=served.replace("http", "https")).status_code == 200  # a proxy speaks TLS
    by_name = {"Host": f"localhost:{served.rpartition(':')[2]}"}
    assert get(served, Origin=f"http://{by_name['Host']}", **by_name).status_code == 200
    assert get(served, Origin=served, **by_name).status_code == 403


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "localhost.example.org:80", "[::1", "é"])
def test_names_of_others(served, host):
    answer = requests.get(f"{served}/v1/models", headers={"Host": host.encode()}, timeout=10)
    assert answer.status_code == 403
    assert "Whoever runs it can say that it is: amalthea serve --allowed-host NAME." in answer.json()["error"]


def test_probes_may_use_any_name(served, locked):
    for path in ("/v2/health/live", "/v2/health/ready"):
        assert get(served, path, Host="amalthea.pets.svc:8000").status_code == 200
        assert get(served, path, Host="example.org", Origin="http://example.com").status_code == 403
        assert get(served, path, Host="example.org", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for path in ("/v2/health", "/v2/health/live/", "/metrics", "/v2"):
        assert get(served, path, Host="example.org").status_code == 403, path
    assert get(served, "/metrics").status_code == 200
    assert get(locked, "/metrics", Host="amalthea:8000", **{"X-API-Key": KEY}).status_code == 200
    assert get(locked, "/metrics", Host="amalthea:8000").status_code == 401
    assert get(locked, "/v1/models", Host="amalthea:8000", **{"X-API-Key": KEY}).status_code == 403


def test_scrapers_may_use_any_name_where_others_than_this_machine_ask():
    async def ask(path, **headers):
        async def answer(*_):
            answered.append(path)

        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        origins = Origins(answer, ServerSettings(host="0.0.0.0"))
        await origins({"type": "http", "path": path, "headers": sent}, None, None)

    answered = []
    asyncio.run(ask("/metrics", host="amalthea:8000"))
    assert answered == ["/metrics"]
    for path, headers in (("/metrics", {"origin": "http://example.org"}), ("/v1/models", {})):
        with pytest.raises(Problem) as raised:
            asyncio.run(ask(path, host="amalthea:8000", **headers))
        assert raised.value.status == 403


def test_further_names(server, network_file):
    url = server(network_file, hosts=("Models.example.org",))
    assert get(url, Host="models.example.org:8443").status_code == 200
    assert get(url, Host="other.example.org").status_code == 403


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8000", "https://models.example.org", 200),  # nginx by itself
        ("models.example.org", "https://Models.example.org:8443", 200),  # $host, which has no port
        ("models.example.org:443", "https://models.example.org", 200),
        ("10.0.0.7:443", "https://10.0.0.7", 200),
        ("10.0.0.7:80", "http://10.0.0.7", 200),
        ("10.0.0.7:443", "http://10.0.0.7", 403),
        ("127.0.0.1:8000", "https://models.example.org.evil.org", 403),
        ("127.0.0.1:8000", "https://example.org", 403),
        ("127.0.0.1:8000", "ftp://models.example.org", 403),
        ("127.0.0.1:8000", "http://[::1", 403),
        ("127.0.0.1:8000", "http://*", 403),
    ],
)
def test_the_own_page_behind_a_proxy(behind_a_proxy, host, origin, status):
    assert get(behind_a_proxy, Host=host, Origin=origin).status_code == status


def test_which_names_are_this_server():
    for host in (b"127.0.0.1:8000", b"localhost", b"LocalHost.:1", b"a.localhost", b"[::1]:8000", b"10.0.0.7", b"pets"):
        assert _is_ours(host, frozenset(["pets"])), host
    for host in (b"", b"pet", b"pets.example.org", b"10.0.0.7.example.org", b"evil"):
        assert not _is_ours(host, frozenset(["pets"])), host
    assert _is_ours(b"anything", frozenset("*"))


def test_loopback():
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "LOCALHOST."]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org"]))
