"""`POST /v1/predict`: the answers are those of the predictor itself, and whatever is wrong has its sentence."""

import re
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
import requests
from PIL import Image

import amalthea

pytest.importorskip("starlette")
pytestmark = pytest.mark.single_backend

JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def predictor(network_file):
    return amalthea.load(network_file)


@pytest.fixture(scope="module")
def files(test_data):
    return sorted((test_data / "images").glob("*.jpg"))[:4]


def raw(url, content, query="", **headers):
    return requests.post(f"{url}/v1/predict{query}", content, headers=JPEG | headers, timeout=30)


def form(url, files, query="", **fields):
    parts = [("picture", (file.name, file.read_bytes(), "image/jpeg")) for file in files]
    return requests.post(f"{url}/v1/predict{query}", files=parts, data=fields, timeout=30)


def assert_same(answer, expected):
    """The API's answer to one picture is what predict_images says of its file."""
    assert answer["error"] is None
    assert answer["answer"] == expected.answer
    assert [(each["wordnet_id"], each["name"]) for each in answer["classes"]] == [each[:2] for each in expected.classes]
    found = [each["probability"] for each in answer["classes"]]
    np.testing.assert_allclose(found, [each.probability for each in expected.classes], atol=1e-5)


def test_one_picture_as_the_body(served, predictor, files):
    answer = raw(served, files[0].read_bytes(), "?top=3")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["model"], 0 < found["seconds"] < 30) == ("mobilenet", True)
    [prediction] = found["predictions"]
    assert (prediction["picture"], prediction["explanation"]) == (None, None)
    assert_same(prediction, predictor.predict_images(files[0], top=3)[0])


def test_several_pictures_in_a_form(served, predictor, files):
    answer = form(served, files, top=2, threshold=0.5, views=2)
    assert answer.status_code == 200, answer.text
    predictions = answer.json()["predictions"]
    assert [each["picture"] for each in predictions] == [file.name for file in files]
    expected = predictor.predict_images(files, top=2, threshold=0.5, views=2)
    for prediction, wanted in zip(predictions, expected, strict=True):
        assert_same(prediction, wanted)
    assert len({prediction["answer"] for prediction in predictions}) > 1


def test_fields_may_stand_in_the_address_too(served, predictor, files):
    answer = form(served, files[:1], "?top=1&model=mobilenet", threshold="1")
    [prediction] = answer.json()["predictions"]
    assert prediction["answer"] is None  # nothing is that probable
    assert len(prediction["classes"]) == 1


def test_pictures_of_requests_at_the_same_time_are_not_mixed_up(served, predictor, files):
    wanted = {file: predictor.predict_images(file, top=1)[0].classes[0].name for file in files}
    contents = {file: file.read_bytes() for file in files}
    with ThreadPoolExecutor(8) as pool:
        asked = [files[number % len(files)] for number in range(64)]
        answers = list(pool.map(lambda file: raw(served, contents[file], f"?top={1 + len(file.name) % 3}"), asked))
    for file, answer in zip(asked, answers, strict=True):
        [prediction] = answer.json()["predictions"]
        assert prediction["answer"] == wanted[file]
        assert len(prediction["classes"]) == 1 + len(file.name) % 3


def test_an_explanation_shows_the_map_over_the_picture(served, network_file, files):
    answer = raw(served, files[0].read_bytes(), "?explain=true&top=1")
    assert answer.status_code == 200, answer.text
    [prediction] = answer.json()["predictions"]
    found = prediction["explanation"]
    expected = amalthea.explain(network_file, files[0])
    assert (found["class"], found["method"], found["layer"]) == (expected.target, "occlusion", None)
    assert found["probability"] == pytest.approx(expected.probability, abs=1e-5)
    assert (found["peak"]["row"], found["peak"]["column"]) == pytest.approx(expected.peak, abs=1e-3)
    kind, _, content = found["map"].partition(",")
    assert kind == "data:image/png;base64"
    drawn = np.asarray(Image.open(BytesIO(b64decode(content))), int)
    assert np.abs(drawn - expected.overlay()).max() <= 8


def test_a_broken_picture_among_others_is_told_in_its_place(served, files, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(files[0].read_bytes()[:2000])
    answer = form(served, [files[0], broken, files[1]])
    assert answer.status_code == 200
    first, second, third = answer.json()["predictions"]
    assert (first["error"], third["error"]) == (None, None)
    assert (second["picture"], second["classes"], second["answer"]) == ("broken.jpg", [], None)
    assert second["error"].startswith("broken.jpg cannot be decoded")

    answer = form(served, [broken, broken])
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("broken.jpg cannot be decoded")
    assert answer.json()["error"].endswith("The other 1 cannot be used either.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "The picture is no picture in a format that is read here"),
        (b"\xff\xd8\xff", "The picture is no picture in a format"),
    ],
)
def test_what_is_no_picture(served, content, words):
    answer = raw(served, content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/json")
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("?model=mobilnet", 404, "There is no model 'mobilnet' here; there is mobilenet. Did you mean mobilenet?"),
        ("?top=0", 400, "top='0'; allowed are whole numbers from 1 to 1000."),
        ("?top=five", 400, "top='five'; allowed are"),
        ("?top=1001", 400, "top='1001'; allowed are"),
        ("?top=²", 400, "top='²'; allowed are"),
        ("?top=1&top=2", 400, "The field 'top' is given twice. Give it once."),
        ("?threshold=2", 400, "threshold='2'; allowed is a probability in [0, 1]."),
        ("?threshold=nan", 400, "threshold='nan'; allowed is"),
        ("?views=17", 400, "views='17'; allowed are whole numbers from 1 to 16."),
        ("?explain=yes", 400, "explain='yes'; allowed are true, false, 1, 0."),
        ("?url=http://127.0.0.1/cat.jpg", 400, "The field 'url' is unknown. Pictures go in the field 'picture'"),
    ],
)
def test_wrong_fields(served, files, query, status, words):
    answer = raw(served, files[0].read_bytes(), query)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_views_that_need_a_package_which_is_not_there(served, files, monkeypatch, caplog):
    pytest.importorskip("cv2")
    assert raw(served, files[0].read_bytes(), "?views=3").status_code == 200
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert raw(served, files[0].read_bytes(), "?views=2").status_code == 200
    answer = raw(served, files[0].read_bytes(), "?views=3")
    assert answer.status_code == 501
    assert answer.json()["error"].startswith("This server does not offer what was asked for: a package is not")
    assert "pip install" not in answer.json()["error"]
    assert 'Augmentation needs OpenCV: pip install "amalthea[training]"' in caplog.text


@pytest.mark.parametrize("name", ["file", "image"])
def test_a_picture_in_another_field(served, files, name):
    """As clients of other servers send it."""
    answer = requests.post(f"{served}/v1/predict", files={name: files[0].read_bytes()}, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"] == f"The field {name!r} holds a file. Pictures go in the field 'picture'."


def test_too_many_explanations(served, files):
    answer = form(served, files[:1] * 5, explain="1")
    assert answer.status_code == 400
    assert answer.json()["error"] == "explain: 5 pictures are too many; 4 in a request are explained."


def test_limits_of_pixels_and_pictures(server, network_file, files, monkeypatch):
    url = server(network_file, max_pixels=10_000, max_pictures=2)
    answer = raw(url, files[0].read_bytes())
    assert answer.status_code == 422
    assert re.fullmatch(r"The picture has [\d,]+ pixels, \d+ by \d+; allowed are 10,000\..*", answer.json()["error"])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # beyond twice of which Pillow does not open a picture
    answer = raw(url, files[0].read_bytes())
    assert answer.status_code == 422
    assert answer.json()["error"] == "The picture has more pixels than this server takes, 10,000. Make it smaller."
    answer = form(url, files[:3])
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("The request holds more than 2 pictures, the server's limit.")


def test_addresses_that_are_none(served):
    answer = requests.get(f"{served}/v3", timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (
        404,
        "There is nothing here. The page is at /; /openapi.json describes all addresses, and docs/serving.md of "
        "Amalthea tells how to ask.",
    )
    assert requests.get(f"{served}/v1/models/", timeout=10).status_code == 404  # not led to another address
    answer = requests.get(f"{served}/v1/predict", timeout=10)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.json()["error"] == "This address does not take that method, but POST."
