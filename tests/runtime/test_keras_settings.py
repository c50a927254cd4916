"""Predictions in a process of their own under the settings that ``keras.json`` or the environment hold."""

import json
import os
import subprocess
import sys

import pytest

from amalthea.apps.pictures import DEMO

pytestmark = pytest.mark.single_backend

PROGRAM = """
import json, sys, amalthea
predictor = amalthea.predictor("EfficientNetLite0")
[prediction] = predictor.predict_images(sys.argv[1], top=1)
print(json.dumps([prediction.classes[0].name, predictor.runner.inputs[0].shape, "keras" in sys.modules]))
"""


def answer(**environment):
    """Of the backend that is imported soonest, unless the environment says otherwise."""
    environment = os.environ | {"KERAS_BACKEND": "openvino"} | environment
    result = subprocess.run([sys.executable, "-c", PROGRAM, str(DEMO)], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_each_data_format_has_its_own_graph(home):
    file = home / ".keras" / "keras.json"
    file.parent.mkdir()
    file.write_text('{"image_data_format": "channels_first"}')
    first, last = [None, 3, 224, 224], [None, 224, 224, 3]
    assert answer() == ["Egyptian_cat", first, True]
    assert answer() == ["Egyptian_cat", first, False]
    file.unlink()
    assert answer() == ["Egyptian_cat", last, True]
    assert answer() == ["Egyptian_cat", last, False]


def test_dead_backends_in_keras_json_do_not_matter(home):
    file = home / ".keras" / "keras.json"
    file.parent.mkdir()
    file.write_text('{"backend": "theano", "image_dim_ordering": "th"}')
    assert answer(KERAS_BACKEND="")[0] == "Egyptian_cat"


def test_a_backend_that_is_not_there_is_said():
    command = [sys.executable, "-m", "amalthea", "predict", "--demo"]
    environment = os.environ | {"KERAS_BACKEND": "theano"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert "Error: Keras does not start with the backend 'theano'" in result.stderr
    assert "There is none of that name: set KERAS_BACKEND to tensorflow, torch, jax or openvino" in result.stderr
    assert "pip install" not in result.stderr
    assert "Traceback" not in result.stderr
