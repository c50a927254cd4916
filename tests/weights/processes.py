"""Downloads in processes of their own, which are forked after everything is imported: many, and soon.

``python -m tests.weights.processes MODE ADDRESS…`` where MODE is one of:

- ``together``: one process for each address, all at once; prints a line for each, its path or its error;
- ``together-without-locks``: the same where every lock pretends to be held;
- ``killed-at-fsync``, ``killed-at-link``: a process that is killed when the whole file is to be written to the disk, or
  has just got its name;
- ``killed``: downloads the one address again and again, and kills each process at a random moment.

The hash that is expected stands behind each address: ``http://…/name.h5#md5``.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amalthea.catalog import WeightFile
from amalthea.errors import AmaltheaError
from amalthea.storage import digest, models_folder
from amalthea.weights import download as downloading
from amalthea.weights.http import Patience

KILLS = 50
PATIENCE = Patience(connect=10.0, read=10.0, pause=0.05)


def weights(address: str) -> WeightFile:
    url, _, md5 = address.partition("#")
    return WeightFile(name=url.rpartition("/")[2], top=True, size=224, url=url, md5=md5)


def started(file: WeightFile) -> int:
    """A process that downloads a file and prints its path or the error, in one line."""
    process = os.fork()
    if process:
        return process
    try:
        answer = str(downloading.download(file, patience=PATIENCE))
    except AmaltheaError as error:
        answer = repr(error)
    os.write(1, f"{answer}\n".encode())
    os._exit(0)


@contextmanager
def pretended(path: Path) -> Iterator[bool]:
    yield True


def dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def links_and_dies(source: Path, target: Path) -> None:
    link(source, target)
    dies()


link = os.link


def killed(file: WeightFile) -> None:
    """A random moment lies between the start and a little after the time that a whole download takes."""
    official = models_folder() / file.name
    begin = time.monotonic()
    os.waitpid(started(file), 0)
    whole = time.monotonic() - begin
    moments = random.Random(0)
    for _ in range(KILLS):
        if official.exists():
            assert digest(official, "md5") == file.md5, "a wrong file under the official name"
            official.unlink()
        process = started(file)
        time.sleep(moments.uniform(0, 1.1 * whole))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    os.waitpid(started(file), 0)


def main(mode: str, *addresses: str) -> None:
    """Prints what the processes print."""
    files = [weights(address) for address in addresses]
    import h5py  # noqa: F401 - as requests is: before the fork
    import requests  # noqa: F401

    if mode == "killed":
        return killed(files[0])
    if mode == "together-without-locks":
        downloading.exclusive = pretended
    if mode == "killed-at-fsync":
        os.fsync = dies
    if mode == "killed-at-link":
        os.link = links_and_dies
    for process in [started(file) for file in files]:
        os.waitpid(process, 0)
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
