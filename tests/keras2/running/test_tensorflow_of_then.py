"""The lines of TensorFlow 1 that stood around Keras, with the installed TensorFlow and without one."""

import logging
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError, MissingDependencyError
from amalthea.keras2._randomness import follow, next_seed
from amalthea.keras2._running import tensorflow_of_then as tf
from amalthea.keras2.layers import Dense
from amalthea.keras2.models import Sequential

SCRIPT = """
import numpy as np
import tensorflow as tf
from keras import backend as K
from keras.backend.tensorflow_backend import set_session
from keras.layers import Dense
from keras.models import Sequential
import beside
tf.logging.set_verbosity(tf.logging.ERROR)
tf.reset_default_graph()
tf.set_random_seed(1)
config = tf.ConfigProto(gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.3))
config.gpu_options.allow_growth = True
sess = tf.Session(config=config)
K.set_session(sess)
set_session(tf.compat.v1.Session(config=config))
graph = tf.get_default_graph()
sess.run(tf.global_variables_initializer())
with graph.as_default():
    model = Sequential([Dense(2, input_dim=3)])
    print(model.predict(np.ones((1, 3)), verbose=0).tolist())
"""


@pytest.fixture
def no_tensorflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)


@pytest.fixture(autouse=True)
def followed():
    """Seeds follow NumPy again after a test."""
    level = logging.getLogger("tensorflow").level
    yield
    follow(None)
    logging.getLogger("tensorflow").setLevel(level)


def run(script):
    command = [sys.executable, "-m", "amalthea", "run", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_tensorflow_by_way_of_the_backend():
    """As ``K.tf.ConfigProto()``."""
    from amalthea.keras2 import backend
    from amalthea.keras2.backend import tensorflow_backend

    assert backend.tf is tensorflow_backend.tf is tf
    assert not hasattr(tensorflow_backend, "__path__")
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        tensorflow_backend.nope  # noqa: B018


def test_a_script_of_that_time(folder):
    (folder / "script.py").write_text(SCRIPT)
    (folder / "beside.py").write_text("import tensorflow as tf\ntf.set_random_seed(2)\n")
    first, second = run("script.py"), run("script.py")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout != ""
    said = [line for line in first.stderr.splitlines() if line.startswith(("script.py:", "beside.py:"))]
    beginnings = ["12: tf.GPUOptions does", "12: tf.ConfigProto does", "14: tf.Session does", "15: K.set_session does"]
    beginnings += ["16: tf.Session does", "16: K.set_session does"]
    assert len(said) == len(beginnings)
    assert all(line.startswith(f"script.py:{begun}") for line, begun in zip(said, beginnings, strict=True)), said
    assert "set the environment variable TF_FORCE_GPU_ALLOW_GROWTH=true" in said[0]


@pytest.mark.single_backend
def test_what_needs_tensorflow_says_so_in_one_line(folder):
    hidden = "import sys\nsys.modules['tensorflow'] = None\n"  # which no script does
    (folder / "script.py").write_text(
        f"{hidden}import tensorflow as tf\nset_seed = tf.set_random_seed\nx = tf.constant(1)\n"
    )
    answer = run("script.py")
    assert answer.returncode == 1
    assert answer.stderr == (
        "script.py:5: The script uses tf.constant, and TensorFlow is not installed: "
        'pip install "amalthea[tensorflow-cpu]"\n'
    )


def weights():
    return Sequential([Dense(4, input_dim=3)]).get_weights()[0]


def test_a_seed_decides_what_is_drawn():
    drawn = []
    for seed in (1, 2, 1):
        tf.set_random_seed(seed)
        drawn.append((weights(), weights(), next_seed()))
        np.random.rand()
    first, other, again = drawn
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1]) and first[2] == again[2]
    assert not np.array_equal(first[0], first[1]) and not np.array_equal(first[0], other[0])


def test_a_seed_reaches_the_tensorflow_that_is_installed():
    tensorflow = pytest.importorskip("tensorflow")
    drawn = []
    for _ in range(2):
        tf.set_random_seed(3)
        drawn.append(tf.random.normal((3,)).numpy())
    np.testing.assert_array_equal(*drawn)
    tensorflow.random.set_seed(3)
    np.testing.assert_array_equal(drawn[0], tensorflow.random.normal((3,)).numpy())


@pytest.mark.single_backend
def test_all_else_is_tensorflows_of_today_or_of_its_own_past():
    tensorflow = pytest.importorskip("tensorflow")
    assert tf.constant is tensorflow.constant
    assert tf.__version__ == tensorflow.__version__
    assert float(tf.log(1.0)) == 0  # tf.math.log today
    assert tf.keras.__name__ == "amalthea.keras2"
    with pytest.raises(AttributeError, match="never_was"):
        tf.never_was  # noqa: B018


@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:tf.")
def test_sessions_compute_nothing(no_tensorflow):
    with tf.InteractiveSession() as session:
        assert session.run([tf.global_variables_initializer(), tf.tables_initializer()]) is None
        with session.as_default(), session.graph.as_default():
            pass
        with pytest.raises(ArgumentError, match=r"Session\.run is gone.*model\.predict"):
            session.run("loss:0")
    with pytest.warns(AmaltheaWarning, match="Keras 3 works with eager execution"):
        tf.disable_v2_behavior()
    config = tf.ConfigProto(allow_soft_placement=True)
    config.gpu_options.visible_device_list = "0"
    assert (config.allow_soft_placement, config.gpu_options.visible_device_list) == (True, "0")
    with pytest.raises(MissingDependencyError, match=r"uses tf\.__version__"):
        tf.__version__  # noqa: B018


@pytest.mark.single_backend
def test_verbosity_is_that_of_tensorflows_logger(no_tensorflow):
    tf.logging.set_verbosity(tf.logging.ERROR)
    assert logging.getLogger("tensorflow").level == logging.ERROR == tf.logging.get_verbosity()
    tf.logging.set_verbosity("INFO")
    assert tf.logging.get_verbosity() == tf.logging.INFO
    assert tf.logging.warn == logging.getLogger("tensorflow").warning


@pytest.mark.single_backend
def test_optimizers(monkeypatch):
    kinds = {
        tf.train.AdamOptimizer(0.1, beta1=0.8): {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.999, "epsilon": 1e-8},
        tf.train.GradientDescentOptimizer(learning_rate=0.2, use_locking=False): {"learning_rate": 0.2, "momentum": 0},
        tf.train.MomentumOptimizer(0.2, 0.9, use_nesterov=True): {"momentum": 0.9, "nesterov": True},
        tf.train.RMSPropOptimizer(0.001, decay=0.5): {"learning_rate": 0.001, "rho": 0.5},
        tf.train.AdagradOptimizer(0.3): {"learning_rate": 0.3, "initial_accumulator_value": 0.1},
    }
    for optimizer, expected in kinds.items():
        config = optimizer.get_config()
        assert {name: config[name] for name in expected} == pytest.approx(expected)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(train=SimpleNamespace(Checkpoint=1), compat=None))
    monkeypatch.setattr(tf, "find_spec", lambda name: True)
    assert tf.train.Checkpoint == 1
