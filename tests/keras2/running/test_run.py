"""`amalthea run` as a user types it, beside Python itself."""

import json
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.single_backend

AMALTHEA = (sys.executable, "-m", "amalthea", "run")


def call(*command):
    # Control-C is heard also where the tests run in the background of a shell, which has all that it starts ignore it:
    # what is handled here begins as heard in a new program.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=120)
    finally:
        signal.signal(signal.SIGINT, ignored)


def run(*arguments):
    return call(*AMALTHEA, *arguments)


def answers(script, *arguments, before=()):
    """What Python and what `amalthea run` make of it: status, output, errors."""
    both = call(sys.executable, script, *arguments), run(*before, script, *arguments)
    return [(answer.returncode, answer.stdout, answer.stderr) for answer in both]


SCRIPT = '''"""What a script sees of itself."""

import dataclasses, inspect, os, pickle, signal, sys, warnings
import beside, parts.one, lib.two
from parts import below

@dataclasses.dataclass
class Point:
    x: int = 1

def here():
    return 1

names = sorted(name for name in globals() if name.startswith("__") and name != "__annotations__")
print(names, __name__, __file__, __doc__, __spec__, __package__, __builtins__, __cached__)
print(sys.argv, sys.path[0], sys.modules["__main__"].here is here)
print(pickle.loads(pickle.dumps(Point(3))), inspect.getsource(here), inspect.getsource(beside))
print(beside.__file__, parts.one.__name__, below, lib.two.value)
print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM), "keras" in sys.modules)
print([name for name in sorted(os.environ) if name.startswith("PYTHON")])
warnings.warn("mine")
'''


def test_a_script_runs_as_in_python(folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "script.py").write_text(SCRIPT)
    (folder / "sub" / "beside.py").write_text("value = 7\n")
    (folder / "sub" / "parts").mkdir()
    (folder / "sub" / "parts" / "__init__.py").write_text("from . import below\n")
    (folder / "sub" / "parts" / "one.py").write_text("from .below import value\n")
    (folder / "sub" / "parts" / "below.py").write_text("value = 8\n")
    (folder / "sub" / "lib").mkdir()
    (folder / "sub" / "lib" / "two.py").write_text("value = 9\n")
    ours = run("--keras", "1", "sub/script.py", "one", "--keras", "-h", "--", "x y")
    assert list(folder.rglob("*.pyc")) == []
    python = call(sys.executable, "sub/script.py", "one", "--keras", "-h", "--", "x y")
    assert (ours.returncode, ours.stdout, ours.stderr) == (python.returncode, python.stdout, python.stderr)
    assert "'x y'" in ours.stdout
    assert "UserWarning: mine" in ours.stderr


ENDINGS = {
    "status": "import sys\nsys.exit(3)",
    "message": "raise SystemExit('no data')",
    "error": "import beside\n\ndef f():\n    [0] * (7 / 2)\n\nbeside.call(f)",
    "chained": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('no a') from error",
    "numpy": "import numpy as np, io\nnp.load(io.StringIO(''), no=1)",
    "syntax": "import os\nx = (1",
    "syntax_beside": "import broken",
    "missing": "import theano.tensor",
    "own_hook": "import sys\nsys.excepthook = lambda *error: print('hooked', error[0])\n1 / 0",
    "interrupted": "import atexit, os, signal\natexit.register(print, 'last')\nos.kill(os.getpid(), signal.SIGINT)",
    "interrupted_twice": (
        "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt:\n    raise ValueError('while saving')"
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_script_ends_as_in_python(ending, folder):
    (folder / "script.py").write_text(ENDINGS[ending])
    (folder / "beside.py").write_text("def call(function):\n    function()\n")
    (folder / "broken.py").write_text("a b\n")
    python, ours = answers("script.py")
    assert ours == python
    assert ours[0] != 0 or ending == "numpy"


@pytest.mark.parametrize("arguments", [(), ("none.py",), (".",), ("--keras", "3", "script.py")])
def test_what_cannot_be_run_is_a_usage_error(arguments, folder):
    (folder / "script.py").touch()
    answer = run(*arguments)
    assert answer.returncode == 2
    assert "Error: " in answer.stderr


OLD = """
import os, sys
import keras.backend as K
import beside
import user
from keras.utils import np_utils
from keras_preprocessing import sequence
import numpy as np

np.save(open('labels.npy', 'w'), np.array([0] * (4 / 2) + [1] * (4 / 2)))
print(np.load(open('labels.npy')).tolist())
print(K.__name__, np_utils.to_categorical([1], nb_classes=2).tolist(), beside.K is K, user.keras.__name__)
print(sys.modules['keras'] is user.keras, hasattr(user.keras, 'ops'), sequence.__name__)
from amalthea.keras2._spelling.era import era
print(era())
model_fit = lambda nb_epoch: None
model_fit(nb_epoch=2)
"""


def test_imports_of_keras_go_to_the_old_tree_and_nobody_elses(folder, installed):
    (folder / "old.py").write_text(OLD)
    (folder / "beside.py").write_text("from keras import backend as K\n")
    (installed / "user.py").write_text("import keras\n")
    answer = run("--explain", "old.py")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-4:] == [
        "[0, 0, 1, 1]",
        "amalthea.keras2.backend [[0.0, 1.0]] True keras",
        "True True amalthea.keras2.preprocessing.sequence",
        "1",
    ]
    explained = [line for line in answer.stderr.splitlines() if line.startswith(("beside.py:", "old.py:"))]
    assert explained[:5] == [
        "beside.py:1: from keras takes backend of amalthea.keras2",
        "old.py:3: import keras.backend takes amalthea.keras2.backend",
        "old.py:6: from keras.utils takes np_utils of amalthea.keras2.utils",
        "old.py:7: from keras_preprocessing takes sequence of amalthea.keras2.preprocessing",
        "old.py:10: 2.0 is taken as 2",
    ]
    assert "old.py:17: written for Keras 1, as nb_epoch says" in explained


def test_the_keras_that_is_named_is_the_one(folder):
    (folder / "old.py").write_text("from amalthea.keras2._spelling.era import era\nprint(era())\nf = dict(epochs=1)\n")
    assert [run(*chosen, "old.py").stdout for chosen in (["--keras", "1"], [])] == ["1\n", "2\n"]


KERAS = """
import os
class config:
    set_image_data_format = staticmethod(lambda name: print("now", name))
print(os.environ["KERAS_BACKEND"])
"""


@pytest.fixture
def other_keras(installed):
    """A Keras that tells its settings, imported by another package."""
    (installed / "keras.py").write_text(KERAS)
    (installed / "user.py").write_text("import keras\n")
    for name in ("tensorflow", "jax"):
        (installed / f"{name}.py").touch()


@pytest.mark.usefixtures("other_keras")
def test_keras_json_of_that_time_is_taken_over(folder, home, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND")
    (home / ".keras").mkdir()
    settings = home / ".keras" / "keras.json"
    (folder / "script.py").write_text("import user, user\n")
    for dimensions, said in (
        ({"image_dim_ordering": "th"}, ["now channels_first"]),
        ({"image_dim_ordering": "tf"}, ["now channels_last"]),
        ({"image_data_format": "channels_last", "image_dim_ordering": "th"}, []),
    ):
        settings.write_text(json.dumps({"backend": "theano", "floatx": "float32", **dimensions}))
        answer = run("script.py")
        assert answer.stdout.splitlines() == ["tensorflow", *said]
        assert answer.stderr == (
            f"amalthea run: {settings} asks for theano, which is gone from Keras; tensorflow is used.\n"
        )


@pytest.mark.usefixtures("other_keras")
def test_a_backend_that_is_gone_is_replaced(folder):
    script = folder / "script.py"
    script.write_text("import os\nos.environ['KERAS_BACKEND'] = 'theano'\nimport user\n")
    answer = run("script.py")
    assert answer.stdout == "tensorflow\n"
    assert answer.stderr == "amalthea run: KERAS_BACKEND is 'theano', which is gone from Keras; tensorflow is used.\n"
    script.write_text("import os\nos.environ['KERAS_BACKEND'] = 'jax'\nimport user\n")
    answer = run("script.py")
    assert (answer.stdout, answer.stderr) == ("jax\n", "")


ADVISED = """
import warnings
from amalthea.errors import ArgumentError, warn

def build(size):
    warn(f"a kernel of {size}, or strides?")

for _ in range(3):
    build(3)
    with warnings.catch_warnings():
        pass
build(4)
"""


def test_advice_is_one_line_once_with_its_place(folder):
    (folder / "script.py").write_text(ADVISED)
    answer = run("script.py")
    assert answer.stderr == ("script.py:6: a kernel of 3, or strides?\nscript.py:6: a kernel of 4, or strides?\n")


def test_an_error_that_is_meant_shows_the_script_only(folder):
    (folder / "script.py").write_text("import amalthea\n\namalthea.variant('VGG17')\n")
    answer = run("script.py")
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    assert [line for line in lines if line.startswith("  File")] == [
        f'  File "{folder / "script.py"}", line 3, in <module>'
    ]
    assert lines[-1].startswith("amalthea.errors.UnknownModelError: ")


def test_python_2_is_one_line(folder):
    (folder / "script.py").write_text("import beside\n")
    (folder / "beside.py").write_text("import os\nprint 'Model loaded.'\n")
    answer = run("script.py")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        "beside.py:2: `print 'Model loaded.'` is Python 2; today it is `print('Model loaded.')`. "
        "For the whole file: pip install fissix, then python -m fissix -w beside.py\n"
    )
    (folder / "script.py").write_text("for i in xrange(3): pass\n")
    answer = run("script.py")
    assert answer.returncode == 1
    assert (
        answer.stderr.splitlines()[-2:]
        == [
            "NameError: name 'xrange' is not defined",
            "xrange is Python 2; today it is range",
        ]
        or answer.stderr.splitlines()[-1] == "xrange is Python 2; today it is range"
    )


SHOWN = """
import sys
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.figure()
plt.plot([2, 1])
plt.show(block=False)
plt.show()
print(plt.get_fignums())
plt.plot([1, 3])
plt.show()
"""


def test_figures_are_saved_where_there_is_no_display(folder, monkeypatch):
    pytest.importorskip("matplotlib")
    from PIL import Image

    (folder / "script.py").write_text(SHOWN)
    (folder / "figure-2.png").write_text("mine")
    answer = run("script.py")
    assert answer.stdout == "[]\n"
    said = [line for line in answer.stderr.splitlines() if "display" in line]
    assert said == [
        f"amalthea run: plt.show() has no display; the figure is in figure-{number}.png." for number in (1, 3, 4)
    ]
    assert (folder / "figure-2.png").read_text() == "mine"
    for number in (1, 3, 4):
        with Image.open(folder / f"figure-{number}.png") as picture:
            assert picture.size == (640, 480)
    monkeypatch.setenv("MPLBACKEND", "agg")  # chosen by the user
    run("script.py")
    assert not (folder / "figure-5.png").exists()
