"""A server in a process of its own, and a real browser that shows its page."""

import os

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def driver():
    """Chromium, shared by all tests."""
    from .browser import chromium, missing

    if absent := missing():
        message = (
            f"the page is tried in Debian's Chromium; {' and '.join(absent)} not found: apt-get install chromium-driver"
        )
        if os.environ.get("AMALTHEA_REQUIRE_DATA") == "1":
            pytest.fail(f"AMALTHEA_REQUIRE_DATA=1, but {message}")
        pytest.skip(message)
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def model_files(network_file, tmp_path_factory):
    """``mobilenet.onnx``, with its real weights, and ``careful.onnx``, which has its own classes and is never sure."""
    import keras

    import amalthea
    from tests.live_weights import set_live_weights

    layers = keras.layers.Conv2D(4, 3, data_format="channels_last"), keras.layers.Flatten()
    model = keras.Sequential([keras.Input((32, 32, 3)), *layers, keras.layers.Dense(3, "softmax")], name="careful")
    set_live_weights(model)
    careful = tmp_path_factory.mktemp("models") / "careful.onnx"
    amalthea.save(model, careful, classes=["cat", "dog", "snowy owl"], scaling="tf", threshold=1.0)
    return [network_file, careful]


@pytest.fixture(scope="session")
def address(model_files):
    """Where the real command serves EfficientNetLite0 and both files."""
    from tests.apps.serving.conftest import ServerProcess

    server = ServerProcess(["EfficientNetLite0", *map(str, model_files)])
    try:
        server.wait_until_ready()
        yield server.url
    finally:
        server.process.terminate()
        assert server.ended() == 0
        server.process.stderr.close()


@pytest.fixture
def page(driver, address):
    """The page in English, wide and light, as somebody finds it who comes for the first time."""
    from .visit import Visit

    return Visit(driver, address).opened()


@pytest.fixture
def cat(tmp_path):
    """The photograph that comes with Amalthea, under a name that a shell would not take as it is."""
    from amalthea.apps.predict import DEMO

    path = tmp_path / "my cat's.jpg"
    path.write_bytes(DEMO.read_bytes())
    return path


@pytest.fixture
def broken(tmp_path):
    """A file that says it is a picture, and is none."""
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture at all")
    return path


@pytest.fixture
def large(tmp_path):
    """A picture of more than 100 kB."""
    path = tmp_path / "large.png"
    Image.effect_noise((400, 400), 80).save(path)
    return path
