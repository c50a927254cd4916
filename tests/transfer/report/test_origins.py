"""Settings, intervals and commands, against SciPy and the command line itself."""

import shlex

import keras
import pytest
from scipy.stats import binomtest

from amalthea.apps.command_line import command_line
from amalthea.transfer import ImageClassifier
from amalthea.transfer.report.origins import changed_settings, commands, interval, lines_of_python, settings_of

pytestmark = pytest.mark.single_backend


@pytest.mark.parametrize(("right", "total"), [(0, 1), (1, 1), (87, 90), (45, 90), (90, 90), (0, 1000)])
def test_the_interval_of_the_accuracy_is_scipys(right, total):
    expected = binomtest(right, total).proportion_ci(0.95, method="wilson")
    assert interval(right, total) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_settings_are_written_as_python_and_objects_by_their_kind():
    classifier = ImageClassifier(
        "MobileNet", alpha=0.25, optimizer=keras.optimizers.SGD(0.1), class_weight={"cat": 2.0, "dog": 1.0}
    )
    found = settings_of(classifier)
    assert (found["model"], found["alpha"], found["optimizer"]) == ("'MobileNet'", "0.25", "<SGD>")
    assert found["class_weight"] == "{'cat': 2.0, 'dog': 1.0}"
    assert changed_settings(classifier) == ["alpha", "class_weight", "model", "optimizer"]
    assert changed_settings(ImageClassifier()) == []


@pytest.mark.parametrize("file", ["pets.onnx", "my pets.keras", "it's.onnx"])
def test_commands_and_their_options_are_there(file):
    for line in commands(file):
        program, name, *words = shlex.split(line)
        assert program == "amalthea" and file in words
        options = {option for parameter in command_line.get_command(None, name).params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options
    assert commands(None) == []


@pytest.mark.parametrize("file", ["pets.onnx", "it's.keras", None])
def test_the_lines_of_python_are_python(file):
    compile("\n".join(lines_of_python(file)), "report", "exec")
