"""Asynchronous requests of a network that OpenVINO compiled, shared by any number of threads."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .protocol import check_rows


class RequestPool:
    """Idle requests, one of which goes to whoever asks; where there is none, another is made.

    There is no lock: OpenVINO itself computes requests of all threads in the order in which they come, so that a thread
    with one picture need not wait for the end of another's thousand. A request costs the memory of its input and
    output, and there are never more than the calls at one time keep running.

    Args:
        compiled: the network, for a fixed number of pictures.
        ahead: how many requests of one call run or wait to run: while some compute, the next is filled.
    """

    def __init__(self, compiled: Any, ahead: int) -> None:
        self._compiled = compiled
        self._ahead = ahead
        self._idle = [_Request(compiled)]
        self._shapes = [output.shape[1:] for output in self._idle[0].outputs]
        self._dtypes = [output.dtype for output in self._idle[0].outputs]
        self._pictures = len(self._idle[0].inputs[0])

    def results(self, count: int) -> list[NDArray[Any]]:
        """Arrays for the answers to some pictures, not filled yet."""
        return [np.empty((count, *shape), dtype) for shape, dtype in zip(self._shapes, self._dtypes, strict=True)]

    def compute(self, arrays: Sequence[NDArray[Any]], results: Sequence[NDArray[Any]], starts: Iterable[int]) -> None:
        """Fill the rows of the results that begin at these, as many as a request computes, with the answers to them.

        A call that is interrupted leaves what still runs to itself: it writes nowhere but into memory of its own.
        """
        running: deque[tuple[_Request, slice]] = deque()
        for start in starts:
            rows = slice(start, start + self._pictures)
            request = self._oldest(running, results) if len(running) == self._ahead else self._any()
            request.start(arrays, rows)
            running.append((request, rows))
        while running:
            self._idle.append(self._oldest(running, results))

    def _any(self) -> "_Request":
        try:
            return self._idle.pop()
        except IndexError:
            return _Request(self._compiled)

    def _oldest(self, running: "deque[tuple[_Request, slice]]", results: Sequence[NDArray[Any]]) -> "_Request":
        """The request that was started first, its answers taken."""
        request, rows = running.popleft()
        request.finish(results, rows)
        return request


class _Request:
    """A request, and its memory as arrays."""

    def __init__(self, compiled: Any) -> None:
        self._request = compiled.create_infer_request()
        self.inputs = [tensor.data for tensor in self._request.input_tensors]
        self.outputs = [tensor.data for tensor in self._request.output_tensors]
        check_rows(self.outputs, len(self.inputs[0]))

    def start(self, arrays: Sequence[NDArray[Any]], rows: slice) -> None:
        """Here numbers get the type of the input, so that no array is converted as a whole."""
        for own, array in zip(self.inputs, arrays, strict=True):
            own[...] = array[rows]
        self._request.start_async()

    def finish(self, results: Sequence[NDArray[Any]], rows: slice) -> None:
        self._request.wait()
        for result, own in zip(results, self.outputs, strict=True):
            result[rows] = own
