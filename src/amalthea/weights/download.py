"""Fetching a published weight file: whole and verified, or not at all."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import requests

from ..catalog import WeightFile
from ..errors import DownloadError, WeightsError
from ..storage import atomic_file, digest
from .formats import read_weights
from .verification import published_hash

# Seconds to connect, and to wait for the next bytes.
_TIMEOUT = (10.0, 60.0)
_CHUNK = 2**20


def download(file: WeightFile, path: Path, timeout: tuple[float, float] = _TIMEOUT) -> Path:
    """Fetches a file from where it is published, or from the mirror that ``AMALTHEA_WEIGHTS_URL`` names.

    A bar on the terminal shows its progress; there is none where the error output is no terminal.

    Args:
        file: what to fetch.
        path: where to put it; in a folder that ``KERAS_HOME`` chooses.
        timeout: seconds to connect, and to wait for the next bytes.

    Returns:
        ``path``.

    Raises:
        DownloadError: forbidden by ``AMALTHEA_OFFLINE``, refused, cut off, silent for too long, or another file.
        StorageError: the folder cannot be written, or the disk is full.
    """
    address = _address(file)
    with _explained(file, address, path):
        if os.environ.get("AMALTHEA_OFFLINE", "0") not in ("", "0"):
            raise _FetchError("AMALTHEA_OFFLINE forbids the network")
        with atomic_file(path, setting="KERAS_HOME") as temporary:
            _fetch(address, temporary, file.name, timeout)
            _verify(temporary, file)
    return path


class _FetchError(Exception):
    """Why there is no file, in a few words."""


@contextmanager
def _explained(file: WeightFile, address: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (_FetchError, requests.RequestException) as problem:
        expected = published_hash(file)
        known = f"{expected[0]} {expected[1]}" if expected else "no hash is published"
        raise DownloadError(
            f"Cannot download {file.name} from {address}: {problem}.\n"
            f"Fetch it another way from {file.url} ({known}) and put the file at {path}, "
            "or name a folder that holds it in AMALTHEA_WEIGHTS."
        ) from problem


def _address(file: WeightFile) -> str:
    mirror = os.environ.get("AMALTHEA_WEIGHTS_URL")
    return f"{mirror.rstrip('/')}/{file.name}" if mirror else file.url


def _fetch(address: str, path: Path, title: str, timeout: tuple[float, float]) -> None:
    # Content-Length counts the bytes as sent: compressed ones could not be compared with it.
    headers = {"Accept-Encoding": "identity"}
    with requests.get(address, stream=True, timeout=timeout, headers=headers) as response, path.open("wb") as target:
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        with _progress(title, total) as advance:
            for chunk in response.iter_content(_CHUNK):
                target.write(chunk)
                advance(len(chunk))
        if total is not None and target.tell() != total:
            raise _FetchError(f"the server announced {total} bytes and sent {target.tell()}")


def _verify(path: Path, file: WeightFile) -> None:
    expected = published_hash(file)
    if expected:
        algorithm, known = expected
        actual = digest(path, algorithm)
        if actual != known:
            raise _FetchError(f"the server sent another file, with {algorithm} {actual}")
        return
    # A login page of a hotel's network would be kept under the official name for ever.
    try:
        read_weights(path)
    except WeightsError as problem:
        raise _FetchError("the server sent something that is no weight file") from problem


@contextmanager
def _progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield partial(progress.advance, progress.add_task(title, total=total))
