"""A few photographs to train on, and a small network with real weights."""

import shutil

import pytest

BREEDS = ("Abyssinian", "Bengal", "american_bulldog")


@pytest.fixture
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras' OpenVINO backend cannot train")


@pytest.fixture
def pets(test_data, tmp_path):
    """Ten photographs of each breed to train on, four to validate with."""
    for part, count in (("train", 10), ("validation", 4)):
        for breed in BREEDS:
            folder = tmp_path / "pets" / part / breed
            folder.mkdir(parents=True)
            for path in sorted((test_data / "pets" / part / breed).iterdir())[:count]:
                shutil.copy(path, folder)
    return tmp_path / "pets"


@pytest.fixture
def quarter(test_data):
    """Options for MobileNet at a quarter of its width, with its real weights."""
    return ["--model", "MobileNet", "--alpha", 0.25, "--weights", test_data / "weights" / "mobilenet_2_5_224_tf.h5"]


@pytest.fixture
def control_c(trains, monkeypatch):
    """Presses Ctrl-C before the given epoch of a run, counted from 1 through all that it trains."""
    from amalthea.transfer.training.watching import Bar

    begin = Bar.on_epoch_begin
    told = {"next": 1, "stop": 0}

    def on_epoch_begin(bar, epoch, logs=None):
        if told["next"] == told["stop"]:
            raise KeyboardInterrupt
        told["next"] += 1
        begin(bar, epoch, logs)

    def before(epoch):
        told.update(next=1, stop=epoch)

    monkeypatch.setattr(Bar, "on_epoch_begin", on_epoch_begin)
    return before
