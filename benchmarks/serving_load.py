"""A process that sends pictures to a server and takes as little of the processor as it can: ``benchmarks.serving``.

Sockets that stay open, requests that are written beforehand, one thread. Each line of JSON that it reads, a ``Task``,
is answered by one, an ``Outcome``. ``python -m benchmarks.serving_load`` imports nothing but the standard library.
"""

import json
import random
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import accumulate, cycle, repeat
from pathlib import Path

PATIENCE = 30.0  # seconds without any answer, after which those that miss are lost
LONGEST = 1.0  # seconds without a look at the clock
CONNECTION_LOST = "0"
Latencies = dict[str, list[float]]


@dataclass(frozen=True)
class Task:
    """What is sent.

    Attributes:
        host: of the server.
        port: of the server.
        files: pictures, in turn.
        seconds: in which requests begin; what is on its way then is waited for.
        connections: how many at most. Without a rate, each asks again as soon as it is answered.
        requests: how many at most; None has no limit.
        rate: requests a second, whether those before are answered or not; their times count from when they should have
            been sent. None: as above.
        spacing: of a rate, ``"even"``, or ``"random"`` as of many independent people (Poisson).
    """

    host: str
    port: int
    files: list[str]
    seconds: float
    connections: int
    requests: int | None = None
    rate: float | None = None
    spacing: str = "even"


@dataclass(frozen=True)
class Outcome:
    """What came back.

    Attributes:
        seconds: from the first request to the last answer.
        processor: seconds of the processor that this process took for it.
        statuses: how many answers of each HTTP status; "0" are connections that ended without one.
        milliseconds: of each status, quantiles of the time to the whole answer: p50, p99, most.
    """

    seconds: float
    processor: float
    statuses: dict[str, int]
    milliseconds: dict[str, dict[str, float]]


@dataclass(slots=True, eq=False)
class Connection:
    """A socket with one request on its way, or none.

    Attributes:
        socket: open.
        begun: when its request was sent, or should have been.
        unsent: what of the request the socket has not taken yet.
        answer: what has come of the answer.
    """

    socket: socket.socket
    begun: float = 0.0
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    answer: bytearray = field(default_factory=bytearray)

    def fileno(self) -> int:
        return self.socket.fileno()

    def begin(self, request: bytes, begun: float) -> None:
        self.begun, self.answer, self.unsent = begun, bytearray(), memoryview(request)
        self.send()

    def send(self) -> None:
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            pass
        except ConnectionError:
            self.unsent = self.unsent[:0]  # an answer may have come before the end; else reading says so

    def receive(self) -> str | None:
        """The status once the answer is whole."""
        try:
            part = self.socket.recv(65536)
        except BlockingIOError:
            return None
        except ConnectionError:
            part = b""
        self.answer += part
        return CONNECTION_LOST if not part else _status(self.answer)

    @property
    def ends(self) -> bool:
        """Whether it cannot take another request."""
        return bool(self.unsent) or b"connection: close" in bytes(self.answer[:1000]).lower()


def _status(answer: bytearray) -> str | None:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return None
    names = answer[:head].lower()
    length = names.find(b"\ncontent-length:")
    if length < 0:
        raise ValueError(f"an answer without its length: {bytes(answer[:head])!r}")
    _, _, value = names[length:].partition(b":")
    whole = len(answer) >= head + 4 + int(value.split(b"\r", 1)[0])
    return answer[9:12].decode() if whole else None


class Generator:
    """Sends what a task asks for."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.requests = cycle([_request(task, Path(file).read_bytes()) for file in task.files])
        self.idle: deque[Connection] = deque()
        self.busy: set[Connection] = set()
        self.latencies: Latencies = {}
        self.left = task.requests

    def run(self) -> Outcome:
        processor, start = time.process_time(), time.perf_counter()
        try:
            self._send_and_hear(start)
        finally:
            for connection in (*self.idle, *self.busy):
                connection.socket.close()
        return self._outcome(time.perf_counter() - start, time.process_time() - processor)

    def _send_and_hear(self, start: float) -> None:
        due, heard = self._due(start), start
        upcoming = next(due)
        while True:
            now = time.perf_counter()
            over = now >= start + self.task.seconds or self.left == 0
            if over and not self.busy:
                return
            if self.busy and now > heard + PATIENCE:
                self.latencies.setdefault(CONNECTION_LOST, []).extend(now - one.begun for one in self.busy)
                return
            while not over and upcoming <= now and self._can_begin():
                self._begin(upcoming if self.task.rate else now)
                upcoming = next(due)
                over = self.left == 0
            waits = not over and self._can_begin()
            if self._hear(min(LONGEST, max(0.0, upcoming - time.perf_counter())) if waits else LONGEST):
                heard = time.perf_counter()

    def _due(self, start: float) -> Iterator[float]:
        """When requests are to be sent; without a rate, at any time."""
        if self.task.rate is None:
            return repeat(start)
        if self.task.spacing == "even":
            return accumulate(repeat(1 / self.task.rate), initial=start)
        numbers = random.Random(0)
        return accumulate((numbers.expovariate(self.task.rate) for _ in repeat(None)), initial=start)

    def _can_begin(self) -> bool:
        return bool(self.idle) or len(self.busy) < self.task.connections

    def _begin(self, begun: float) -> None:
        connection = self.idle.popleft() if self.idle else self._connected()
        connection.begin(next(self.requests), begun)
        self.busy.add(connection)
        if self.left is not None:
            self.left -= 1

    def _connected(self) -> Connection:
        opened = socket.create_connection((self.task.host, self.task.port), timeout=PATIENCE)
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)  # so that a picture is taken at once
        return Connection(opened)

    def _hear(self, timeout: float) -> bool:
        """Take what has come, for so many seconds at most; ``select`` because it alone counts microseconds."""
        unsent = [connection for connection in self.busy if connection.unsent]
        readable, writable, _ = select.select(list(self.busy), unsent, [], timeout)
        for connection in writable:
            connection.send()
        for connection in readable:
            if (status := connection.receive()) is not None:
                self.latencies.setdefault(status, []).append(time.perf_counter() - connection.begun)
                self.busy.discard(connection)
                if status == CONNECTION_LOST or connection.ends:
                    connection.socket.close()
                else:
                    self.idle.append(connection)
        return bool(readable)

    def _outcome(self, seconds: float, processor: float) -> Outcome:
        return Outcome(
            seconds,
            processor,
            {status: len(times) for status, times in self.latencies.items()},
            {status: _quantiles(times) for status, times in self.latencies.items()},
        )


def _quantiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * each for each in times)
    last = len(ordered) - 1
    return {"p50": ordered[last // 2], "p99": ordered[int(last * 0.99)], "most": ordered[last]}


def _request(task: Task, content: bytes) -> bytes:
    head = (
        f"POST /v1/predict HTTP/1.1\r\nHost: {task.host}:{task.port}\r\nContent-Type: image/jpeg\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(asdict(Generator(Task(**json.loads(line))).run())), flush=True)


if __name__ == "__main__":
    main()
