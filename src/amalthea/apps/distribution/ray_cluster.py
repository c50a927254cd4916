"""The Ray cluster to compute on: one that is there, or one on this machine that ends with the command."""

import io
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from typing import Any

import ray
import ray.data  # sets up its log, which is kept quiet below

from .wording import AskedError

_STORE = 100 * 2**20  # bytes of shared memory, through which nothing but the numbers of shards passes
_PATIENCE = 10.0  # seconds until an address that does not answer is given up
_LOCALHOST = ("localhost", "127.0.0.1", "::1")  # for which Ray takes the address that other machines know
_LOOPBACK = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"  # and so this one of the loopback's is used
_LOGGERS = ("ray", "ray.data")
_TOKEN = (
    " If it asks for a token, as clusters do that were started where one is in ~/.ray/auth_token, have the same there, "
    "and set RAY_AUTH_MODE=token."
)

# Unless somebody has set them: no report to Ray's makers, no advice about processors of other kinds, and no word from
# beneath Python, where Ray 2.60 takes the actors of its own Ray Data for an error.
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}


@contextmanager
def cluster(address: str | None, processors: int) -> Iterator[None]:
    """Join the cluster at an address, or start one of this machine alone, for as long as the block runs.

    Where this process has joined a cluster already, that one is used, and left as it is.

    Args:
        address: ``"host:port"`` of the cluster's head, ``"auto"`` for the one that this machine belongs to; None starts
            one that no other machine is told of, that reports to nobody, and ends with the block.
        processors: how many a cluster that is started here has, whatever the machine has.

    Raises:
        ArgumentError: nothing answers at the address, or it cannot be joined.
    """
    with ExitStack() as undone:
        undone.enter_context(_settings())
        undone.enter_context(_quiet())
        if not ray.is_initialized():
            undone.callback(_leave)
            with _hushed():
                _join(address) if address else _start(processors)
        yield


def _start(processors: int) -> None:
    try:
        ray.init(
            address="local",
            num_cpus=processors,
            num_gpus=0,
            object_store_memory=_STORE,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _node_ip_address=_LOOPBACK,
        )
    except (OSError, RuntimeError, ValueError) as problem:
        told = f"Ray cannot be started here: {problem}. Set RAY_TMPDIR to a folder that can be written and whose path"
        raise AskedError(
            lambda words: (
                f"{told} is short, join a cluster with {words.name('address')}, or compute without Ray: "
                f"{words.given('engine', 'local')}."
            )
        ) from problem


def _join(address: str) -> None:
    if "://" in address:
        raise AskedError(
            lambda words: (
                f"{words.given('address', address)} is one of Ray Client. Give host:port of the cluster's head, and "
                "run this on a machine of the cluster, for example through `ray job submit`."
            )
        )
    advice = ""
    try:
        if address != "auto":
            host, _, port = address.rpartition(":")
            if not port.isdigit():
                raise ValueError("it names no port")
            host = ray.util.get_node_ip_address() if host in _LOCALHOST else host.strip("[]")
            socket.create_connection((host, int(port)), _PATIENCE).close()
            advice = "" if "RAY_AUTH_MODE" in os.environ else _TOKEN  # Ray tells no more than that it fails
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as problem:
        said = str(problem)
        raise AskedError(
            lambda words: (
                f"No Ray cluster can be joined at {words.given('address', address)}: {said}. Give host:port as `ray "
                f"start --head` prints it, on a machine of that cluster; without {words.name('address')}, Ray is "
                f"started on this machine.{advice}"
            )
        ) from problem


def _leave() -> None:
    """Leave the cluster, and end one that was started here; what Ray has kept back till now is not told."""
    with redirect_stdout(io.StringIO()):
        ray.shutdown()


@contextmanager
def _settings() -> Iterator[None]:
    before = dict(os.environ)
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        yield
    finally:  # Ray adds some of its own
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _hushed() -> Iterator[None]:
    """Let nothing reach the error output, where Ray tells from beneath Python that it was told to be quiet."""
    shown, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nowhere)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Ray say nothing but errors of this process: that a node has died is its daily bread."""
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with redirect_stdout(_WithoutThreads(sys.stdout, "ray_")):
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


class _WithoutThreads:
    """The output, but for what threads of some name write: there Ray tells of its nodes, whatever it is told."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name

    def write(self, text: str) -> int:
        """Write, or not."""
        if threading.current_thread().name.startswith(self._name):
            return len(text)
        return int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
