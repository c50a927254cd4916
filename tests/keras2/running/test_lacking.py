"""What a script needs and is not installed: said in one line, before time is lost."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.single_backend

TRAINS = """
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([Dense(1, input_dim=3)])
model.compile('sgd', 'mse')
print(model.predict(np.ones((2, 3)), verbose=0).shape)
try:
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 1)))
except ImportError:
    print('no batch')
model.fit(np.ones((2, 3)), np.ones((2, 1)), nb_epoch=1)
"""


def test_a_backend_that_trains(folder, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    (folder / "script.py").write_text(TRAINS)
    command = [sys.executable, "-m", "amalthea", "run", "script.py"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (answer.returncode, answer.stdout) == (1, "(2, 1)\nno batch\n")
    assert answer.stderr.splitlines()[-1] == (
        'script.py:12: Keras on OpenVINO cannot train. For one that can: pip install "amalthea[tensorflow-cpu]"'
    )
    assert "Traceback" not in answer.stderr
