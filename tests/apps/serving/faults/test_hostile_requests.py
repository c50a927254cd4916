"""Requests that are none, or two in one, or without end: each is refused, and what follows is not taken for another."""

import gzip
from contextlib import suppress

import pytest

from .conversation import form, get, picture_part, request, statuses_heard

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend

SECOND = b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n"  # hidden in the body of another


def head(*lines):
    return "\r\n".join(["POST /v1/predict HTTP/1.1", "host: localhost", "content-type: image/jpeg", *lines, "", ""])


NO_REQUESTS = {
    "noise": bytes(range(256)) * 40,
    "a greeting of TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown method": b"EAT / HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a tunnel": b"CONNECT localhost:22 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a folder above": b"GET /../../../../etc/passwd HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a folder above, hidden": b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a long address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a zero in a header": head("x-a: a\0b", "content-length: 0").encode(),
    "an empty name": head(": b", "content-length: 0").encode(),
    "a space before the colon": head("content-length : 5").encode() + b"hello",
    "a negative length": head("content-length: -5").encode() + b"hello",
    "a length in words": head("content-length: five").encode() + b"hello",
    "a length beyond all": head(f"content-length: {10**30}").encode() + b"hello",
    "two lengths": head("content-length: 5", "content-length: 6").encode() + b"hello!",
    "length and chunks": head("content-length: 4", "transfer-encoding: chunked").encode() + b"0\r\n\r\n" + SECOND,
    "chunks and length": head("transfer-encoding: chunked", "content-length: 4").encode() + b"0\r\n\r\n" + SECOND,
    "chunks in disguise": head("transfer-encoding: xchunked").encode() + b"0\r\n\r\n" + SECOND,
    "chunks, then something": head("transfer-encoding: chunked, identity").encode() + b"0\r\n\r\n" + SECOND,
    "a chunk of no number": head("transfer-encoding: chunked").encode() + b"zz\r\nhello\r\n0\r\n\r\n",
    "a negative chunk": head("transfer-encoding: chunked").encode() + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk beyond all": head("transfer-encoding: chunked").encode() + b"F" * 20 + b"\r\nhello\r\n0\r\n\r\n",
    "a chunk that is longer": head("transfer-encoding: chunked").encode() + b"2\r\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("kind", NO_REQUESTS)
def test_what_is_no_request(server, unharmed, kind):
    """One refusal at most: what stands in a body is not answered."""
    with server.connected() as connection:
        with suppress(ConnectionError):
            connection.sendall(NO_REQUESTS[kind])
        statuses = statuses_heard(connection)
    assert len(statuses) <= 1
    assert all(400 <= status < 500 or status in (501, 505) for status in statuses)


@pytest.mark.parametrize("lines", [["x-large: " + "a" * 2**20], [f"x-{number}: a" for number in range(20_000)]])
def test_headers_of_a_megabyte(server, unharmed, lines):
    answer = server.ask(head(*lines, "content-length: 0").encode())
    assert answer is None or answer.status in (400, 431)


def chunked(*chunks):
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head("transfer-encoding: chunked").encode() + body + b"0\r\n\r\n"


def test_chunks_are_a_body(server, picture, unharmed):
    assert (
        server.ask(chunked(picture[:10], picture[10:])).json["predictions"]
        == (server.predict(picture).json["predictions"])
    )
    assert server.ask(chunked(*(picture[at : at + 1] for at in range(len(picture))))).status == 200


def test_a_request_in_the_body_is_no_second_one(server, unharmed):
    with server.connected() as connection:
        connection.sendall(request(SECOND))
        assert server.heard(connection).status == 422
        connection.sendall(request(path="/v1/models", method="GET"))
        assert server.heard(connection).json["models"][0]["name"] == "small"


@pytest.mark.parametrize("ways", ["declared", "chunked"])
def test_bodies_without_end(start, picture, ways):
    server = start("--max-megabytes", 0.1)
    begin = head("content-length: 20000000" if ways == "declared" else "transfer-encoding: chunked").encode()
    chunk = bytes(50_000) if ways == "declared" else b"c350\r\n" + bytes(50_000) + b"\r\n"
    with server.connected() as connection:
        connection.sendall(begin)
        sent = 0
        with suppress(ConnectionError):
            while sent < 20_000_000:
                connection.sendall(chunk)
                sent += 50_000
        answer = server.heard(connection)
    assert sent < 20_000_000, "all of it was taken"
    assert answer is None or answer.status == 413
    small = server.predict(bytes(110_000))
    assert small.status == 413
    assert "larger than 104,858 bytes, the server's limit" in small.error
    assert server.predict(picture).status == 200


def test_one_who_asks_before_sending(server, picture, unharmed):
    """``Expect: 100-continue``, as curl does with large files."""
    whole = request(picture, expect="100-continue")
    end = whole.index(b"\r\n\r\n") + 4
    with server.connected() as connection:
        connection.sendall(whole[:end])
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(whole[end:])
        assert server.heard(connection).status == 200
    with server.connected() as connection:
        connection.sendall(request(content_length=str(10**9), expect="100-continue"))
        assert server.heard(connection).status == 413


MANY = [(b'Content-Disposition: form-data; name="a%d"' % number, b"") for number in range(20_000)]
FORMS = {
    "of 20,000 fields": form(MANY),
    "of 20,000 empty pictures": form([picture_part(b"")] * 20_000),
    "with a name of a megabyte": form([picture_part(b"", name="a" * 2**20)]),
    "with a file name of a megabyte and no picture": form([picture_part(b"hello", file="a" * 2**20)]),
    "with a header of a megabyte": form([(b"x-a: " + b"a" * 2**20, b"")]),
    "with 10,000 headers": form([(b"\r\n".join(b"x-%d: a" % number for number in range(10_000)), b"")]),
    "without a name": form([(b"Content-Disposition: form-data", b"hello")]),
    "without a header": form([(b"", b"hello")]),
    "without a boundary": (form([picture_part(b"")])[0], "multipart/form-data"),
    "with an empty boundary": (form([picture_part(b"")])[0], "multipart/form-data; boundary="),
    "with another boundary": (form([picture_part(b"")])[0], "multipart/form-data; boundary=else"),
    "with a long boundary": form([picture_part(b"hello")], boundary="a" * 60_000),
    "of nothing": (b"", "multipart/form-data; boundary=limit"),
    "of boundaries": (b"--limit\r\n" * 100_000, "multipart/form-data; boundary=limit"),
    "that is cut off": (form([picture_part(b"hello")])[0][:-10], "multipart/form-data; boundary=limit"),
    "in a form": form([(b'Content-Disposition: form-data; name="picture"\r\nContent-Type: multipart/mixed', b"--b--")]),
    "with a field of another alphabet": form([(b'Content-Disposition: form-data; name="top"', b"\xff\xfe")]),
    "of fields for addresses": (b"url=http://127.0.0.1/cat.jpg", "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_forms_that_are_none(server, unharmed, kind):
    body, content_type = FORMS[kind]
    answer = server.ask(request(body, content_type=content_type))
    assert answer is None or 400 <= answer.status < 500
    assert answer is None or answer.error.endswith(".")


def test_a_form_is_answered(server, picture, unharmed):
    hostile = '../../etc/pass\twd";<script>é'
    body, kind = form(
        [picture_part(picture, file="../etc/cat.jpg"), picture_part(picture, file=hostile.replace('"', "%22"))]
    )
    answer = server.ask(request(body, content_type=kind))
    assert answer.status == 200
    assert len(answer.json["predictions"]) == 2
    assert answer.headers["content-type"] == "application/json"


def test_a_body_that_is_packed(server, picture, unharmed):
    """What swells when it is unpacked is not unpacked."""
    answer = server.predict(gzip.compress(picture), content_encoding="gzip")
    assert answer.status in (415, 422)


def test_another_client_of_the_same_moment_is_answered(server, picture, unharmed):
    """Each hostile beginning stays open while somebody else is answered."""
    open_ones = []
    for content in NO_REQUESTS.values():
        connection = server.connected()
        open_ones.append(connection)
        connection.sendall(content[:-1])
    assert server.predict(picture).status == 200
    assert get(server.port, "/v1/models").status == 200
    for connection in open_ones:
        connection.close()
