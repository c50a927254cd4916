"""Callbacks with old arguments, and what those of users are told."""

import pickle
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning
from amalthea.keras2 import callbacks
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2._training import watching
from amalthea.keras2.callbacks import (
    BaseLogger,
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    TensorBoard,
)
from amalthea.keras2.optimizers import SGD
from amalthea.keras2.utils import Sequence
from tests.keras2.training.networks import LABELS, ROWS, classifier, numbers, weight_model


@pytest.fixture(autouse=True)
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def fitted(*given, model=None, epochs=3, **arguments):
    model = model or classifier()
    return model.fit(ROWS, LABELS, epochs=epochs, validation_split=0.2, verbose=0, callbacks=list(given), **arguments)


def test_a_history_is_pickled_as_a_plain_dictionary():
    history = fitted(epochs=1).history
    written = pickle.dumps(history)
    assert b"amalthea" not in written
    copied = pickle.loads(written)
    assert type(copied) is dict and copied == history


@pytest.mark.parametrize(("era", "names"), [(None, ["02", "04"]), (1, ["01", "03"])], ids=["Keras 2", "Keras 1"])
def test_files_every_second_epoch(tmp_path, era, names):
    model = classifier()
    checkpoint = ModelCheckpoint(
        str(tmp_path / "w-{epoch:02d}-{val_accuracy:.1f}.h5"), save_weights_only=True, period=2
    )
    with written_for(era):
        fitted(checkpoint, model=model, epochs=5)
    files = sorted(tmp_path.iterdir())
    assert [file.name[2:4] for file in files] == names
    weights = model.get_weights()
    model.load_weights(str(files[-1]))
    assert [weight.shape for weight in model.get_weights()] == [weight.shape for weight in weights]
    assert not np.array_equal(model.get_weights()[0], weights[0])


@pytest.mark.parametrize("monitor", ["val_acc", "val_accuracy"])
def test_the_best_file_of_a_whole_model(tmp_path, monitor):
    fitted(ModelCheckpoint(tmp_path / "best.h5", monitor, 0, True, False, "max"), epochs=1)
    plain = keras.saving.load_model(tmp_path / "best.h5")
    assert plain.predict(ROWS, verbose=0).shape == (20, 1)


@pytest.mark.parametrize("monitor", ["acc", "accuracy"])
def test_stopping_early(monitor):
    history = fitted(
        EarlyStopping(monitor=monitor, patience=1, mode="max"), model=classifier(optimizer=SGD(lr=0.0)), epochs=9
    )
    assert len(history.history["loss"]) == 2


def test_rates_that_callbacks_set():
    model = weight_model(optimizer=SGD(lr=1.0, decay=0.5))
    fall = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, epsilon=1e9, min_lr=0.1, mode="min")
    history = model.fit(np.ones((1, 1)), np.zeros(1), epochs=4, verbose=0, callbacks=[fall]).history
    assert history["lr"] == pytest.approx([1.0, 1.0, 0.5, 0.25])
    assert history["learning_rate"] == history["lr"]
    assert float(numbers(model.optimizer.lr)) == pytest.approx(0.125)


def test_rates_of_a_schedule():
    seen = []

    def schedule(epoch, rate):
        seen.append(rate)
        return 0.5**epoch

    model = weight_model(optimizer=SGD(lr=0.25, decay=0.5))
    callback = LearningRateScheduler(schedule)
    history = model.fit(np.ones((1, 1)), np.zeros(1), epochs=3, verbose=0, callbacks=[callback]).history
    assert (seen, history["lr"]) == ([0.25, 1.0, 0.5], [1.0, 0.5, 0.25])
    one = LearningRateScheduler(lambda epoch: 0.125)
    assert model.fit(np.ones((1, 1)), np.zeros(1), verbose=0, callbacks=[one]).history["lr"] == [0.125]


class Watch(Callback):
    """Notes what it is told; like many of that time, without calling __init__."""

    def __init__(self):
        self.batches, self.epochs, self.begun = [], [], 0

    def on_train_begin(self, logs={}):  # noqa: B006 # as scripts wrote it
        self.begun += 1
        self.shapes = [array.shape for array in self.validation_data]

    def on_batch_begin(self, batch, logs={}):  # noqa: B006
        self.batches.append((logs["batch"], logs["size"]))

    def on_batch_end(self, batch, logs={}):  # noqa: B006
        self.loss = logs.get("loss")

    def on_epoch_end(self, epoch, logs={}):  # noqa: B006
        self.epochs.append((logs["accuracy"], logs.get("val_acc"), dict(logs)))
        logs["own"] = float(epoch)


def test_callbacks_of_users():
    model, watch = classifier(), Watch()
    model.fit(
        ROWS, LABELS, batch_size=8, epochs=2, validation_data=[ROWS[:5], LABELS[:5]], verbose=0, callbacks=[watch]
    )
    assert watch.begun == 1
    assert watch.shapes == [(5, 4), (5, 1), (5,)]
    assert watch.batches == [(0, 8), (1, 8), (2, 4)] * 2
    assert isinstance(watch.loss, float)
    assert [set(logs) for _, _, logs in watch.epochs] == [{"acc", "loss", "val_acc", "val_loss"}] * 2
    assert watch.epochs[0][:2] == (watch.epochs[0][2]["acc"], watch.epochs[0][2]["val_acc"])
    assert model.history.history["own"] == [0.0, 1.0]
    assert watch.params["metrics"] == ["loss", "acc", "val_loss", "val_acc"]
    assert (watch.params["nb_epoch"], watch.params["samples"], watch.params["do_validation"]) == (2, 20, True)
    assert model.history.params == watch.params
    assert model.validation_data[0].shape == (5, 4)


def test_numbers_of_samples():
    watch = Watch()
    model = classifier()
    model.fit(ROWS, LABELS, shuffle=False, validation_data=[ROWS, LABELS], verbose=0, callbacks=[watch])
    assert (watch.params["samples"], watch.params["nb_sample"]) == (20, 20)

    def batches():
        while True:
            yield ROWS[:8], LABELS[:8]

    model.fit_generator(
        batches(), samples_per_epoch=16, nb_epoch=1, validation_data=(ROWS, LABELS), verbose=0, callbacks=[watch]
    )
    assert (watch.params["nb_sample"], watch.params["steps"]) == (16, 2)
    assert watch.batches == [(0, 20), (0, 8), (1, 8)]

    class Rows(Sequence):
        n = 1  # of something else

        def __len__(self):
            return 1

        def __getitem__(self, number):
            return ROWS, LABELS

    model.fit_generator(Rows(), validation_data=(ROWS, LABELS), verbose=0, callbacks=[watch])
    assert watch.batches[3:] == [(0, 20)]


def test_a_callback_may_end_training_and_set_its_model():
    class Own(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    class Sets(Callback):
        def set_model(self, model):
            self.model = model

    sets = Sets()
    assert len(fitted(Own(), sets, epochs=5).epoch) == 1
    assert isinstance(sets.model, keras.Model)


def test_callbacks_of_keras_in_between(tmp_path):
    lines, own = [], History()
    told = LambdaCallback(on_epoch_end=lambda epoch, logs: lines.append(logs["val_accuracy"]))
    rate = ReduceLROnPlateau(patience=9)
    found = fitted(told, own, rate, CSVLogger(str(tmp_path / "log.csv")), BaseLogger(), ProgbarLogger("samples"))
    assert found is own
    assert lines == own.history["val_acc"]
    head = Path(tmp_path, "log.csv").read_text().splitlines()[0]
    assert head.split(",") == ["epoch", "acc", "loss", "lr", "val_acc", "val_loss"]


def test_functions_in_the_order_of_then():
    told = []
    names = ("epoch begins", "epoch ends", "batch begins", "batch ends")
    functions = [lambda number, logs, name=name: told.append(name) for name in names]
    ends = LambdaCallback(on_batch_end=lambda batch, logs: told.append(sorted(logs)))
    classifier().fit(ROWS, LABELS, verbose=0, callbacks=[LambdaCallback(*functions), ends])
    assert told == ["epoch begins", "batch begins", "batch ends", ["acc", "batch", "loss", "size"], "epoch ends"]


@pytest.mark.single_backend
def test_arguments_of_tensorboard():
    board = TensorBoard("here", 1, 32, False, True, True, embeddings_layer_names=None, update_freq="batch")
    assert (board.log_dir, board.histogram_freq, board.write_graph, board.write_images) == ("here", 1, False, True)
    assert board.update_freq == 1
    assert TensorBoard(batch_size=8, write_grads=True).log_dir == "./logs"


@pytest.mark.parametrize("lacking", ["tensorboard", "tensorflow tensorboard"])
def test_training_goes_on_without_tensorboard(tmp_path, monkeypatch, lacking):
    found = {name: find_spec(name) for name in ("tensorflow", "tensorboard")}
    monkeypatch.setattr(watching, "find_spec", lambda name: None if name in lacking.split() else found[name] or True)
    own = History()
    with pytest.warns(AmaltheaWarning, match=rf"TensorBoard writes nothing: pip install {lacking}$"):
        history = fitted(TensorBoard(str(tmp_path / "logs")), own, epochs=2)
    assert len(history.history["loss"]) == len(own.history["loss"]) == 2
    assert not (tmp_path / "logs").exists()


@pytest.mark.single_backend
def test_names_that_keras_alone_has():
    assert callbacks.RemoteMonitor is keras.callbacks.RemoteMonitor
    assert callbacks.TerminateOnNaN is keras.callbacks.TerminateOnNaN
    assert callbacks.BackupAndRestore is keras.callbacks.BackupAndRestore
    with pytest.raises(AttributeError, match="Nothing"):
        callbacks.Nothing  # noqa: B018
