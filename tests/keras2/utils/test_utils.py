"""The names of ``keras.utils``: arrays, kernels, files, batches; compared with Keras 2's documented answers."""

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.keras2 import backend as K
from amalthea.keras2 import utils
from amalthea.keras2.utils import conv_utils, data_utils, generic_utils, io_utils, layer_utils, np_utils

pytestmark = pytest.mark.single_backend

TENSORFLOW_ONLY = pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="trains")


def test_classes_become_rows_and_come_back():
    rows = np_utils.to_categorical([[1], [0], [3]], nb_classes=5)
    assert rows.tolist() == [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]]
    assert utils.to_categorical(np.array([1, 0]), dtype="int32").dtype == np.int32
    assert utils.to_categorical(y=[2]).tolist() == [[0, 0, 1]]
    assert np_utils.categorical_probas_to_classes(rows).tolist() == [1, 0, 3]
    assert np_utils.probas_to_classes([[0.2, 0.8], [0.9, 0.1]]).tolist() == [1, 0]
    np.testing.assert_allclose(utils.normalize(np.array([[3.0, 4.0]])), [[0.6, 0.8]])


def test_lengths_of_convolutions_are_those_of_keras():
    for padding in ("valid", "same"):
        for length, size, stride in ((11, 3, 1), (11, 3, 2), (12, 5, 3), (9, 2, 2)):
            built = layers.Conv1D(1, size, strides=stride, padding=padding).compute_output_shape((None, length, 1))
            assert conv_utils.conv_output_length(length, size, padding, stride) == built[1]
            least = conv_utils.conv_input_length(built[1], size, padding, stride)
            if padding == "valid":
                assert conv_utils.conv_output_length(least, size, padding, stride) == built[1]
            turned = layers.Conv1DTranspose(1, size, strides=stride, padding=padding)
            wanted = turned.compute_output_shape((None, length, 1))[1]
            assert conv_utils.deconv_length(length, stride, size, padding) == wanted
    assert conv_utils.conv_output_length(11, 3, "valid", 1, dilation=2) == 7
    assert conv_utils.conv_output_length(None, 3, "same", 1) is None
    assert conv_utils.normalize_tuple(3, 2, "kernel_size") == (3, 3)
    with pytest.raises(ArgumentError, match=r"kernel_size=\(1, 2, 3\); allowed is a whole number, or 2 of them"):
        conv_utils.normalize_tuple((1, 2, 3), 2, "kernel_size")
    with pytest.raises(ArgumentError, match="padding='around' is unknown"):
        conv_utils.normalize_padding("around")


def test_kernels_turn_by_half_a_turn():
    kernel = np.arange(3 * 2 * 2 * 1).reshape(3, 2, 2, 1)
    turned = conv_utils.convert_kernel(kernel)
    assert (turned == kernel[::-1, ::-1]).all()
    assert (conv_utils.convert_kernel(turned) == kernel).all()
    with pytest.raises(ArgumentError, match="A kernel has 3 to 5 axes"):
        conv_utils.convert_kernel(np.ones((2, 2)))


def test_all_kernels_of_a_model_turn():
    inner = keras.Sequential(
        [keras.Input((6, 6, 2)), layers.Conv2D(3, 3, data_format="channels_last"), layers.Flatten()]
    )
    model = keras.Sequential([keras.Input((6, 6, 2)), inner, layers.Dense(2)])
    kernel, dense = inner.layers[0].get_weights()[0], model.layers[1].get_weights()[0]
    layer_utils.convert_all_kernels_in_model(model)
    np.testing.assert_array_equal(inner.layers[0].get_weights()[0], kernel[::-1, ::-1])
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], dense)
    assert layer_utils.count_params([*inner.weights, *inner.weights]) == inner.count_params()


def test_a_dense_layer_follows_a_flatten_of_the_other_data_format():
    features = np.random.default_rng(0).normal(size=(1, 4, 5, 3)).astype("float32")
    model = keras.Sequential([keras.Input((60,)), layers.Dense(2)])
    dense = model.layers[0]
    before = features.reshape(1, -1) @ dense.get_weights()[0]
    layer_utils.convert_dense_weights_data_format(dense, (3, 4, 5), "channels_first")
    moved = np.moveaxis(features, -1, 1)
    np.testing.assert_allclose(moved.reshape(1, -1) @ dense.get_weights()[0], before, rtol=1e-4, atol=1e-5)
    layer_utils.convert_dense_weights_data_format(dense, (4, 5, 3), "channels_last")
    np.testing.assert_allclose(features.reshape(1, -1) @ dense.get_weights()[0], before, rtol=1e-4, atol=1e-5)


def test_a_summary_is_printed():
    lines = []
    layer_utils.print_summary(
        keras.Sequential([keras.Input((2,)), layers.Dense(3, name="only")]), print_fn=lines.append
    )
    assert "only" in "\n".join(lines)


class Squares(utils.Sequence):
    """As scripts wrote them: without a call of __init__ of the class above."""

    def __init__(self, count):
        self.count = count
        self.ended = 0

    def __len__(self):
        return int(np.ceil(self.count / 2))

    def __getitem__(self, index):
        rows = np.arange(2 * index, min(2 * index + 2, self.count), dtype="float32")[:, None]
        return rows, rows**2

    def on_epoch_end(self):
        self.ended += 1


def test_a_loop_over_a_sequence_ends():
    assert [len(x) for x, _ in Squares(5)] == [2, 2, 1]


@TENSORFLOW_ONLY
def test_keras_trains_with_a_sequence():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    data = Squares(5)
    model.fit(data, epochs=2, verbose=0)
    assert data.ended >= 1
    assert model.predict(data, verbose=0).shape == (5, 1)


def test_a_sequence_comes_in_order_from_threads():
    data = Squares(6)
    enqueuer = utils.OrderedEnqueuer(data)
    enqueuer.start(workers=3, max_queue_size=4)
    batches = enqueuer.get()
    assert [next(batches)[0][0, 0] for _ in range(7)] == [0, 2, 4, 0, 2, 4, 0]
    assert enqueuer.is_running()
    enqueuer.stop()
    assert not enqueuer.is_running()
    assert data.ended >= 2


def test_shuffled_order_goes_by_numpys_seed():
    def order():
        np.random.seed(3)
        enqueuer = utils.OrderedEnqueuer(Squares(40), shuffle=True)
        enqueuer.start()
        batches = enqueuer.get()
        first = [next(batches)[0][0, 0] for _ in range(20)]
        enqueuer.stop()
        return first

    first = order()
    assert sorted(first) == list(range(0, 40, 2)) != first
    np.random.seed(4)
    K.random_normal((2,))
    assert order() == first


def test_a_generator_comes_from_a_thread_and_ends():
    enqueuer = utils.GeneratorEnqueuer(iter("abc"), pickle_safe=False)
    enqueuer.start(nb_worker=4, max_q_size=2)
    assert list(enqueuer.get()) == ["a", "b", "c"]
    enqueuer.stop()


def test_an_error_in_a_thread_is_that_of_the_caller():
    def broken():
        yield 1
        raise ValueError("the file is gone")

    enqueuer = utils.GeneratorEnqueuer(broken())
    enqueuer.start()
    with pytest.raises(ValueError, match="the file is gone"):
        list(enqueuer.get())
    enqueuer.stop()


def test_archives_are_unpacked_beside_themselves(tmp_path):
    (tmp_path / "flower_photos").mkdir()
    (tmp_path / "flower_photos" / "rose.txt").write_text("red")
    with tarfile.open(tmp_path / "photos.tgz", "w:gz") as archive:
        archive.add(tmp_path / "flower_photos", "flower_photos")
    with zipfile.ZipFile(tmp_path / "cats.zip", "w") as archive:
        archive.writestr("cats_filtered/cat.txt", "grey")
    cache = str(tmp_path / "cache")
    (tmp_path / "cache").mkdir()
    folder = utils.get_file("flower_photos", (tmp_path / "photos.tgz").as_uri(), untar=True, cache_dir=cache)
    assert (tmp_path / "cache" / "datasets" / "flower_photos").samefile(folder)
    assert (tmp_path / "cache" / "datasets" / "flower_photos" / "rose.txt").read_text() == "red"
    path = utils.get_file("cats.zip", (tmp_path / "cats.zip").as_uri(), extract=True, cache_dir=cache)
    assert path.endswith("cats.zip")
    assert (tmp_path / "cache" / "datasets" / "cats_filtered" / "cat.txt").read_text() == "grey"


def test_an_archive_does_not_write_outside_of_its_folder(tmp_path):
    (tmp_path / "evil.txt").write_text("evil")
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        archive.add(tmp_path / "evil.txt", "../../outside.txt")
    (tmp_path / "cache").mkdir()
    with pytest.raises(tarfile.OutsideDestinationError):
        data_utils.get_file(
            "evil.tar", (tmp_path / "evil.tar").as_uri(), extract=True, cache_dir=str(tmp_path / "cache")
        )
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.fixture
def matrix_file(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["features"] = np.arange(24, dtype="float32").reshape(8, 3)
    return tmp_path / "data.h5"


def test_rows_of_a_file(matrix_file):
    stored = np.arange(24, dtype="float32").reshape(8, 3)
    matrix = utils.HDF5Matrix(matrix_file, "features", start=2, end=7, normalizer=lambda part: part * 10)
    assert (len(matrix), matrix.shape, matrix.ndim, matrix.size, matrix.dtype) == (5, (5, 3), 2, 15, np.float32)
    np.testing.assert_array_equal(matrix[0], stored[2] * 10)
    np.testing.assert_array_equal(matrix[-1], stored[6] * 10)
    np.testing.assert_array_equal(matrix[1:3], stored[3:5] * 10)
    np.testing.assert_array_equal(matrix[[4, 0, 4]], stored[[6, 2, 6]] * 10)
    np.testing.assert_array_equal(np.asarray(matrix), stored[2:7] * 10)
    with h5py.File(matrix_file, "a") as file:  # nobody keeps it open
        file["other"] = 1
    for wrong in (5, [0, 5], [-1]):
        with pytest.raises(IndexError):
            matrix[wrong]
    with pytest.raises(ArgumentError, match=r"has no array 'labels'; it has features"):
        utils.HDF5Matrix(matrix_file, "labels")
    with pytest.raises(MissingFileError, match=r"There is no file nowhere\.h5"):
        utils.HDF5Matrix("nowhere.h5", "features")


def test_overwriting_is_asked_for(monkeypatch):
    answers = iter(["perhaps", "Y"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert io_utils.ask_to_proceed_with_overwrite("a.h5")


def test_small_things():
    array = np.arange(4)
    assert generic_utils.to_list(1) == [1]
    assert generic_utils.to_list((1, 2), allow_tuple=True) == [1, 2]
    assert generic_utils.unpack_singleton([3]) == 3
    assert generic_utils.slice_arrays([array, None], 1, 3)[0].tolist() == [1, 2]
    assert generic_utils.slice_arrays(array, [0, 3]).tolist() == [0, 3]
    assert generic_utils.has_arg(layers.Dense, "units")
    assert not generic_utils.has_arg(lambda x, **more: None, "y")


def test_the_progress_bar_of_keras_1(capsys):
    bar = generic_utils.Progbar(target=3)
    bar.update(1, values=[("loss", 0.5)], force=True)
    bar.add(2, values=[("loss", 0.25)])
    assert "3/3" in capsys.readouterr().out


def test_several_cards_are_used_otherwise_today():
    with pytest.raises(ArgumentError, match=r"multi_gpu_model is gone from Keras.*DataParallel"):
        utils.multi_gpu_model(None, gpus=2)
    assert utils.training_utils.multi_gpu_model is utils.multi_gpu_model


def test_a_model_is_drawn_or_what_draws_it_is_asked_for(tmp_path, monkeypatch):
    model, path = keras.Sequential([keras.Input((2,)), layers.Dense(1)]), tmp_path / "model.png"
    if shutil.which("dot") and importlib.util.find_spec("pydot"):
        utils.plot_model(model, to_file=str(path), show_shapes=True)
        assert path.stat().st_size
        path.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))  # where no program is
    with pytest.warns(
        AmaltheaWarning, match=r"model\.png is not drawn: that needs pydot \(pip install pydot\) and Gra"
    ):
        assert utils.plot_model(model, to_file=str(path)) is None
    assert not path.exists()
    with pytest.raises(ValueError, match="not yet been built"):
        utils.plot_model(keras.Sequential([layers.Dense(1)]), to_file=str(path))


def test_importing_is_light_and_lazy():
    """`amalthea run` imports this before the script: no package that Keras itself does not import."""
    code = (
        "import sys, amalthea.keras2 as keras2\n"
        "assert 'keras' not in sys.modules\n"
        "import keras\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        "from amalthea.keras2 import backend, datasets, preprocessing, utils, wrappers\n"
        "after = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted({*after} - before - set(sys.stdlib_module_names)), keras2.__version__)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (result.stdout, result.returncode) == ("[] 2.3.1\n", 0), result.stderr
