"""What a plain installation says, which has no scikit-learn."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.single_backend


def test_making_a_classifier_says_what_to_install():
    code = "import sys; sys.modules['sklearn'] = None; from amalthea import *; ImageClassifier('MobileNet')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "MissingDependencyError: ImageClassifier needs scikit-learn" in result.stderr
    assert 'pip install "amalthea[tensorflow-cpu]"' in result.stderr
