"""What every test stands on: a home of its own, no network, and the shared pictures and weights."""

import gc
import json
import os
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

# For what must run as it would outside the tests, such as pip. Kept in a variable, because with pytest-xdist this
# module runs again in processes that inherit what is changed below.
STARTED_IN: dict[str, str] = json.loads(
    os.environ.setdefault("AMALTHEA_TESTS_STARTED_IN", json.dumps(dict(os.environ)))
)

# Read once, when the backend is imported. Results must not depend on the number of cores, nor a test starve others.
THREADS = "1" if "PYTEST_XDIST_WORKER" in os.environ else "2"
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = THREADS
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Keras writes its settings into the home folder when it is imported, maybe before the first fixture runs.
FIRST_HOME = Path(tempfile.mkdtemp(prefix="amalthea-tests-"))
os.environ["HOME"] = str(FIRST_HOME)
os.environ["KERAS_HOME"] = str(FIRST_HOME / ".keras")

import amalthea  # noqa: E402, F401 - it chooses the backend, before a test imports Keras

ROOT = Path(__file__).parents[1]


def pytest_collection_finish() -> None:
    """What is imported by now, a million objects, stays to the end: no search for garbage need walk it again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    shutil.rmtree(FIRST_HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and none of the settings that the person who runs the tests may have."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(folder / ".keras"))
    monkeypatch.setenv("AMALTHEA_CACHE", str(folder / "cache"))
    for name in ("WEIGHTS", "WEIGHTS_URL", "OFFLINE", "CACHE_SIZE", "FEATURES_LIMIT", "MAX_PIXELS"):
        monkeypatch.delenv(f"AMALTHEA_{name}", raising=False)
    return folder


@pytest.fixture
def outer_environment() -> dict[str, str]:
    """The environment variables that the tests were started with."""
    return dict(STARTED_IN)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with photographs, weights and the class index that are too large to commit."""
    folder = Path(os.environ.get("AMALTHEA_TEST_DATA", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    missing = (
        f"no test data (images/, weights/, pets/, imagenet_class_index.json) at {folder}; "
        "set AMALTHEA_TEST_DATA to their folder"
    )
    if os.environ.get("AMALTHEA_REQUIRE_DATA") == "1":
        pytest.fail(f"AMALTHEA_REQUIRE_DATA=1, but {missing}")
    pytest.skip(missing)


@pytest.fixture
def cached_weights(home: Path, test_data: Path) -> Path:
    """Keras' cache folder of weights, with the real ones of MobileNet (alpha 0.25 and 0.75, with top, 224 px)."""
    folder = home / ".keras" / "models"
    folder.mkdir(parents=True)
    for file in (test_data / "weights").glob("*.h5"):
        shutil.copy(file, folder)  # not linked: a test may damage its copy
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server on the loopback whose answers a function writes, and returns its address."""
    with ExitStack() as servers:

        def start(answer: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    answer(self)

                def do_CONNECT(self) -> None:
                    answer(self)

                def log_message(self, *_: object) -> None:
                    pass

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.handle_error = lambda *_: None  # a client that hung up
            if tls:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            servers.callback(thread.join)
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
            return f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture(scope="session")
def backend() -> str:
    """The backend of this process: "tensorflow", "torch", "jax" or "openvino"."""
    import keras

    return keras.config.backend()


@pytest.fixture(params=["channels_last", "channels_first"])
def data_format(request: pytest.FixtureRequest) -> Iterator[str]:
    """Keras' data format for the time of a test, which runs in both."""
    import keras

    before = keras.config.image_data_format()
    keras.config.set_image_data_format(request.param)
    yield request.param
    keras.config.set_image_data_format(before)
