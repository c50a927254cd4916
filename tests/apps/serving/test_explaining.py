"""Answers that are explained: beside the others, so many and no more, and only while somebody waits."""

from contextlib import closing
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest
import requests

pytest.importorskip("starlette")

from amalthea.apps.serving import ServerSettings
from amalthea.apps.serving.models import ServedModels
from tests.images.samples import encoded

from .conftest import wait_for
from .faults.conversation import connected, form, get, picture_part, request
from .open_inference_server import serving, small_networks

pytestmark = pytest.mark.single_backend

PATIENCE = 30.0
AT_ONCE = 32  # pictures of an explanation; nothing else here asks about as many
BATCHES = 4  # of so many, for each picture


class Gate:
    """The runner of a network, which begins to compute the batches of explanations when it is told to."""

    def __init__(self, runner):
        self.runner, self.begun, self.open = runner, 0, Event()
        self.inputs, self.outputs = runner.inputs, runner.outputs
        self.threads, self.unknown_from = runner.threads, runner.unknown_from

    def __call__(self, arrays):
        if len(arrays[0]) == AT_ONCE:
            self.begun += 1
            assert self.open.wait(PATIENCE)
        return self.runner(arrays)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return small_networks(tmp_path_factory.mktemp("networks")).default


@pytest.fixture
def gate(network):
    made = Gate(network.predictor.runner)
    yield made
    made.open.set()


@pytest.fixture
def models(network, gate):
    return ServedModels((replace(network, predictor=replace(network.predictor, runner=gate)),))


@pytest.fixture(scope="module")
def picture():
    return encoded(np.random.default_rng(0).integers(0, 256, (40, 36, 3), np.uint8), "PNG")


def ask(port, picture, count=1, **fields):
    files = [("picture", ("a.png", picture))] * count
    return requests.post(f"http://127.0.0.1:{port}/v1/predict", files=files, data=fields, timeout=PATIENCE)


class Asking(Thread):
    """Asks for an explanation, beside the test."""

    def __init__(self, port, picture):
        super().__init__()
        self._asked = port, picture
        self.start()

    def run(self):
        self._answer = ask(*self._asked, explain="true")

    @property
    def answer(self):
        self.join(PATIENCE)
        return self._answer


def figure(port, name):
    lines = get(port, "/metrics").body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@pytest.mark.parametrize("concurrency", [1, 2])
def test_predictions_go_on_meanwhile(models, gate, picture, concurrency):
    """As many explanations are asked for as requests are computed at a time."""
    with serving(models, concurrency=concurrency) as port:
        explanations = [Asking(port, picture) for _ in range(concurrency)]
        wait_for(lambda: gate.begun)
        alone, several = ask(port, picture), ask(port, picture, 5)
        assert gate.begun == 1  # by one thread, which still waits
        gate.open.set()
        explained = [each.answer for each in explanations]
    assert [answer.status_code for answer in (alone, several, *explained)] == [200] * (2 + concurrency)
    [prediction], [expected] = (answer.json()["predictions"] for answer in (explained[0], alone))
    assert prediction["explanation"]["class"] == prediction["answer"] == expected["answer"]
    assert gate.begun == BATCHES * concurrency


def test_half_as_many_wait_and_no_prediction_is_refused_for_that(models, gate, picture):
    with serving(models, concurrency=1, waiting=4) as port:
        explanations = [Asking(port, picture) for _ in range(3)]
        wait_for(lambda: figure(port, "amalthea_requests_waiting ") == 2)
        refused, answered = ask(port, picture, explain="1"), ask(port, picture)
        gate.open.set()
        assert [each.answer.status_code for each in explanations] == [200] * 3
        again = ask(port, picture, explain="1")
    assert (answered.status_code, again.status_code) == (200, 200)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["error"] == (
        "The server is busy: 2 explanations wait already, as many as may. Ask again in a second."
    )


def test_an_explanation_whose_client_has_gone_ends(models, gate, picture):
    """Neither its other pictures nor the other batches of this one are begun."""
    parts = [picture_part(picture)] * 4 + [(b'Content-Disposition: form-data; name="explain"', b"true")]
    body, kind = form(parts)
    with serving(models, concurrency=1) as port:
        with closing(connected(port)) as connection:
            connection.sendall(request(body, content_type=kind))
            wait_for(lambda: gate.begun)
        wait_for(lambda: figure(port, 'amalthea_requests_total{method="POST",route="/v1/predict",status="499"}') == 1)
        gate.open.set()
        assert ask(port, picture, explain="true").status_code == 200  # by the same thread, after that one
    assert gate.begun == 1 + BATCHES


def test_an_explanation_whose_time_is_over_ends(models, gate, picture):
    with serving(models, concurrency=1, timeout=3) as port:
        assert ask(port, picture, 4, explain="true").status_code == 504
        gate.open.set()
        assert ask(port, picture, explain="true").status_code == 200
    assert gate.begun == 1 + BATCHES


def test_a_server_that_does_not_explain(models, picture):
    with serving(models, explain=False) as port:
        refused, answered = ask(port, picture, explain="1"), ask(port, picture, explain="false")
        document, page = get(port, "/openapi.json").json, get(port, "/").body.decode()
    assert refused.status_code == 400
    assert refused.json()["error"] == "explain: this server does not explain its answers. Leave the field out."
    assert answered.json()["predictions"][0]["explanation"] is None
    operation = document["paths"]["/v1/predict"]["post"]
    fields = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert {each["name"] for each in operation["parameters"]} == fields.keys() - {"picture"}
    assert "views" in fields and "explain" not in fields
    assert 'data-explain="false"' in page


@pytest.mark.parametrize(
    ("concurrency", "waiting", "explaining", "explaining_waiting"), [(1, 0, 1, 0), (2, 16, 1, 8), (9, 5, 4, 2)]
)
def test_half_of_the_threads_and_of_the_places(concurrency, waiting, explaining, explaining_waiting):
    settings = ServerSettings(concurrency=concurrency, waiting=waiting)
    assert (settings.explaining, settings.explaining_waiting) == (explaining, explaining_waiting)
