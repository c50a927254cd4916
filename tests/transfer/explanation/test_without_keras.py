"""A file is explained where Keras need not be."""

import subprocess
import sys

import pytest

import amalthea
from tests.transfer.explanation.pictures import classifier, pooled

PROGRAM = """
import sys, amalthea, numpy
picture = numpy.random.default_rng(0).integers(0, 256, (8, 6, 3), numpy.uint8)
found = amalthea.explain(amalthea.load(sys.argv[1]), picture)
print(found.method, found.map.shape, {"keras", "tensorflow", "torch", "jax"} & set(sys.modules))
"""


@pytest.mark.single_backend
def test_an_explanation_of_a_file_imports_no_keras(tmp_path):
    path = tmp_path / "small.onnx"
    amalthea.save(classifier(*pooled()), path, classes=["cat", "dog", "owl"], scaling="tf")
    answer = subprocess.run([sys.executable, "-c", PROGRAM, path], capture_output=True, text=True, timeout=120)
    assert (answer.stdout, answer.returncode) == ("occlusion (8, 6) set()\n", 0), answer.stderr
