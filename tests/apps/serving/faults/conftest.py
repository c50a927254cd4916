"""A server of a small network, whose answers take as long as its pictures take to be read."""

import time
from contextlib import ExitStack
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.images.samples import encoded

from .conversation import form, picture_part, request
from .processes import Process

CLASSES = ["cat", "dog", "owl"]
SIDE = 32


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """A file of ``amalthea.save``."""
    import keras

    import amalthea
    from tests.live_weights import set_live_weights

    chain = keras.layers.Conv2D(4, 3, data_format="channels_last"), keras.layers.Flatten()
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), *chain, keras.layers.Dense(3, "softmax")], name="small")
    set_live_weights(model)
    path = tmp_path_factory.mktemp("network") / "small.onnx"
    amalthea.save(model, path, classes=CLASSES, scaling="tf")
    return path


@pytest.fixture(scope="session")
def picture():
    """A JPEG file that is read at once."""
    return encoded(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8), "JPEG")


@pytest.fixture(scope="session")
def large_picture():
    """A JPEG file of few bytes that takes a tenth of a second or two to be read."""
    stream = BytesIO()
    Image.linear_gradient("L").resize((3000, 2500)).convert("RGB").save(stream, "JPEG", progressive=True)
    return stream.getvalue()


@pytest.fixture(scope="session")
def long_work(large_picture):
    """A request that takes half a second or longer."""
    body, kind = form([picture_part(large_picture)] * 8)
    return request(body, content_type=kind)


@pytest.fixture(scope="module")
def start(network, tmp_path_factory):
    """Starts a server with options of the command line; none outlives the module."""
    with ExitStack() as processes:

        def started(*options):
            process = Process([network, *options], tmp_path_factory.mktemp("log") / "server.log")
            processes.callback(process.kill)
            return process

        yield started


@pytest.fixture(scope="module")
def server(start):
    """One with the settings that it has by itself."""
    return start()


@pytest.fixture
def unharmed(server, picture):
    """After the test, the server answers as before, and has neither ended nor spoken of an error of its own."""
    before = server.predict(picture).json["predictions"]
    yield
    assert server.predict(picture).json["predictions"] == before
    assert server.popen.poll() is None
    assert "Traceback" not in server.written()


@pytest.fixture
def settled():
    """How many files a server has open once that has come down, or changes no more."""

    def count(server, at_most=0):
        end = time.monotonic() + 10
        now, before = server.open_files(), -1
        while now > at_most and (at_most or now != before) and time.monotonic() < end:
            time.sleep(0.05)
            now, before = server.open_files(), now
        return now

    return count
