"""Requests that the protocol does not know are answered with a sentence that says what is wrong."""

import gzip
import json
import zlib
from base64 import b64encode

import numpy as np
import pytest
import requests

pytest.importorskip("starlette")

from amalthea.apps.serving.open_inference.binary import Segments
from amalthea.apps.serving.open_inference.question import question_in
from tests.images.samples import encoded

from .open_inference_server import serving, small_networks

pytestmark = pytest.mark.single_backend

LEFT = {"name": "left", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4.5]}
RIGHT = {"name": "right", "datatype": "FP32", "shape": [1, 3], "data": [[1, 2, 3]]}
DEEP = "[" * 900 + "]" * 900


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def address(models):
    with serving(models, max_body=200_000, max_pictures=4, max_pixels=10_000) as port:
        yield f"http://127.0.0.1:{port}/v2"


@pytest.fixture
def ask(address):
    def ask(content, headers=None, model="pair"):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        return requests.post(f"{address}/models/{model}/infer", content, headers=headers, timeout=30)

    return ask


def refused(answer, status, sentence):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["error"]
    assert sentence in answer.json()["error"]


def left(**members):
    return {"inputs": [LEFT | members, RIGHT]}


def picture(data, shape=None):
    return {"inputs": [{"name": "pictures", "datatype": "BYTES", "shape": shape or [len(data)], "data": data}]}


def test_what_is_right_is_answered(ask):
    answer = ask(left())
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["outputs"][1]["data"] == [1, 2, 3, 4.5]
    assert "id" not in answer.json()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The request is no JSON in UTF-8: Expecting value"),
        (b"\xff{}", "The request is no JSON in UTF-8"),
        (b"[" * 100_000, "The JSON is nested too deeply."),
        (f'{{"id": {DEEP}, "inputs": [{json.dumps(LEFT)}]}}'.encode(), "'id' must be a string; given was a list."),
        (b'{"inputs": [NaN]}', "it holds NaN, which JSON does not know; send such numbers as a binary tensor"),
        (b'{"id": ' + b"9" * 5000 + b"}", "The request is no JSON in UTF-8"),
        (b"[]", "The request must be a JSON object; given was a list."),
        ({}, "The request has no 'inputs'."),
        ({"inputs": {}}, "'inputs' must be a list of tensors; given was an object."),
        ({"inputs": [5]}, "inputs[0] must be a JSON object; given was 5."),
        ({"id": 5, **left()}, "'id' must be a string; given was 5."),
        ({**left(), "parameters": []}, "The request: 'parameters' must be a JSON object; given was a list."),
        ({**left(), "parameters": {"binary_data_output": 1}}, "'binary_data_output' must be true or false"),
        ({"inputs": [LEFT]}, "pair takes 'left' of type FP32, 'right' of type FP32; given were 'left'."),
        ({"inputs": [LEFT, RIGHT, LEFT]}, "The tensor 'left' is named more than once."),
        ({"inputs": [LEFT, RIGHT, {**LEFT, "name": "\ud800"}]}, "given were 'left', 'right', '\\ud800'."),
        ({**left(), "outputs": [{"name": "up"}]}, "pair has no output 'up'; it returns "),
        ({**left(), "outputs": [{}]}, "outputs[0] needs a 'name', a string; given was null or nothing."),
        (left(name=None), "inputs[0] needs a 'name', a string; given was null or nothing."),
        (left(datatype="FP31"), "inputs[0]: the datatype 'FP31' is unknown; allowed are BOOL, UINT8,"),
        (left(datatype="BYTES"), "pair: input 'left' takes numbers, no BYTES."),
        (left(shape=4), "inputs[0]: 'shape' must be a list of whole numbers, at most 32; given was 4."),
        (left(shape=[1] * 33), "inputs[0]: 'shape' must be a list of whole numbers, at most 32; given was a list."),
        (left(shape=[1, -4]), "inputs[0]: each number in 'shape' must be a whole number of 0 or more; given was -4."),
        (left(shape=[True, 4]), "given was true."),
        (left(shape=[], data=[1]), "Input 'left' is a single number; its first axis must count the pictures."),
        (left(shape=[1, 5]), "Input 'left' of shape [1, 5] takes 5 elements; given were 4."),
        (left(shape=[4, 1]), "pair.onnx: input 'left' takes arrays of shape (batch, 4); given was (4, 1)."),
        (left(shape=[0, 2**62, 2**62], data=[]), "Input 'left': no array can have the shape [0, 4611"),
        (left(shape=[2, 4], data=[0] * 8), "pair.onnx: the inputs must have equal lengths, given were 2, 1."),
        (left(data=5), "inputs[0]: 'data' must be a list of elements; given was 5."),
        (left(data=[[1, 2], [3]]), "Input 'left': the lists in 'data' are not of equal lengths."),
        (left(data=[[1, 2], [3, 4]]), "'data' is nested to the shape [2, 2], but 'shape' says [1, 4]."),
        (left(data=[1, 2, 3, None]), "Input 'left' of type FP32 takes numbers; element 3 is something else."),
        (left(data=[1, 2, 3, {}]), "element 3 is something else."),
        (left(data=[1, 2, True, 4]), "element 2 is something else."),
        (left(data=["1", 2, 3, 4]), "element 0 is something else."),
        (left(data=[1e39, 2, 3, 4]), "Input 'left': a number is too large for FP32."),
        (left(data=[10**400, 2, 3, 4]), "Input 'left': a number is too large for FP32."),
        (left(datatype="INT8"), "Input 'left' of type INT8 takes whole numbers; element 3 is something else."),
        (left(datatype="INT8", data=[1, 2, 3, 128]), "Input 'left' of type INT8 takes numbers from -128 to 127."),
        (left(datatype="BOOL", data=[True, 1, 0, 0]), "Input 'left' of type BOOL takes true and false; element 1"),
        (
            left(parameters={"binary_data_size": 16}),
            "inputs[0] needs either 'data' or the parameter",
        ),
        (left(data=None), "inputs[0] needs either 'data' or the parameter"),
        (left(data=None, parameters={"binary_data_size": -1}), "must be a whole number of 0 or more; given was -1."),
        (left(data=None, parameters={"binary_data_size": 16}), "is 16, but 0 bytes are left behind the JSON."),
    ],
)
def test_malformed_questions(ask, body, sentence):
    refused(ask(body), 400, sentence)


def test_a_question_of_very_many_tensors():
    """Comparing each name with each would take a thread for minutes."""
    tensor = {"datatype": "BOOL", "shape": [], "data": []}
    text = json.dumps({"inputs": [{"name": str(number), **tensor} for number in range(100_000)]}).encode()
    assert len(question_in(text, Segments(memoryview(b""))).inputs) == 100_000


@pytest.mark.parametrize(
    ("tensor", "data", "behind", "sentence"),
    [
        ({}, b"\0" * 16, b"", None),
        ({}, b"\0" * 15, b"", "Input 'left' of shape [1, 4] and type FP32 takes 16 bytes; given were 15."),
        ({}, b"\0" * 16, b"\0", "1 bytes behind the JSON belong to no tensor."),
        ({"datatype": "BOOL"}, b"\0\1\0\1", b"", None),
        ({"datatype": "BOOL"}, b"\0\1\2\1", b"", "Input 'left': each byte of a BOOL is 0 or 1."),
        ({"shape": [1, 2**40]}, b"\0" * 16, b"", "takes 4398046511104 bytes; given were 16."),
    ],
)
def test_binary_tensors(ask, tensor, data, behind, sentence):
    sent = {**LEFT, "data": None, "parameters": {"binary_data_size": len(data)}, **tensor}
    text = json.dumps({"inputs": [sent, RIGHT]}).encode()
    answer = ask(text + data + behind, {"Inference-Header-Content-Length": str(len(text))})
    if sentence:
        refused(answer, 400, sentence)
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("length", ["0", "-1", "9999", "1_0", "ten", "9" * 30])
def test_where_the_json_ends(ask, length):
    sentence = f"must be a whole number from 1 to 2, the length of the body; given was {length!r}."
    refused(ask(b"{}", {"Inference-Header-Content-Length": length}), 400, sentence)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\1", "Input 'pictures': element 0 reaches beyond the data."),
        (b"\xff\xff\xff\xffabc", "Input 'pictures': element 0 reaches beyond the data."),
        (b"\0\0\0\0" * 2, "Input 'pictures' of shape [1] takes 1 elements; given were 2."),
    ],
)
def test_binary_elements_that_do_not_add_up(ask, data, sentence):
    sent = {"name": "pictures", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(data)}}
    text = json.dumps({"inputs": [sent]}).encode()
    refused(ask(text + data, {"Inference-Header-Content-Length": str(len(text))}, "five"), 400, sentence)


def test_pictures_in_json_are_base64(ask):
    small = encoded(np.full((20, 20, 3), 99, np.uint8), "PNG")
    large = encoded(np.full((101, 100, 3), 99, np.uint8), "PNG")
    text, too_large = (b64encode(content).decode() for content in (small, large))
    assert ask(picture([text]), model="five").json()["outputs"][0]["shape"] == [1, 5]
    refused(ask(picture(["!"]), model="five"), 400, "Input 'pictures': element 0 is no base64, in which JSON carries")
    refused(ask(picture([5]), model="five"), 400, "element 0 is no base64")
    refused(ask(picture([text, "AAAA"]), model="five"), 422, "Input 'pictures', element 1: the picture is no picture")
    refused(ask(picture([text[: len(text) // 8 * 4]]), model="five"), 422, "Input 'pictures', element 0: the picture ")
    refused(ask(picture([too_large]), model="five"), 422, "10,100 pixels")
    refused(ask(picture([text], [1, 1, 2]), model="five"), 400, "'pictures' takes the shape [n] or [n, 1]; given was")
    refused(ask(picture([text]), model="pair"), 400, "pair takes 'left' of type FP32, 'right' of type FP32; given were")
    named = {"name": "input", "datatype": "BYTES", "shape": [1], "data": [text]}
    refused(ask({"inputs": [named]}, model="five"), 400, "Picture files are given as input 'pictures'.")


def test_pictures_that_were_scaled_already(ask):
    scaled = {"name": "input", "datatype": "FP32", "shape": [1, 1, 1, 3], "data": [0.5, 0.5, 1]}
    sentence = "input 'input' takes pictures as they are decoded, RGB in [0, 255] of type uint8"
    refused(ask({"inputs": [scaled]}, model="five"), 400, sentence)


def test_an_axis_that_was_forgotten(ask):
    """The rows, which come first then, are more than the pictures that are allowed."""
    flat = {"name": "input", "datatype": "UINT8", "shape": [40, 36, 3], "data": [0] * 4320}
    nested, single = flat | {"data": [[0] * 108] * 40}, {**LEFT, "shape": [4]}
    lacks = "of shape [40, 36, 3] lacks the first axis, which counts the pictures. Send the shape [1, 40, 36, 3]"
    refused(ask({"inputs": [flat]}, model="five"), 400, f"{lacks}; the data remain as they are.")
    refused(ask({"inputs": [nested]}, model="five"), 400, f"{lacks}, and put the nested data into one more list.")
    refused(ask({"inputs": [single, RIGHT]}), 400, "Input 'left' of shape [4] lacks the first axis")
    assert ask({"inputs": [flat | {"shape": [1, 40, 36, 3]}]}, model="five").status_code == 200


def test_limits(ask):
    refused(ask(b" " * 200_001), 413, "The request's body is larger than 200,000 bytes")
    many = left(shape=[5, 4], data=[0] * 20)
    refused(ask(many), 413, "Input 'left' of shape [5, 4] holds 5 pictures; this server takes 4 a request.")


def test_json_of_many_values(models):
    """A body of some kilobytes may swell to them; while they are read, nobody else is answered."""
    sentence = (
        "The JSON has more than 1,000,000 values, which this server reads at most. Send numbers as binary tensors"
    )
    with serving(models) as port:
        url = f"http://127.0.0.1:{port}/v2/models/pair/infer"
        for value in (b"{}", b"[]", b"0", b'"a"'):
            body = gzip.compress(b"[" + value + (b"," + value) * 1_000_000 + b"]")
            answer = requests.post(url, body, headers={"Content-Encoding": "gzip"}, timeout=60)
            refused(answer, 413, sentence)
        many = {**LEFT, "shape": [1, 400_000], "data": [0] * 400_000}
        wrong = requests.post(url, json={"inputs": [many, RIGHT]}, timeout=60)
        refused(wrong, 400, "given was (1, 400000)")  # it was read


def test_classifications_that_cannot_be(ask):
    name = ask(left()).json()["outputs"][0]["name"]

    def asked(count):
        return {**left(), "outputs": [{"name": name, "parameters": {"classification": count}}]}

    assert ask(asked(2)).json()["outputs"][0]["datatype"] == "BYTES"
    for count in (-1, 1.5, "2", True, [2]):
        refused(ask(asked(count)), 400, "outputs[0]: 'classification' must be a whole number of 0 or more; given was")


def test_numbers_that_json_does_not_know(ask):
    data = np.array([np.nan, 1, 2, 3], "<f4").tobytes()
    sent = {**LEFT, "data": None, "parameters": {"binary_data_size": len(data)}}

    def asked(**members):
        text = json.dumps({"inputs": [sent, RIGHT], **members}).encode()
        return ask(text + data, {"Inference-Header-Content-Length": str(len(text))})

    refused(asked(), 400, "holds NaN or an infinity, which JSON does not know. Ask for it as binary data.")
    assert asked(parameters={"binary_data_output": True}).status_code == 200


def test_compressed_bodies(ask):
    body = json.dumps(left()).encode()
    for encoding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        headers = {"Content-Encoding": encoding}
        assert ask(packed, headers).json()["outputs"][1]["data"] == [1, 2, 3, 4.5]
        refused(ask(packed[:-3], headers), 400, f"The {encoding} of the body is cut off.")
        refused(ask(packed + b"x", headers), 400, f"The {encoding} of the body is followed by something else.")
        refused(ask(body, headers), 400, f"The body is no {encoding}: ")
    bomb = gzip.compress(b" " * 30_000_000)
    assert len(bomb) < 200_000
    refused(ask(bomb, {"Content-Encoding": "gzip"}), 413, "The decompressed body has more than 200000 bytes")
    unknown = ask(body, {"Content-Encoding": "br"})
    refused(unknown, 415, "The encoding 'br' is unknown; send the body as it is, or in one of gzip, deflate.")
    assert unknown.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("gzip", "gzip"), ("deflate, br", "deflate"), ("br", None), ("gzip;q=0, deflate;q=0.5", "deflate"), ("", None)],
)
def test_answers_are_compressed_as_the_client_likes(ask, accepted, chosen):
    rows = {"shape": [4, 4], "data": np.random.default_rng(0).normal(size=16).tolist()}
    asked = {"inputs": [LEFT | rows, {**RIGHT, "shape": [4, 3], "data": list(range(12))}], "id": "long " * 300}
    answer = ask(asked, {"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == chosen
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.json()["id"] == asked["id"]


def test_the_index(address):
    index = f"{address}/repository/index"
    assert [entry["name"] for entry in requests.post(index, b'{"ready": true}', timeout=30).json()] == [
        *("five", "two", "pair"),
    ]
    for body in (b"[]", b'{"ready": 1}'):
        refused(
            requests.post(index, body, timeout=30), 400, 'The body must be empty, or a JSON object in which "ready"'
        )
    long = requests.post(index, b'{"ready": true' + b" " * 1024 + b"}", timeout=30)
    refused(long, 413, "The body has 1,039 bytes; allowed are 1,024.")
    refused(requests.get(f"{address}/models/six/config", timeout=30), 404, "There is no model 'six' here")
    refused(requests.get(f"{address}/models/five/versions/2/ready", timeout=30), 404, "five has no version '2'")
