"""One training after the other, as in a search for parameters, takes no more memory and files than one."""

import gc
import os
from pathlib import Path
from weakref import ref

import keras
import pytest

from amalthea.transfer.classifier import crossing
from amalthea.transfer.features.changing import LiveRows
from tests.transfer.classifier.classes import classifier, coloured, small_network
from tests.transfer.waiting import let_go, soon

pytestmark = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")

OPEN = Path("/dev/fd")


@pytest.mark.skipif(not OPEN.exists(), reason="this system does not list open files")
def test_open_files_do_not_grow_in_number():
    pictures, names = coloured(30)
    network, counts = small_network(), []
    for _ in range(2):
        classifier(model=network, epochs=1).fit(pictures, names, validation=0.2)
        gc.collect()
        counts.append(len(os.listdir(OPEN)))
    assert soon(lambda: len(os.listdir(OPEN)) <= counts[0]), counts


def test_live_pictures_are_let_go_of(monkeypatch):
    pytest.importorskip("cv2", reason="augmentation warps with OpenCV, which the plain installation lacks")
    made = []

    class Watched(LiveRows):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            made.append(ref(self))

    monkeypatch.setattr(crossing, "LiveRows", Watched)
    fitted = classifier(augment="live", epochs=1).fit(*coloured(12)).fine_tune("conv_2", epochs=1)
    assert len(made) == 2
    assert let_go(made)
    assert len(fitted.history["loss"]) == 2
