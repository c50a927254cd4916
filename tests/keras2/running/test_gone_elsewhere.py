"""What other packages no longer have, told below the traceback that their exceptions leave."""

import numpy as np
import pytest

from amalthea.keras2._running.endings import LastSignal, ended_by
from amalthea.keras2._running.gone_elsewhere import instead

pytestmark = [
    pytest.mark.single_backend,
    pytest.mark.filterwarnings("ignore:scipy.misc is deprecated:DeprecationWarning"),
]


def failed(source, **names):
    with pytest.raises(Exception) as caught:
        exec(source, names)
    return caught.value


def test_python_objects_in_files_of_numpy(tmp_path, capsys):
    np.save(tmp_path / "classes.npy", {"cats": 0})
    error = failed("numpy.load(path).item()", numpy=np, path=tmp_path / "classes.npy")
    assert ended_by(error, LastSignal()) == 1
    *_, raised, today = capsys.readouterr().err.splitlines()
    assert raised == "ValueError: Object arrays cannot be loaded when allow_pickle=False"
    assert today.endswith("if you trust the file, write np.load(path, allow_pickle=True).")
    assert np.load(tmp_path / "classes.npy", allow_pickle=True).item() == {"cats": 0}


def test_pictures_by_scipy():
    pytest.importorskip("scipy.misc")
    assert instead(failed("from scipy.misc import imread")) == (
        "scipy.misc.imread is np.array(PIL.Image.open(path)) today."
    )
    assert instead(failed("import scipy.misc; scipy.misc.imsave")) == (
        "scipy.misc.imsave is PIL.Image.fromarray(picture).save(path) today."
    )
    assert instead(failed("from scipy.misc import comb")) is None


def test_placeholders_of_tensorflow_1():
    tensorflow = pytest.importorskip("tensorflow")
    error = failed("tf.placeholder(tf.float32)", tf=tensorflow.compat.v1)
    assert instead(error).startswith("the graphs and sessions of TensorFlow 1 are gone")


@pytest.mark.parametrize("source", ["1 / 0", "import no_such_module", "{}.imread"])
def test_other_mistakes_are_left_alone(source):
    assert instead(failed(source)) is None
