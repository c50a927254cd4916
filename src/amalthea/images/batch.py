"""One batch of pictures, and the threads that share the work on it."""

from threading import Event, Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import AmaltheaError, ArgumentError, ImageError, MissingFileError
from .samples import Samples

_PATIENCE = 5.0  # seconds without its end


class Batch:
    """Made by as many threads as care to help: sample by sample, or those that are quick many at once.

    Args:
        samples: of which it is made.
        epoch: of which it is.
        order: of the epoch.
        places: of its samples in that order.
        at_once: how many quick samples a thread prepares together.

    Attributes:
        awaited: as for ``Work``.
    """

    def __init__(self, samples: Samples, epoch: int, order: NDArray[np.int64], places: range, at_once: int) -> None:
        self.awaited = False
        self._samples, self._epoch, self._order, self._places = samples, epoch, order, places
        self._pictures = samples.room(len(places))
        size = 1 if self._pictures is None else at_once
        self._parts = [range(len(places))[start : start + size] for start in range(0, len(places), size)]
        self._begun, self._open = 0, set(range(len(self._parts)))
        self._indices = np.empty(len(places), np.int64)
        self._failures: dict[int, BaseException] = {}
        self._cancelled = False
        self._finished = Event()
        self._lock = Lock()

    @property
    def failed(self) -> bool:
        """Whether its result would be an error, as far as it is known."""
        return any(self._is_raised(failure) for failure in [*self._failures.values()])

    def take(self) -> int | None:
        """As for ``Work``."""
        if self._begun == len(self._parts):
            return None
        self._begun += 1
        return self._begun - 1

    def do(self, part: int) -> None:
        """As for ``Work``."""
        room = self._pictures
        filled = len(self._parts[part]) > 1 and room is not None and self._fill(room, self._parts[part])
        for row in () if filled else self._parts[part]:
            self._do_one(part, row)
        with self._lock:
            if filled and room is not self._pictures:
                return  # too late: whoever waits does it in another room
            self._open.discard(part)
            if not self._open:
                self._finished.set()

    def cancel(self) -> None:
        """As for ``Work``."""
        self._cancelled = True
        self._finished.set()

    def _fill(self, room: NDArray[Any], rows: range) -> bool:
        """Do many at once; where anything is wrong with one of them, nothing is done, and each tells by itself."""
        first, end = rows.start, rows.stop
        try:
            self._indices[first:end] = self._samples.fill(
                room[first:end], self._epoch, self._order, self._places[first:end]
            )
        except Exception:
            return False
        except BaseException as failure:  # Ctrl-C
            self._failures[first] = failure
        return True

    def _do_one(self, part: int, row: int) -> None:
        try:
            index, picture = self._samples.at(self._epoch, self._order, self._places[row])
            self._make_room_for(picture)
            with self._lock:
                if part in self._open and self._pictures is not None:  # nobody has handed it out yet
                    self._indices[row] = index
                    self._pictures[row] = picture
        except BaseException as failure:  # of any kind: it is raised again where the batch is awaited
            self._failures[row] = failure

    def computed(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The batch, by the thread that asks."""
        while (part := self.take()) is not None:
            self.do(part)
            self._raise_failure()
        return self._usable()

    def result(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The batch, as soon as other threads have computed it.

        What they do not end in time this thread computes, too. They may wait for it without an end: the garbage
        collector, which runs in any of them, destroys data sets of TensorFlow and waits for the threads that read them.
        """
        try:
            while not self._finished.wait(_PATIENCE):
                with self._lock:  # the others may go on to fill the room that they have
                    self._pictures = None if self._pictures is None else self._pictures.copy()
                for part in sorted(self._open):
                    self.do(part)
        finally:
            self.awaited = False  # also after Ctrl-C
        if self._open and self._cancelled:
            raise AmaltheaError("The batches were closed while this one was waited for. Ask for it again.")
        self._raise_failure()
        return self._usable()

    def _make_room_for(self, picture: NDArray[Any]) -> None:
        with self._lock:
            if self._pictures is None:
                self._pictures = np.empty((len(self._places), *picture.shape), picture.dtype)
        if picture.shape != self._pictures.shape[1:] or picture.dtype != self._pictures.dtype:
            raise ArgumentError(
                f"The pictures of a batch are of one shape and type; there are {picture.shape} of {picture.dtype} and "
                f"{self._pictures.shape[1:]} of {self._pictures.dtype}. Give all the same size."
            )

    def _raise_failure(self) -> None:
        for row in sorted(self._failures):
            if self._is_raised(self._failures[row]):
                raise self._failures[row]

    def _is_raised(self, failure: BaseException) -> bool:
        return self._samples.on_error != "skip" or not isinstance(failure, ImageError | MissingFileError)

    def _usable(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        if self._pictures is None:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        if not self._failures:
            return self._pictures, self._indices
        usable = [row for row in range(len(self._places)) if row not in self._failures]
        return self._pictures[usable], self._indices[usable]
