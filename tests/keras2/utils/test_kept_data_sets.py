"""Data sets that lie there already: at a path of the user's, and as Keras 1 and 2 left them."""

import gzip
import pickle
import struct
import tarfile

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.keras2.datasets import boston_housing, cifar10, cifar100, imdb, mnist

pytestmark = pytest.mark.single_backend

RANDOM = np.random.default_rng(0)
TEN = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Of data sets; no network is tried, for then pytest-socket ends the test."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def array_of_python_2(array):
    """The instructions by which Python 2 and its NumPy pickled an array of bytes."""
    shape = b"(" + b"".join(b"M" + struct.pack("<H", length) for length in array.shape) + b"t"
    kind = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    data = b"T" + struct.pack("<I", array.size) + array.tobytes()
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    return empty + b"(K\x01" + shape + kind + b"\x89" + data + b"tb"


def batch(labels="labels", count=3):
    """A file of CIFAR as Python 2 wrote it."""
    texts = [b"U" + bytes([len(text)]) + text for text in (b"batch_label", b"training batch", labels.encode(), b"data")]
    numbers = b"](" + b"".join(b"K" + bytes([number]) for number in range(count)) + b"e"
    pixels = array_of_python_2(RANDOM.integers(0, 256, (count, 3072), dtype=np.uint8))
    return b"\x80\x02}(" + texts[0] + texts[1] + texts[2] + numbers + texts[3] + pixels + b"u."


def theirs(files, labels=b"labels"):
    """What Python itself makes of such files, which runs whatever they say."""
    read = [pickle.loads(data, encoding="bytes") for data in files]
    pictures = np.concatenate([each[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) for each in read])
    return pictures, np.concatenate([each[labels] for each in read])[:, None]


def assert_equal(found, *expected):
    for pair, (pictures, labels) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(pair[0], pictures, strict=True)
        np.testing.assert_array_equal(pair[1], labels)
        assert pair[1].dtype == np.uint8


@pytest.mark.filterwarnings("ignore:numpy.core:DeprecationWarning")
def test_cifar10_in_a_folder_and_in_an_archive(folder, tmp_path):
    (folder / "cifar-10-batches-py").mkdir()
    files = {folder / "cifar-10-batches-py" / name: batch() for name in TEN}
    for path, data in files.items():
        path.write_bytes(data)
    *training, test = files.values()
    found = cifar10.load_data()
    assert_equal(found, theirs(training), theirs([test]))
    with tarfile.open(folder / "cifar-10-batches-py.tar.gz", "w:gz") as archive:
        for path in reversed(files):
            archive.add(path, f"cifar-10-batches-py/{path.name}")
    next(iter(files)).unlink()  # the folder of an extraction that was broken off
    assert_equal(cifar10.load_data(), *found)
    keras.config.set_image_data_format("channels_first")
    try:
        assert cifar10.load_data()[0][0].shape == (15, 3, 32, 32)
    finally:
        keras.config.set_image_data_format("channels_last")
    (folder / "cifar-10-batches-py.tar.gz").write_bytes(b"\x1f\x8b cut off")
    with pytest.raises(ImageError, match=r"cifar-10-batches-py.tar.gz is no archive of CIFAR, or damaged \("):
        cifar10.load_data()


def test_cifar100(folder):
    (folder / "cifar-100-python").mkdir()
    for name in ("train", "test"):
        (folder / "cifar-100-python" / name).write_bytes(batch("coarse_labels"))
    (_, labels), _ = cifar100.load_data("coarse")
    assert labels.ravel().tolist() == [0, 1, 2]
    with pytest.raises(ImageError, match=r"train has no pictures and labels of CIFAR \('fine_labels'\)"):
        cifar100.load_data()


def digits(count):
    return RANDOM.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8)


@pytest.mark.parametrize("given", ["pickle", "named", "path"])
def test_mnist_of_keras_1(folder, tmp_path, given):
    training, test = digits(5), digits(2)
    pairs = [b"".join(map(array_of_python_2, pair)) + b"\x86" for pair in (training, test)]
    data = b"\x80\x02" + b"".join(pairs) + b"\x86."
    path = tmp_path / "own.pkl" if given == "path" else folder / "mnist.pkl.gz"
    path.write_bytes(data if given == "path" else gzip.compress(data))
    call = {"pickle": (), "named": ("mnist.pkl.gz",), "path": (str(path),)}[given]
    assert_equal(mnist.load_data(*call), training, test)


class _Evil:
    def __reduce__(self):
        return print, ("it was run",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pickle.dumps(_Evil(), 2), "asks for __builtin__.print, and a data set has arrays only. Nothing was run"),
        (b"\x80\x02cnumpy\nload\nU\x01x\x85R.", "asks for numpy.load, and"),
        (b"\x80\x02cnumpy.core.multiarray\nfrombuffer\n.", "asks for numpy.core.multiarray.frombuffer, and"),
        (b"\x80\x02cnumpy\nndarray\n}U\x05arrayK\x01sb.", "is damaged"),
        (b"\x80\x02U\x01xQ.", "asks for an object called b'x', and"),
        (batch()[:200], r"is damaged \(pickle data was truncated\)"),
    ],
)
def test_nothing_in_a_pickle_is_run(folder, tmp_path, capsys, data, said):
    path = tmp_path / "mnist.pkl"
    path.write_bytes(data)
    with pytest.raises(ImageError, match=f"mnist.pkl {said}"):
        mnist.load_data(path)
    assert capsys.readouterr().out == ""


def test_a_path_of_the_users(folder, tmp_path, monkeypatch):
    (x, y), (x_test, y_test) = pairs = digits(4), digits(3)
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "mnist.npz", x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    file = tmp_path / "data" / "mnist.npz"
    assert_equal(mnist.load_data(str(file)), *pairs)
    assert_equal(mnist.load_data(path=file), *pairs)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert_equal(mnist.load_data("~/data/mnist.npz"), *pairs)
    monkeypatch.chdir(tmp_path)
    assert_equal(mnist.load_data("data/mnist.npz"), *pairs)
    file.rename(folder / "own.npz")
    assert_equal(mnist.load_data("own.npz"), *pairs)
    np.savez(file, x=np.arange(26.0).reshape(2, 13), y=np.arange(2.0))
    assert [len(part) for part in boston_housing.load_data(path=str(file), test_split=0.5)[0]] == [1, 1]


def test_a_path_that_leads_nowhere(folder, tmp_path):
    with pytest.raises(MissingFileError, match=r"There is no folder /nowhere for imdb.load_data to read imdb.npz from"):
        imdb.load_data("/nowhere/imdb.npz", num_words=10)
    (tmp_path / "text.npz").write_text("no arrays")
    with pytest.raises(ArgumentError, match=r"text.npz is not what mnist.load_data reads, which .* as mnist.npz: "):
        mnist.load_data(tmp_path / "text.npz")
    with pytest.raises(TypeError, match="unexpected keyword"):
        boston_housing.load_data(tmp_path / "text.npz", nothing=1)
