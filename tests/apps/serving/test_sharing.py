"""A network that several ask computes one picture by one processor, though it comes alone."""

from contextlib import contextmanager

import pytest

pytest.importorskip("starlette")

from amalthea.apps.serving import open_models
from amalthea.apps.serving.answering import Manner, Question, answers
from amalthea.apps.serving.bodies import Upload

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize("busy", [True, False])
def test_who_is_alone_and_who_is_not(network_file, test_data, monkeypatch, busy):
    """What the runtime is told while it computes; the answer is the same."""
    model = open_models([str(network_file)]).default
    told = []
    among_others = model.predictor.runner.among_others

    @contextmanager
    def watched():
        told.append("several")
        with among_others():
            yield

    monkeypatch.setattr(model.predictor.runner, "among_others", watched)
    picture = test_data / "images" / "owl.jpg"
    question = Question([Upload(None, picture.read_bytes())], top=1)
    [[answered]] = answers(Manner(model, 1, 10**8, lambda: busy), [question])
    assert told == ["several"] * busy
    [expected] = model.predictor.predict_images(picture, top=1)
    assert answered.prediction.classes[0].name == expected.classes[0].name
