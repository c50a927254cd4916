"""Bodies of requests: forms as other programs write them, and the limits of bytes, of time and of memory."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest
import requests

pytest.importorskip("starlette")

from amalthea.apps.serving import ServerSettings
from amalthea.apps.serving.bodies import Room
from amalthea.apps.serving.multipart import Part, read_form
from amalthea.apps.serving.problems import Problem

pytestmark = pytest.mark.single_backend


def prepared(files, fields):
    """A form as requests, with urllib3, writes it."""
    request = requests.Request("POST", "http://127.0.0.1", files=files, data=fields).prepare()
    return request.body, request.headers["Content-Type"]


def parts_of(body, kind):
    parts = []
    read_form(body, kind, parts.append)
    return parts


def test_forms_of_requests():
    content = bytes(range(256)) * 300 + b"\r\n--"
    body, kind = prepared(
        [("picture", ("a.jpg", content)), ("picture", ("été.jpg", b"")), ("x", (None, b"1"))], {"y": "2"}
    )
    assert parts_of(body, kind) == [
        Part("y", None, b"2"),
        Part("picture", "a.jpg", content),
        Part("picture", "été.jpg", b""),
        Part("x", None, b"1"),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "multipart/form-data", "its Content-Type names no boundary"),
        (b"--b\r\nhello", "multipart/form-data; boundary=b", "The form cannot be read: "),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nhel',
            "multipart/form-data; boundary=b",
            "it is cut off: the last boundary is missing",
        ),
        (
            b"--b\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
            "one of its parts has no name",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"; x="' + b";" * 1000 + b'"\r\n\r\n\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            "the Content-Disposition of a part has 1,025 bytes; allowed are 1,000",
        ),
        (
            b"--b--\r\n",
            'multipart/form-data; boundary=b; x="' + ";" * 1000 + '"',
            "its Content-Type has 1,037 bytes; allowed are 1,000",
        ),
    ],
)
def test_forms_that_are_none(body, kind, words):
    with pytest.raises(Problem) as raised:
        parts_of(body, kind)
    assert raised.value.status == 400
    assert words in raised.value.message


@pytest.mark.parametrize(
    ("parts", "status", "words"),
    [
        ([("picture", b"x")] * 33, 413, "The request holds more than 32 pictures, the server's limit."),
        ([(f"a{number}", (None, b"")) for number in range(21)], 400, "The form holds more than 20 fields beside its"),
    ],
    ids=["pictures", "fields"],
)
def test_of_a_form_that_holds_too_much_the_rest_is_not_read(served, parts, status, words):
    """What follows is no form any more, which nobody finds."""
    body, kind = prepared(parts, None)
    body = body.removesuffix(b"--\r\n") + b"\r\nno form any more"
    answer = post(served, body, kind)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(words)


def test_as_many_pictures_as_are_taken(server, network_file):
    """Also where those are more than a thousand, and fields of other names, which are then told."""
    url = server(network_file, max_pictures=1100)
    body, kind = prepared([("picture", b"x")] * 1100, None)
    assert post(url, body, kind).status_code == 422
    body, kind = prepared([("picture", b"x")], {f"a{number}": "" for number in range(20)})
    answer = post(url, body, kind)
    assert (answer.status_code, answer.json()["error"][:24]) == (400, "The field 'a0' is unknow")


def post(url, body, kind="image/jpeg"):
    return requests.post(f"{url}/v1/predict", body, headers={"Content-Type": kind}, timeout=20)


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"x", "text/plain", 415, "The content type 'text/plain' is not taken here. Send a picture as image/jpeg"),
        (b"x", "", 415, "The request names no content type."),
        (b"", "image/jpeg", 400, "The request holds no picture."),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 400, ""),
    ],
)
def test_bodies_without_a_picture(served, body, kind, status, words):
    answer = post(served, body, kind)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_a_path_instead_of_its_file(served):
    answer = requests.post(f"{served}/v1/predict", files=[("picture", (None, b"cat.jpg"))], timeout=20)
    sentence = "The field 'picture' holds the text 'cat.jpg' and no file. With curl, write -F picture=@cat.jpg."
    assert (answer.status_code, answer.json()["error"]) == (400, sentence)


def test_a_field_that_stands_twice_or_is_no_text_or_too_long(served):
    for fields, words in (
        ([("top", (None, b"1")), ("top", (None, b"2"))], "The field 'top' stands twice in the form."),
        ([("top", (None, b"\xff"))], "The field 'top' of the form is no UTF-8 text."),
        ([("model", (None, b"a" * 1001))], "The field 'model' of the form has 1,001 bytes; allowed are 1,000."),
    ):
        answer = requests.post(f"{served}/v1/predict", files=[("picture", b"x"), *fields], timeout=20)
        assert (answer.status_code, words in answer.json()["error"]) == (400, True)


def test_more_bytes_than_are_taken(server, network_file):
    url = server(network_file, max_body=1000)
    wanted = "The request's body is larger than 1,000 bytes, the server's limit."
    for body in (bytes(1001), (bytes(300) for _ in range(5))):  # the second in chunks, without a length
        answer = post(url, body)
        assert answer.status_code == 413
        assert answer.json()["error"].startswith(wanted)
    assert post(url, bytes(1000)).status_code == 422


def test_who_asks_before_sending_too_much_need_not_send(server, network_file):
    url = server(network_file, max_body=1000)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.putrequest("POST", "/v1/predict")
    for name, value in (("Content-Type", "image/jpeg"), ("Content-Length", "100000"), ("Expect", "100-continue")):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, "larger than 1,000 bytes" in json.load(answer)["error"]) == (413, True)
    connection.close()


def test_slow_senders(server, network_file):
    url = server(network_file, timeout=0.5)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.putrequest("POST", "/v1/predict")
    connection.putheader("Content-Type", "image/jpeg")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"a beginning")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (408, "close")
    assert json.load(answer)["error"].startswith("The request did not arrive within 0.5 seconds, the server's limit.")

    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.connect()
    connection.sock.sendall(b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Never")
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    assert response.status == 408
    assert json.load(response)["error"] == "The head of the request did not arrive within 0.5 seconds."
    connection.close()


def test_heads_without_end(served):
    connection = http.client.HTTPConnection(urlsplit(served).netloc, timeout=20)
    connection.connect()
    connection.sock.sendall(b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 70_000)
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    assert (response.status, json.load(response)["error"]) == (431, "The head of a request may have 65,536 bytes.")
    connection.close()


def test_a_head_that_follows_a_large_body_is_not_taken_for_a_large_head(served):
    """Both may come in one piece, which is then larger than a head may be."""
    host = urlsplit(served).netloc
    length = 100_000
    first = f"POST /v1/predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
    for _ in range(5):
        with socket.create_connection(host.split(":"), timeout=20) as connection:
            connection.sendall(first.encode() + bytes(length) + b"GET /v1/models HTTP/1.1\r\nHost:")
            for status, rest in (422, f" {host}\r\n\r\n".encode()), (200, b""):
                response = http.client.HTTPResponse(connection)
                response.begin()
                response.read()
                assert response.status == status
                connection.sendall(rest)


def test_room_is_given_back():
    room = Room(100)
    first, second = {}, {}
    room.take(first, 60)
    with pytest.raises(Problem, match="there is no room for more") as raised:
        room.take(second, 50)
    assert (raised.value.status, raised.value.headers["Retry-After"]) == (503, "1")
    room.take(second, 40)
    room.give_back(first)
    room.give_back({})
    room.take(second, 60)


def test_room_grows_with_the_processors_up_to_a_gibibyte():
    for max_body, concurrency, waiting, wanted in (
        (1000, 2, 3, 5000),
        (20 * 2**20, 64, 512, 2**30),
        (2**31, 1, 8, 2**31),
    ):
        assert ServerSettings(max_body=max_body, concurrency=concurrency, waiting=waiting).room == wanted


def test_bodies_leave_no_room_taken(server, network_file, test_data):
    """Each takes most of it."""
    picture = (test_data / "images" / "hot_dog.jpg").read_bytes()
    url = server(network_file, max_body=len(picture) + 100, concurrency=1, waiting=0)
    assert [post(url, body).status_code for body in (picture, b"broken", picture, picture)] == [200, 422, 200, 200]
