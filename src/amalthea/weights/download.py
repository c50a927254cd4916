"""Fetching a published weight file: whole and verified, or not at all."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import requests

from .._progress import progress
from ..catalog import WeightFile
from ..errors import DownloadError
from ..storage import exclusive, models_folder, no_room, unusable_folder
from .http import FetchError, Patience, fetch
from .part import Part, hidden_path, remove_abandoned, require_same
from .placement import free_path, genuine_in, overlooked, place
from .verification import expected_hash, problem_with, stamp_genuine


def download(file: WeightFile, folder: Path | None = None, patience: Patience | None = None) -> Path:
    """Fetches a file from where it is published, or from the mirror that ``AMALTHEA_WEIGHTS_URL`` names.

    What arrived before an interruption is kept in ``name.part`` and continued by the next call, also of another
    process. Of several processes that want the same file, one fetches it and the others wait. A bar on the terminal
    shows the progress; there is none where the error output is no terminal.

    Args:
        file: what to fetch.
        folder: where to put it; None for Keras' folder of models, which ``KERAS_HOME`` chooses.
        patience: when to give a server up.

    Returns:
        The file: under its official name, or with the first digits of its hash where another file has that name.

    Raises:
        DownloadError: forbidden by ``AMALTHEA_OFFLINE``, refused, cut off too often, silent too long, or another file.
        StorageError: the folder cannot be written, or the disk is full.
    """
    folder, setting = (folder, None) if folder else (models_folder(), "KERAS_HOME")
    address = _address(file)
    with _explained(file, address, folder, setting):
        if os.environ.get("AMALTHEA_OFFLINE", "0") not in ("", "0"):
            raise FetchError("AMALTHEA_OFFLINE forbids the network")
        _check_mirror()
        shared = Part(folder / f"{file.name}.part")
        with exclusive(folder / f".{file.name}.lock") as alone:
            if alone:
                remove_abandoned(folder, file.name)
            if path := genuine_in(folder, file):
                if alone:
                    shared.discard()  # of a process that was killed when the file had got its name
                return path
            fetched = partial(_fetched, file, address, folder, patience or Patience())
            own = Part(hidden_path(folder, file.name))
            if not alone:
                return fetched(own, keep=False)
            try:
                return fetched(shared, keep=True)
            except (FileExistsError, FileNotFoundError):  # locks only pretend, and another process has the same part
                return fetched(own, keep=False)


def _fetched(file: WeightFile, address: str, folder: Path, patience: Patience, part: Part, keep: bool) -> Path:
    """The new file; ``keep`` leaves a part that can be continued."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        verified = _fill(part, file, address, patience)
        path = place(part.path, verified, folder, file)
        part.discard()
    except (OSError, FetchError) as problem:
        if sooner := genuine_in(folder, file):
            part.discard()
            return sooner
        if isinstance(problem, OSError) and no_room(problem):
            part.discard()  # a full disk is left as it was
        raise
    finally:
        if not (keep and part.source(address)):
            part.discard()
    stamp_genuine(path, file, verified)
    return path


def _fill(part: Part, file: WeightFile, address: str, patience: Patience) -> os.stat_result:
    """Makes the part whole, and the right file; returns by what that file is known again."""
    with progress(file.name, "bytes") as show:
        for again in (True, False):
            arrived = fetch(address, part, patience, show)
            problem = problem_with(part.path, file)
            require_same(part.path, arrived.status)
            if not problem:
                break
            part.discard()
            if arrived.in_one_piece or not again:
                raise FetchError(f"the server sent {problem}")
    return arrived.status


@contextmanager
def _explained(file: WeightFile, address: str, folder: Path, setting: str | None) -> Iterator[None]:
    try:
        yield
    except (FetchError, requests.RequestException) as problem:
        path = free_path(folder, file)
        taken = "" if path.name == file.name else ", for another file has the official name"
        raise DownloadError(
            f"Cannot download {file.name} from {address}: {problem}.\n"
            f"Fetch it another way from {file.url} ({expected_hash(file) or 'no hash is published'}) and put the file "
            f"at {path}{taken}; or name a folder that holds it in AMALTHEA_WEIGHTS."
            f"{overlooked(file)}{_kept(file, folder)}"
        ) from None  # what requests and urllib3 raised on the way fills a page and says no more
    except OSError as problem:
        raise unusable_folder(folder, problem, setting) from problem


def _kept(file: WeightFile, folder: Path) -> str:
    part = Part(folder / f"{file.name}.part")
    return f"\nThe {part.size:,} bytes that arrived are kept; the next attempt goes on from there." if part.size else ""


def _address(file: WeightFile) -> str:
    mirror = os.environ.get("AMALTHEA_WEIGHTS_URL")
    return f"{mirror.rstrip('/')}/{file.name}" if mirror else file.url


def _check_mirror() -> None:
    """Refuses what is no address; a newcomer may take the mirror's variable for that of folders."""
    mirror = os.environ.get("AMALTHEA_WEIGHTS_URL")
    if mirror and not re.match("https?://", mirror, re.IGNORECASE):
        raise FetchError(
            f"AMALTHEA_WEIGHTS_URL={mirror} does not begin with http:// or https://. A folder of weight files is named "
            "by AMALTHEA_WEIGHTS"
        )
