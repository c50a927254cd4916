"""The program of a seed whose two models share a layer, on every backend that trains."""

import subprocess
import sys

import pytest

from tests.keras2.seeds.programs import PROGRAMS, source

AFTERWARDS = """
def moves(model):
    before = layer.get_weights()
    model.fit(data, labels, verbose=0)
    return not any(map(np.array_equal, before, layer.get_weights()))

print(moves(frozen_model), moves(trainable_model), moves(frozen_model), frozen_layer.trainable)
"""


@pytest.mark.timeout(180)
def test_the_model_compiled_with_the_layer_frozen_leaves_it_alone(backend, seeds, tmp_path):
    """The other one, which was compiled with the layer trained, moves it; in Keras 3 alone, both do."""
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    program = PROGRAMS["freezing"]
    script = tmp_path / "freezing.py"
    script.write_text(source(seeds, program.seed, program.blocks) + AFTERWARDS, encoding="utf-8")
    command = [sys.executable, "-m", "amalthea", "run", script.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False True False False"
    assert "was changed after compile" in done.stderr
