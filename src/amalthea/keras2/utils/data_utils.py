"""Files from the network, and data that come in batches."""

import tarfile
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np

from .._randomness import next_seed
from .._spelling import Spelling
from .._spelling.functions import spelt

__all__ = ["GeneratorEnqueuer", "OrderedEnqueuer", "Sequence", "SequenceEnqueuer", "get_file"]


def get_file(fname: str | None = None, origin: str | None = None, **settings: Any) -> str:
    """Fetch a file, unless it is there already.

    Args:
        fname: its name in the cache; with ``untar``, the name of the folder that is in it.
        origin: its address.
        **settings: of ``keras.utils.get_file``. ``untar=True`` and ``extract=True`` unpack an archive beside itself, as
            Keras 2 did; Keras 3 would do so in a folder of its own.

    Returns:
        The path of the file; with ``untar``, that of the folder.
    """
    untar, extract = settings.pop("untar", False), settings.pop("extract", False)
    archive_format = settings.pop("archive_format", "auto")
    if untar and fname:
        archive = keras.utils.get_file(f"{fname}.tar.gz", origin, **settings)
        _unpack(archive, "tar")
        return str(Path(archive).parent / fname)
    path = str(keras.utils.get_file(fname, origin, **settings))
    if untar or extract:
        _unpack(path, "tar" if untar else archive_format)
    return path


class Sequence(keras.utils.PyDataset):  # type: ignore[misc] # Keras carries no types
    """Batches by their numbers: a class derived from it defines ``__len__`` and ``__getitem__``.

    It need not call ``__init__`` of this class.
    """

    def __new__(cls, *positional: Any, **named: Any) -> Self:
        """Prepare what Keras 3 needs, whatever ``__init__`` does."""
        made: Self = super().__new__(cls)
        keras.utils.PyDataset.__init__(made)
        return made

    def __iter__(self) -> Iterator[Any]:
        """All batches once."""
        return (self[number] for number in range(len(self)))


class SequenceEnqueuer:
    """Prepares batches in threads; a class derived from it says which."""

    _executor: ThreadPoolExecutor | None = None
    _ahead = 10

    @spelt(Spelling(renamed={"nb_worker": "workers", "max_q_size": "max_queue_size"}))
    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Begin.

        Args:
            workers: threads.
            max_queue_size: batches that are prepared ahead.
        """
        self._executor = ThreadPoolExecutor(max(workers, 1))
        self._ahead = max(max_queue_size, 1)

    def is_running(self) -> bool:
        """Whether it has begun, and not ended."""
        return self._executor is not None

    def stop(self, timeout: float | None = None) -> None:
        """End, as soon as the batches are done that are being prepared."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def get(self) -> Iterator[Any]:
        """The batches, in their order."""
        waiting: deque[Future[Any]] = deque()
        tasks = self._tasks()
        while self._executor is not None:
            while len(waiting) < self._ahead and (task := next(tasks, None)) is not None:
                waiting.append(self._executor.submit(*task))
            if not waiting:
                return
            batch = waiting.popleft().result()
            if batch is _NO_MORE:
                return
            yield batch

    def _tasks(self) -> Iterator[tuple[Any, ...]]:
        """Each batch as a function and its arguments."""
        raise NotImplementedError(f"{type(self).__name__} does not say where its batches come from.")


class OrderedEnqueuer(SequenceEnqueuer):
    """Prepares the batches of a ``Sequence`` in threads, without end.

    Args:
        sequence: of which all batches come again and again.
        use_multiprocessing: without effect.
        shuffle: give each pass an order of its own.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False) -> None:
        self.sequence, self.shuffle = sequence, shuffle

    def _tasks(self) -> Iterator[tuple[Any, ...]]:
        random = np.random.default_rng(next_seed()) if self.shuffle else None
        for number in count():
            if number:
                self.sequence.on_epoch_end()
            size = len(self.sequence)
            for index in random.permutation(size).tolist() if random else range(size):
                yield self.sequence.__getitem__, index


class GeneratorEnqueuer(SequenceEnqueuer):
    """Prepares the batches of a generator in a thread.

    Args:
        generator: that yields them.
        use_multiprocessing: without effect, as are the others: a generator works in one thread.
        **settings: of old versions.
    """

    def __init__(self, generator: Iterator[Any], use_multiprocessing: bool = False, **settings: Any) -> None:
        self._generator = generator

    @spelt(Spelling(renamed={"nb_worker": "workers", "max_q_size": "max_queue_size"}))
    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Begin."""
        super().start(1, max_queue_size)

    def _tasks(self) -> Iterator[tuple[Any, ...]]:
        while True:
            yield next, self._generator, _NO_MORE


_NO_MORE = object()


def _unpack(path: str, archive_format: Any) -> None:
    """Unpack an archive beside itself; what is none is left alone."""
    formats = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    folder = Path(path).parent
    if "tar" in formats and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    elif "zip" in formats and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive_of_zip:
            archive_of_zip.extractall(folder)
