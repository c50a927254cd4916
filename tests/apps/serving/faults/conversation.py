"""What goes over a socket to a server, byte by byte, and what comes back."""

import http.client
import json
import re
import socket
from contextlib import suppress
from typing import NamedTuple

PATIENCE = 30.0  # seconds, after which nothing is expected any more; no test waits that long where all is well
SILENCE = 0.3  # seconds after an answer, in which another one would have come


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The sentence that says what was wrong."""
        return self.json["error"]


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def request(body=b"", path="/v1/predict", method="POST", **headers):
    """The bytes of a request; an underscore in the name of a header is a hyphen."""
    named = {"host": "localhost", "content_type": "image/jpeg", "content_length": str(len(body))} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def heard(connection):
    """The answer on a connection; None where it ended without one."""
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())
    except (http.client.BadStatusLine, ConnectionError):
        return None


def statuses_heard(connection):
    """The statuses of all answers on a connection, until it ends or nothing more comes."""
    answers = b""
    with suppress(TimeoutError, ConnectionError):
        while part := connection.recv(65536):
            answers += part
            connection.settimeout(SILENCE)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answers)]


def ask(port, content):
    """Send what may be no request at all, and hear what comes back."""
    with connected(port) as connection:
        with suppress(ConnectionError):  # it was refused before it was whole; the answer may be there nevertheless
            connection.sendall(content)
        return heard(connection)


def get(port, path):
    return ask(port, request(path=path, method="GET"))


def form(parts, boundary="limit"):
    """A multipart body of (head, content) pairs, and its content type."""
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head, content) for head, content in parts)
    return body + b"--%s--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}"


def picture_part(content, name="picture", file="cat.jpg"):
    return f'Content-Disposition: form-data; name="{name}"; filename="{file}"'.encode(), content
