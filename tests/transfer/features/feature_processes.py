"""Writers of one set of features, in processes of their own, which are forked after everything is imported.

``python -m tests.transfer.features.feature_processes MODE FOLDER`` where MODE is one of:

- ``killed``: a writer that is killed at a random moment, again and again; writes how many records there are at the end;
- ``killed-in-write``: one that is killed when half of what it writes is in the file;
- ``killed-at-fsync``: one that is killed when everything is in the file, but not in the index;
- ``together``: four writers of the same records, each in another order; writes how many records the file holds.

After each, whatever was acknowledged must be found, and whatever is found must be right.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from amalthea.transfer.features.feature_set import FileFeatureSet
from tests.transfer.features.feature_records import WIDTH, digests, found_right, records

KILLS = 40
WRITERS = 4


def opened(folder: Path) -> FileFeatureSet:
    return FileFeatureSet(folder, WIDTH, np.dtype("float32"))


def started(work: Callable[[], object]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        work()
    finally:
        os._exit(0)


def append_forever(folder: Path, start: int, acknowledged: int) -> None:
    features, sizes = opened(folder), random.Random(start)
    while True:
        numbers = range(start, start + sizes.randrange(1, 200))
        features.append(digests(numbers), records(numbers))
        start = numbers.stop
        os.write(acknowledged, b"%d\n" % start)


def dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class HalfWritten:
    """A file that takes half of what it is given, and the process with it."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - it is closed in __exit__

    def __enter__(self) -> "HalfWritten":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, content: memoryview) -> None:
        self._file.write(content[: len(content) // 2 + 1])
        dies()


def killed(folder: Path) -> None:
    moments, stored = random.Random(0), 0
    for _ in range(KILLS):
        answers, acknowledged = os.pipe()
        process = started(lambda start=stored, pipe=acknowledged: append_forever(folder, start, pipe))
        os.close(acknowledged)
        time.sleep(moments.uniform(0, 0.06))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        with os.fdopen(answers) as pipe:
            stored = max([stored, *map(int, pipe.read().split())])
        latest = range(max(0, stored - 1000), stored + 200)
        assert found_right(opened(folder), latest)[: len(latest) - 200] == list(latest[:-200])
    assert found_right(opened(folder), range(stored)) == list(range(stored))
    sys.stdout.write(str(stored))


def killed_once(folder: Path, prepare: Callable[[], None]) -> None:
    """A writer whose world is changed so that it dies at a certain point."""
    numbers = range(100)

    def append() -> None:
        prepare()
        opened(folder).append(digests(numbers[30:]), records(numbers[30:]))

    opened(folder).append(digests(numbers[:30]), records(numbers[:30]))
    process = started(append)
    _, status = os.waitpid(process, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def die_at_fsync() -> None:
    os.fsync = dies


def die_in_write() -> None:
    original = Path.open
    Path.open = lambda path, mode="r", **more: HalfWritten(path) if mode == "ab" else original(path, mode, **more)


def shuffled(numbers: Iterable[int], seed: int) -> list[int]:
    return random.Random(seed).sample(list(numbers), len(list(numbers)))


def append_all(folder: Path, seed: int) -> None:
    features, numbers = opened(folder), shuffled(range(1000), seed)
    for start in range(0, 1000, 40):
        group = numbers[start : start + 40]
        rows = features.append(digests(group), records(group))
        assert len(rows) == len(group)


def together(folder: Path) -> None:
    for process in [started(lambda seed=seed: append_all(folder, seed)) for seed in range(WRITERS)]:
        os.waitpid(process, 0)
    assert found_right(opened(folder), range(1000)) == list(range(1000))
    sys.stdout.write(str(len(opened(folder).records())))


def main(mode: str, path: str) -> None:
    work: dict[str, Callable[[Path], None]] = {
        "killed": killed,
        "killed-in-write": lambda folder: killed_once(folder, die_in_write),
        "killed-at-fsync": lambda folder: killed_once(folder, die_at_fsync),
        "together": together,
    }
    work[mode](Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
