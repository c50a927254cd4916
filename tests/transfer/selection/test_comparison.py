"""Several networks on the same pictures."""

import json

import keras
import numpy as np
import pytest
from sklearn.utils.validation import check_is_fitted

from amalthea.errors import ArgumentError, ImageError, MissingFileError
from amalthea.runtime import Speed
from amalthea.storage import TRAININGS
from amalthea.transfer import Comparison, Contender, ImageClassifier, compare
from amalthea.transfer.selection import trials
from amalthea.transfer.training import checkpoints
from amalthea.transfer.training.watching import Bar
from tests.transfer.classifier.classes import coloured, small_network, write_coloured

pytestmark = pytest.mark.single_backend
trains = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

PICTURES, NAMES = coloured(24)
COMMON = {"scaling": "tf", "learning_rate": 0.01}


def constant_network() -> keras.Model:
    """What it sees makes no difference to what it returns."""
    network = small_network()
    convolution = network.get_layer("conv_2")
    convolution.set_weights([np.zeros_like(weight) for weight in convolution.get_weights()])
    return network


@pytest.fixture
def unmeasured(monkeypatch):
    """Speeds as if somebody had measured them, which takes time and pictures."""
    monkeypatch.setattr(trials, "speed_of", lambda *_: Speed(latency=0.002, throughput=500.0))


@trains
def test_the_best_comes_first_and_the_broken_last(computed, unmeasured):
    broken = {"model": small_network(), "alpha": 0.5}
    models = [broken, constant_network(), {"model": small_network(), "epochs": 8}]
    found = compare(models, PICTURES, NAMES, validation=0.5, epochs=2, **COMMON)
    assert [each.name for each in found.contenders] == ["small, epochs=8", "small", "small:0.5"]
    first, second, last = found.contenders
    assert first.accuracy > 0.6 > second.accuracy
    assert first.deviation is None
    assert first.parameters == small_network().count_params() + 16 * 3 + 3
    assert first.megabytes == pytest.approx(4 * first.parameters / 1e6)
    assert (first.latency, first.throughput) == (0.002, 500.0)
    assert min(first.features, first.training) > 0
    assert last.error.startswith("alpha=0.5: only a network given by its name takes it")
    assert last == Contender(name="small:0.5", error=last.error)
    check_is_fitted(found.best)
    assert found.best.epochs == 8
    assert sum(computed) == 2 * 24, "each picture once through each network"
    assert last.error in str(found)


@trains
def test_the_best_is_what_fit_alone_makes(unmeasured):
    held = coloured(6, seed=5)
    found = compare([small_network()], PICTURES, NAMES, validation=held, epochs=2, **COMMON)
    assert found.contenders[0].accuracy == pytest.approx(found.best.score(*held))
    alone = ImageClassifier(small_network(), epochs=2, **COMMON).fit(PICTURES, NAMES)
    np.testing.assert_allclose(found.best.predict_proba(PICTURES), alone.predict_proba(PICTURES), rtol=0, atol=1e-4)


@trains
def test_by_folds(unmeasured):
    found = compare([small_network()], PICTURES, NAMES, k=2, epochs=2, **COMMON)
    [row] = found.contenders
    assert 0 <= row.accuracy <= 1
    assert row.deviation >= 0
    assert "val_loss" not in found.best.history  # it learned from all pictures in the end
    assert f"± {row.deviation:.3f}" in str(found)


@trains
def test_networks_that_were_done_are_not_trained_again(unmeasured, monkeypatch):
    begin, trained = Bar.on_epoch_begin, []

    def until(last):
        def on_epoch_begin(bar, epoch, logs=None):
            if len(trained) == last:
                raise KeyboardInterrupt
            trained.append(epoch)
            begin(bar, epoch, logs)

        monkeypatch.setattr(Bar, "on_epoch_begin", on_epoch_begin)

    monkeypatch.setattr(checkpoints, "_SHARE", 0)  # after every epoch

    def compared(**resumed):
        trained.clear()
        models = [constant_network(), small_network()]
        return compare(models, PICTURES, NAMES, validation=0.5, epochs=3, **resumed, **COMMON)

    until(None)
    whole = compared()
    TRAININGS.clear()
    until(5)
    with pytest.raises(KeyboardInterrupt):
        compared()
    until(None)
    resumed = compared(resume=True)
    assert trained == [2], "the last epoch of the second network"
    assert [each.accuracy for each in resumed.contenders] == [each.accuracy for each in whole.contenders]
    np.testing.assert_allclose(resumed.best.predict_proba(PICTURES), whole.best.predict_proba(PICTURES), atol=1e-6)


@trains
def test_real_speeds():
    found = compare([small_network()], PICTURES, NAMES, epochs=1, **COMMON)
    [row] = found.contenders
    assert 0 < 1 / row.throughput < row.latency * 32


@trains
def test_none_can_be_trained():
    with pytest.raises(ArgumentError, match=r"None of the networks could be trained. small:0.5: alpha=0.5: only a net"):
        compare([{"model": small_network(), "alpha": 0.5}], PICTURES, NAMES, **COMMON)


@trains
def test_a_picture_that_cannot_be_read_ends_it(tmp_path):
    folder = write_coloured(tmp_path, 12)
    next(iter(folder.rglob("*.png"))).write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"\.png"):
        compare([small_network()], folder, **COMMON)


def test_a_file_that_is_not_there_is_told_once(tmp_path, computed):
    folder = write_coloured(tmp_path, 12)
    paths = sorted(folder.rglob("*.png"))
    names = [path.parent.name for path in paths]
    paths[3].unlink()
    with pytest.raises(MissingFileError, match=f"There is no file {paths[3]}"):
        compare([small_network(), constant_network()], paths, names, validation=0.25, **COMMON)
    assert computed == []


def test_refusals():
    with pytest.raises(ArgumentError, match="validation=None: without pictures to judge by"):
        compare(["EfficientNetLite0"], PICTURES, NAMES, validation=None)
    with pytest.raises(ArgumentError, match="k=9, but the class 'blue' has 8 usable pictures"):
        compare(["EfficientNetLite0"], PICTURES, NAMES, k=9)
    with pytest.raises(ArgumentError, match="24 pictures, but 3 labels"):
        compare(["EfficientNetLite0"], PICTURES, NAMES[:3])


FIGURES = {"latency": 0.0021, "throughput": 812.4, "megabytes": 13.5, "parameters": 3_372_706, "features": 1.5}


@pytest.fixture
def comparison() -> Comparison:
    good = Contender(name="EfficientNetLite0", accuracy=0.97, deviation=0.01, training=3.25, **FIGURES)
    broken = Contender(name="ResNet50", error="There is no such file.")
    return Comparison(contenders=(good, broken), best=None, processor="a processor")


def test_as_text(comparison):
    assert str(comparison) == (
        "model                   accuracy  ms for one  pictures/s    MB    weights  s for features  s to train\n"
        "EfficientNetLite0  0.970 ± 0.010         2.1         812  13.5  3,372,706             1.5         3.2\n"
        "ResNet50\n"
        "\n"
        "ResNet50: There is no such file."
    )


def test_as_json(comparison):
    value = json.loads(comparison.to_json())
    assert (value["processor"], value["best"]) == ("a processor", "EfficientNetLite0")
    assert value["models"][0]["accuracy"] == 0.97
    assert value["models"][1]["error"] == "There is no such file."
    assert value["models"][1]["accuracy"] is None
