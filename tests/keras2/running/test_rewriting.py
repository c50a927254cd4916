"""What becomes of the imports, numbers and files of an old module."""

import ast

import numpy as np
import pytest

from amalthea.keras2._running.module_names import ModuleNames
from amalthea.keras2._running.rewriting import rewritten

pytestmark = pytest.mark.single_backend

K = "amalthea.keras2"
WHOLE = "__import__('amalthea.keras2._running.leniency').keras2._running.leniency.whole"
MULTIPLIED = WHOLE.removesuffix("whole") + "multiplied"
FACTOR = WHOLE.removesuffix("whole") + "factor"
WITH_BYTES = "__import__('amalthea.keras2._running.leniency').keras2._running.leniency.with_bytes"
MODULE = "__import__('amalthea.keras2').keras2"
THEN = f"{K}._running.tensorflow_of_then"
OF_THEN = f"__import__('{THEN}').keras2._running.tensorflow_of_then"
LENIENCY = WHOLE.removesuffix("whole")


def rewrite(source, own=()):
    notes = []
    tree = rewritten(ast.parse(source), ModuleNames(own), lambda line, text: notes.append((line, text)))
    compile(tree, "script.py", "exec")
    return ast.unparse(tree), notes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import keras", f"import {K} as keras"),
        ("import keras as k, numpy", f"import {K} as k\nimport numpy"),
        ("import keras.layers.core", f"import {K}.layers.core as keras\nimport {K} as keras"),
        ("import keras.backend as K", f"import {K}.backend as K"),
        ("from keras import backend as K, models", f"from {K} import backend as K, models"),
        ("from keras.layers import *", f"from {K}.layers import *"),
        ("from keras.layers.core import Dense as D", f"from {K}.layers.core import Dense as D"),
        ("from keras_applications import resnext", f"from {K}.applications import resnext"),
        ("import keras_preprocessing.image", f"import {K}.preprocessing.image as keras_preprocessing\n"
         f"import {K}.preprocessing as keras_preprocessing"),
        ("x._keras_shape[1]", f"__import__('{K}.backend').keras2.backend.int_shape(x)[1]"),
        ("import tensorflow.keras as keras", f"import {K} as keras"),
        ("import tensorflow.keras.layers", f"import {K}.layers as tensorflow\nimport {THEN} as tensorflow"),
        ("from tensorflow import keras", "from amalthea import keras2 as keras"),
        ("from tensorflow import keras as k, nn", "from amalthea import keras2 as k\nfrom tensorflow import nn"),
        ("from tensorflow.contrib.keras import models", f"from {K} import models"),
        ("from tensorflow.python.keras.layers import Dense", f"from {K}.layers import Dense"),
        ("import tensorflow as tf\ntf.keras.layers.Dense", f"import {THEN} as tf\n{MODULE}.layers.Dense"),
        ("import tensorflow as tf\ntf.contrib.keras.models", f"import {THEN} as tf\n{MODULE}.models"),
        ("import tensorflow.compat.v1 as tf\ntf.keras", f"import tensorflow.compat.v1 as tf\n{MODULE}"),
        ("from tensorflow import set_random_seed", f"from {THEN} import set_random_seed"),
        ("from tensorflow.compat.v1 import ConfigProto, Session", f"from {THEN} import ConfigProto, Session"),
        ("import tensorflow as tf\ntf.compat.v1.Session()", f"import {THEN} as tf\n{OF_THEN}.Session()"),
        ("import tensorflow as tf\ntf.random.set_seed(1)", f"import {THEN} as tf\n{OF_THEN}.set_random_seed(1)"),
        ("import tensorflow.compat.v1 as tf\ntf.Session()",
         f"import tensorflow.compat.v1 as tf\n{OF_THEN}.Session()"),
        ("from sklearn.externals import joblib", "import joblib"),
        ("from sklearn.externals import joblib as j, funcs", "import joblib as j\nfrom sklearn.externals import funcs"),
        ("from sklearn.externals.joblib import dump", "from joblib import dump"),
        ("import sklearn.externals.joblib as joblib", "import joblib as joblib"),
        ("import importlib\nimportlib.import_module('keras.layers')",
         f"import importlib\nimportlib.import_module('{K}.layers')"),
        ("from importlib import import_module as load\nload('keras.applications.' + name)",
         f"from importlib import import_module as load\nload('{K}.applications.' + name)"),
        ("import importlib\nimportlib.import_module(f'keras.applications.{name}')",
         f"import importlib\nimportlib.import_module(f'{K}.applications.{{name}}')"),
        ("import importlib\nimportlib.import_module('keras.%s' % name)",
         f"import importlib\nimportlib.import_module('{K}.%s' % name)"),
        ("__import__('keras.layers')", f"__import__('{K}.layers').keras2"),
        ("__import__('keras.layers', fromlist=['Dense'])", f"__import__('{K}.layers', fromlist=['Dense'])"),
        ("__import__('keras_applications')", f"__import__('{K}.applications').keras2.applications"),
    ],
)  # fmt: skip
def test_imports_of_keras_go_to_the_old_tree(old, new):
    source, notes = rewrite(old)
    assert source == new
    assert len(notes) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import keras_vggface",
        "from keras_contrib.layers import CRF",
        "from .keras import layers",
        "from . import keras",
        "from tensorflow import nn\nnn.relu",
        "import tensorflow.compat.v1 as tf\ntf.nn.relu",
        "import sklearn\nsklearn.externals",
        "import tf_keras",
        "x._keras_shape = shape",
        "from keras import ops",
        "import keras.ops as ops",
        "import importlib\nimportlib.import_module('numpy')",
        "importlib.import_module('keras')",
        "__import__('numpy')",
        "__import__(name)",
        "tf.keras.layers",
        "print('keras')",
    ],
)
def test_other_modules_and_unknown_names_stay(source):
    assert rewrite(source) == (source, [])


def test_a_keras_beside_the_script_is_meant_by_its_name():
    source = "import keras\nfrom keras.layers import Dense"
    assert rewrite(source, own={"keras"}) == (source, [])
    tensorflow = "import tensorflow as tf\ntf.keras.layers\ntf.Session()"
    assert rewrite(tensorflow, own={"tensorflow"}) == (tensorflow, [])
    assert rewrite("from tensorflow.keras import layers", own={"keras"})[0] == f"from {K} import layers"


def test_statements_keep_their_place_and_their_lines():
    source = (
        "'''doc'''\nfrom __future__ import division\ndef f():\n    try:\n        import keras.layers\n    finally: pass"
    )
    new, notes = rewrite(source)
    assert new == (
        "'''doc'''\nfrom __future__ import division\n\ndef f():\n    try:\n"
        f"        import {K}.layers as keras\n        import {K} as keras\n    finally:\n        pass"
    ).replace("'''", '"""')
    assert notes == [(5, f"import keras.layers takes {K}.layers")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[0] * (n / 2)", f"[0] * {WHOLE}(n / 2)"),
        ("half * ['cat']", f"{WHOLE}(half) * ['cat']"),
        ("([0] + [1]) * half", f"([0] + [1]) * {WHOLE}(half)"),
        ("range(n / 2, m)", f"range({WHOLE}(n / 2), {WHOLE}(m))"),
        ("x[:n / 2]", f"x[:{WHOLE}(n / 2)]"),
        ("a * (n / 2)", f"{MULTIPLIED}(a, n / 2)"),
        ("n / 2 * a.b", f"{MULTIPLIED}(n / 2, a.b)"),
        ("a *= n / 2", f"a *= {FACTOR}(a, n / 2)"),
        ("a.b[i] *= n / 2", f"a.b[i] *= {FACTOR}(a.b[i], n / 2)"),
        ("import numpy as np\nnp.save(open(f, 'w'), a)", f"import numpy as np\n{WITH_BYTES}(np.save)(open(f, 'w'), a)"),
        ("from pickle import load\nload(file)", f"from pickle import load\n{WITH_BYTES}(load)(file)"),
        ("import pickle\nf.write(data)", f"import pickle\n{LENIENCY}writing(f.write)(data)"),
        (
            "import pickle\npickle.loads(open(f).read())",
            f"import pickle\npickle.loads({LENIENCY}reading(open(f).read)())",
        ),
        ("import h5py\nx = file['x'].value", f"import h5py\nx = {LENIENCY}value_of(file['x'])"),
    ],
)
def test_numbers_and_files_of_python_2_are_understood(old, new):
    assert rewrite(old)[0] == new


@pytest.mark.parametrize(
    "source",
    [
        "'-' * 80",
        "[0] * 3",
        "2 * (n / 2)",
        "a * b / 2",
        "a[f()] *= n / 2",
        "x[n // 2:]",
        "range(10)",
        "np.save(f, a)",
        "f.write(x)",
        "json.loads(f.read())",
        "option.value",
        "import h5py\noption.value = 3",
    ],
)
def test_what_needs_no_help_stays(source):
    assert rewrite(source)[0] == source


def computed(source, **names):
    exec(compile(rewritten(ast.parse(source), ModuleNames(), lambda *_: None), "script.py", "exec"), names)
    return names


@pytest.mark.parametrize("source", ["r = z * (n / 2)", "r = n / 2 * z", "r = z; r *= n / 2"])
def test_what_is_repeated_is_found_out_when_it_runs(source):
    for z in ([0], (1, 2), "ab", b"c", 3, 2.5):
        expected = z * 2
        assert computed(source, z=z, n=4)["r"] == expected
    with pytest.raises(TypeError, match="can't multiply sequence by non-int of type 'float'"):
        computed(source, z=[0], n=5)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "bool"])
def test_products_of_arrays_are_the_very_same(dtype):
    z = np.arange(6).astype(dtype)
    for source in ("r = z * (n / 2)", "r = n / 2 * z", "r = [3.0, 1, 2, 5, 8, 2] * (z / 2)"):
        names = {"z": z, "n": 4}
        exec(source, names)
        found = computed(source, z=z, n=4)["r"]
        assert found.dtype == names["r"].dtype
        np.testing.assert_array_equal(found, names["r"])
    kept = {"a": [np.ones(3, "float32")]}
    first = kept["a"][0]
    assert computed("kept['a'][0] *= n / 2", kept=kept, n=4)["kept"]["a"][0] is first
    assert first.tolist() == [2, 2, 2]


TF = "from tensorflow.keras.layers import Conv2D\n"


def test_strides_of_tensorflow_keras_are_strides():
    """There, Convolution2D(32, 3, 3) never was a kernel of 3 × 3 as in Keras 1."""
    assert rewrite(TF + "Conv2D(32, 3, 2, 'same')")[0].endswith("Conv2D(32, 3, strides=2, padding='same')")
    assert rewrite(TF + "Conv2D(*sizes)")[0].endswith("Conv2D(*sizes)")
    assert rewrite("from keras.layers import Conv2D\nConv2D(32, 3, 3)")[0].endswith("Conv2D(32, 3, 3)")


def test_a_traceback_shows_the_lines_of_the_script():
    tree = rewritten(ast.parse("import keras.layers\n\nn = [0] * (7 / 2)"), ModuleNames(), lambda *_: None)
    places = {(node.lineno, node.end_lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    assert places == {(1, 1), (3, 3)}
