"""Clients that would rather speak another protocol: what they ask is answered in HTTP/1.1, as HTTP allows."""

import pytest

from .conversation import heard, request, statuses_heard

pytest.importorskip("starlette")

pytestmark = pytest.mark.single_backend

H2C = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAMAAABkAAQAoAAAAAIAAAAA"}
WEBSOCKET = {"connection": "keep-alive, Upgrade", "upgrade": "websocket", "sec_websocket_version": "13"}


@pytest.mark.parametrize("wish", [H2C, WEBSOCKET], ids=["h2c", "WebSocket"])
def test_a_picture_is_answered(server, picture, unharmed, wish):
    """``curl --http2`` and Java's client ask so, with the body behind the head."""
    expected = server.predict(picture).json["predictions"]
    told = len(server.written())
    whole = request(picture, **wish)
    with server.connected() as connection:
        for parts in (
            [whole],
            [whole[:60], whole[60:400], whole[400:]],
            [whole[at : at + 1] for at in range(len(whole))],
        ):
            for part in parts:
                connection.sendall(part)
            answer = heard(connection)
            assert (answer.status, answer.headers["upgrade"]) == (200, None)
            assert answer.json["predictions"] == expected
        connection.sendall(request(picture))  # the connection serves on
        assert heard(connection).json["predictions"] == expected
    lines = server.written()[told:]
    assert "pgrade" not in lines
    assert '"level": "warning"' not in lines


def test_in_chunks(server, picture, unharmed):
    head = request(transfer_encoding="chunked", content_length="", **H2C).replace(b"content-length: \r\n", b"")
    answer = server.ask(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(picture), picture))
    assert answer.status == 200


def test_several_at_once(server, picture, unharmed):
    """One behind the other, before the first is answered."""
    asked = [request(path="/v1/models", method="GET", **H2C), request(picture, **H2C), request(picture)] * 20
    with server.connected() as connection:
        connection.sendall(b"".join(asked))
        assert statuses_heard(connection) == [200] * len(asked)


def test_a_request_in_the_body_is_no_second_one(server, unharmed):
    hidden = request(path="/v1/models", method="GET")
    with server.connected() as connection:
        connection.sendall(request(hidden, **H2C))
        assert heard(connection).status == 422
        connection.sendall(request(path="/nowhere", method="GET", **H2C))
        assert heard(connection).status == 404
