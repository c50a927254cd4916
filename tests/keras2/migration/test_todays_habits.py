"""`amalthea migrate`: rates, files and lines around Keras that would end a script only after hours, or at once."""

import keras
import pytest

pytestmark = pytest.mark.single_backend


def said(answer):
    return {remark.line: (remark.kind, remark.text) for remark in answer.remarks}


@pytest.mark.parametrize(
    ("line", "setter"),
    [
        ("fall = ReduceLROnPlateau(monitor='loss')", "ReduceLROnPlateau"),
        ("fall = LearningRateScheduler(rate)", "LearningRateScheduler"),
        ("K.set_value(model.optimizer.lr, 0.1)", "K.set_value(model.optimizer.lr, 0.1)"),
        ("model.optimizer.lr = 0.1", "model.optimizer.lr = …"),
        ("model.optimizer.lr *= 0.1", "model.optimizer.lr = …"),
    ],
)
def test_a_rate_that_something_sets_stays_a_number(migrated, line, setter):
    answer = migrated(
        "from keras import backend as K\nfrom keras.callbacks import *\nfrom keras.optimizers import SGD\n"
        f"sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9)\n{line}\n"
    )
    assert "sgd = SGD(learning_rate=0.1, momentum=0.9)" in answer.after
    assert (
        f"decay=1e-6 is left out: in Keras 3 it is a schedule, with which {setter} is an error." in said(answer)[4][1]
    )


def test_a_rate_that_nothing_sets_is_a_schedule_and_that_is_said(migrated):
    answer = migrated("from keras.optimizers import SGD\nSGD(lr=0.1, decay=1e-6)\nself.lr = 3\n")
    assert "InverseTimeDecay(0.1, decay_steps=1, decay_rate=1e-6)" in answer.after
    assert said(answer)[2] == (
        "check",
        "decay=1e-6 is a schedule today: nothing else can set the rate then, such as LearningRateScheduler, "
        "ReduceLROnPlateau or a callback.",
    )
    assert not migrated("from keras.optimizers import SGD\nSGD(lr=0.1, decay=0.)\n").remarks


CHECKPOINTS = """\
from keras.callbacks import ModelCheckpoint
from keras.models import load_model
path = 'best-{epoch:02d}-{val_acc:.2f}.hdf5'
ModelCheckpoint(path, monitor='val_acc', save_best_only=True)
ModelCheckpoint('last.hdf5')
ModelCheckpoint('weights.{epoch:02d}.hdf5', save_weights_only=True)
ModelCheckpoint('best.ckpt')
load_model('last.hdf5').load_weights('best-07-0.81.hdf5')
open('other.hdf5')
"""


def test_checkpoints(migrated):
    answer = migrated(CHECKPOINTS)
    assert answer.after.splitlines()[2:] == [
        "path = 'best-{epoch:02d}-{val_acc:.2f}.h5'",
        "ModelCheckpoint(path, monitor='val_acc', save_best_only=True)",
        "ModelCheckpoint('last.h5')",
        "ModelCheckpoint('weights.{epoch:02d}.weights.h5', save_weights_only=True)",
        "ModelCheckpoint('best.ckpt')",
        "load_model('last.h5').load_weights('best-07-0.81.h5')",
        "open('other.hdf5')",
    ]
    found = said(answer)
    assert sorted(found) == [4, 5, 7]
    assert found[5][1].startswith("last.hdf5 is last.h5, because ModelCheckpoint refuses .hdf5 today;")
    assert found[7] == ("left", "ModelCheckpoint writes models into files whose names end in .keras only: 'best.ckpt'.")
    assert migrated(answer.after).after == answer.after


@pytest.mark.parametrize(("name", "alone"), [("a.h5", False), ("a.keras", False), ("a.weights.h5", True)])
def test_keras_takes_these_names_and_no_others(name, alone):
    keras.callbacks.ModelCheckpoint(name, save_weights_only=alone)
    with pytest.raises(ValueError, match="must end in"):
        keras.callbacks.ModelCheckpoint("a.hdf5", save_weights_only=alone)


def test_epochs_of_keras_1_counted_from_0(migrated):
    script = "from keras.callbacks import ModelCheckpoint\nModelCheckpoint('{epoch}.h5')\nmodel.fit(x, y, "
    text = "{epoch} counts from 1 today, where Keras 1 counted from 0: names are one higher."
    assert said(migrated(f"{script}nb_epoch=3)\n"))[2] == ("check", text)
    assert not migrated(f"{script}epochs=3)\n").remarks


SESSION = """\
import tensorflow as tf
from keras import backend as K
from keras.backend.tensorflow_backend import set_session
config = tf.ConfigProto()
config.gpu_options.allow_growth = True
K.set_session(tf.Session(config=config))
set_session(tf.compat.v1.Session())
tf.set_random_seed(1)
tf.logging.set_verbosity(tf.logging.ERROR)
tf.random.set_seed(1)
tf.constant(1)
"""


def test_what_numpy_scipy_and_graphs_no_longer_do_is_said(migrated):
    answer = migrated(
        "import numpy as np\nfrom scipy.misc import imread, imresize\nimport tensorflow as tf\n"
        "a = np.load('a.npy').item()\nb = np.load('a.npy', allow_pickle=True).item(), np.load('b.npy')\n"
        "c = imresize(d, (4, 4))\nx = tf.placeholder(tf.float32)\n"
    )
    assert not answer.changed
    found = said(answer)
    assert [(line, kind) for line, (kind, _) in sorted(found.items())] == [(4, "left"), (6, "left"), (7, "left")]
    assert found[4][1].endswith("if you trust the file, write np.load(path, allow_pickle=True).")
    assert found[6][1].startswith("scipy.misc.imresize is gone: np.array(PIL.Image.fromarray(picture).resize(")
    assert "keras.Input(shape=(784,))" in found[7][1]


def test_weights_of_classes_that_never_had_an_effect(migrated):
    start = "from keras.models import Sequential\nmodel = Sequential()\n"
    answer = migrated(f"{start}model.fit(x, y, nb_epoch=1, class_weight='auto')\n")
    assert answer.after.endswith("\nmodel.fit(x, y, epochs=1)\n")
    assert said(answer) == {3: ("check", "class_weight='auto' never had an effect, and is left out.")}
    today = f"{start}model.fit(x, y, epochs=1, class_weight={{0: 1, 1: 2}})\n"
    assert (migrated(today).after, migrated(today).remarks) == (today, ())


def test_sessions(migrated):
    answer = migrated(SESSION)
    assert "\nkeras.utils.set_random_seed(1)\n" in answer.after
    assert "import keras\n" in answer.after
    found = said(answer)
    assert sorted(found) == [3, 4, 6, 7, 9, 10]
    assert found[4] == (
        "left",
        "tf.ConfigProto is gone: there are no sessions any more; delete this line. For allow_growth, set the "
        "environment variable TF_FORCE_GPU_ALLOW_GROWTH=true.",
    )
    texts = [remark.text for remark in answer.remarks]
    assert texts.count("K.set_session does nothing today: delete this line.") == 2
    assert "tf.compat.v1.Session is gone: there are no sessions any more; delete this line." in texts
    assert found[9][1].endswith("write tf.get_logger().setLevel('ERROR') or what the level is.")
    assert found[10][0] == "check"


ELSEWHERE = [
    ("from sklearn.externals import joblib\njoblib.dump(a, b)", "import joblib\njoblib.dump(a, b)"),
    ("from sklearn.externals import joblib as j, x", "import joblib as j\nfrom sklearn.externals import x"),
    ("from sklearn.externals.joblib import dump", "from joblib import dump"),
    ("import sklearn.externals.joblib as joblib", "import joblib"),
    ("from tensorflow import set_random_seed\nset_random_seed(2)", "from keras.utils import set_random_seed\n"
     "set_random_seed(2)"),
    ("import h5py\nf = h5py.File(p)\nx = f['a']['b'].value", "import h5py\nf = h5py.File(p)\nx = f['a']['b'][()]"),
    ("import h5py\nwith h5py.File(p) as f: x = f['a'].value", "import h5py\nwith h5py.File(p) as f: x = f['a'][()]"),
    ("import pickle\nf = open(p, 'w')\nf.write(pickle.dumps(a))", "import pickle\nf = open(p, 'wb')\n"
     "f.write(pickle.dumps(a))"),
    ("import pickle\na = pickle.loads(open(p).read())", "import pickle\na = pickle.loads(open(p, 'rb').read())"),
    ("import pickle\nf = open(p, 'w')\nf.write(pickle.dumps(a))\nf = open(q, 'w')\nf.write('a')",
     "import pickle\nf = open(p, 'wb')\nf.write(pickle.dumps(a))\nf = open(q, 'w')\nf.write('a')"),
    ("import pickle\nwith open(p) as f: a = pickle.loads(f.read())",
     "import pickle\nwith open(p, 'rb') as f: a = pickle.loads(f.read())"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "today"), ELSEWHERE)
def test_other_packages(migrated, old, today):
    answer = migrated(old)
    assert answer.after == today
    assert not answer.remarks
    assert migrated(today).after == today


def test_what_may_be_a_data_set_is_said(migrated):
    answer = migrated("import h5py\nx = found.value\nfound.value = 3\n")
    assert not answer.changed
    assert said(answer) == {2: ("check", "if found is a data set of h5py: found[()].")}
    assert not migrated("x = found.value\n").remarks


def test_windows(migrated):
    answer = migrated(
        "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.show()\nplt.show()\n"
    )
    assert said(answer) == {
        2: ("check", "TkAgg needs a display: on a machine without one, delete this line."),
        4: ("check", "plt.show needs a display: without one, plt.savefig('figure.png') draws."),
    }
    assert not migrated("import matplotlib\nmatplotlib.use('Agg')\n").remarks
