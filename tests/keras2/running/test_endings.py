"""Which frames a traceback keeps."""

import sys
import traceback

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2._running.endings import LastSignal, ended_by

pytestmark = pytest.mark.single_backend


def raised_in(modules, error):
    """The error as it comes from a chain of calls through functions of these modules."""

    def fail():
        raise error

    call = fail
    for module in reversed(modules):
        names = {"__name__": module, "inner": call}
        exec(compile("def call():\n    inner()", f"{module}.py", "exec"), names)
        call = names["call"]
    try:
        call()
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    ("modules", "error", "shown"),
    [
        (["amalthea.keras2._running.script", "__main__", "numpy"], ValueError("x"), ["__main__", "numpy"]),
        (["__main__", "amalthea.keras2.layers", "keras.src"], ValueError("x"), ["__main__", "keras.src"]),
        (["__main__", "amalthea", "amalthea.keras2.layers"], ArgumentError("x"), ["__main__"]),
        (["__main__", "amalthea_of_mine"], ArgumentError("x"), ["__main__", "amalthea_of_mine"]),
    ],
)
def test_frames_of_this_library_are_left_out(modules, error, shown, capsys):
    caught = raised_in(modules, error)
    assert ended_by(caught, LastSignal()) == 1
    files = [frame.filename for frame in traceback.extract_tb(caught.__traceback__)]
    assert files == [__file__, *(f"{module}.py" for module in shown), __file__]
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"{type(error).__name__}: x")


def test_where_it_fails_by_mistake_itself_its_frames_stay(capsys):
    names = {"__name__": "amalthea.keras2.layers"}
    exec(compile("def fail():\n    {}['a']", "layers.py", "exec"), names)
    with pytest.raises(KeyError) as caught:
        names["fail"]()
    ended_by(caught.value, LastSignal())
    assert 'File "layers.py", line 2, in fail' in capsys.readouterr().err


def test_what_keras_says_of_a_layer_is_no_mistake_of_this_library(capsys):
    """Keras takes its own frames away, so that the innermost one may be where a method of ours calls that of Keras."""
    with pytest.raises(ValueError, match="expected axis -1") as of_keras:
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])(np.ones((2, 4)))
    names = {"__name__": "amalthea.keras2.models", "error": ValueError(str(of_keras.value))}
    exec(compile("def call():\n    raise error", "models.py", "exec"), names)
    with pytest.raises(ValueError, match="expected axis -1") as caught:
        names["call"]()
    ended_by(caught.value, LastSignal())
    assert "models.py" not in capsys.readouterr().err


def test_errors_that_others_came_of_are_shortened_too(capsys):
    cause = raised_in(["__main__", "amalthea.keras2.layers", "keras.src"], ValueError("first"))
    try:
        raise KeyError("second") from cause
    except KeyError as error:
        ended_by(error, LastSignal())
    said = capsys.readouterr().err
    assert "layers.py" not in said
    assert said.index("ValueError: first") < said.index("KeyError: 'second'")


@pytest.mark.parametrize(("error", "said"), [(TypeError("x"), True), (ArgumentError("x"), False), (OSError(), False)])
def test_gradients_that_the_script_wants_later_are_told(error, said, tmp_path, monkeypatch, capsys):
    """For their sake it builds networks of placeholders and variables, at which Keras fails in many ways."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dream.py").write_text(
        "x = VGG16(input_tensor=both)\n# K.gradients(a, b)\ng = K.gradients(loss, x)[0]\n"
    )
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / "dream.py"), raising=False)
    assert ended_by(raised_in(["__main__"], error), LastSignal()) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("dream.py:3: K.gradients is gone: Keras 3 has no symbolic gradients. Compute") is said
