"""Programs that use batches and end in several ways: ``python -m tests.images.batch_processes NAME``."""

import signal
import sys
import threading
import time

import numpy as np
from numpy.typing import NDArray

from amalthea.images import Batches


def slow(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
    time.sleep(0.05)
    return np.zeros(3)


def slow_later(index: int, generator: np.random.Generator) -> NDArray[np.float64]:
    return np.zeros(3) if index < 4000 else slow(index, generator)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def ends_while_batches_are_prepared() -> None:
    """What is ahead would take minutes, and so would what a thread waits for that does not keep the program alive."""
    ahead = Batches(slow_later, 12_000, batch_size=4000, shuffle=False, workers=2)
    ahead.batch(0, 0)
    awaited = Batches(slow, 12_000, batch_size=4000, workers=2)
    threading.Thread(target=awaited.batch, args=(0, 0), daemon=True).start()
    time.sleep(0.2)


def ends_while_another_thread_goes_on() -> None:
    """That thread gets all it asks for."""
    batches = Batches(slow, 20, batch_size=4, workers=2)

    def go_on() -> None:
        for number, _ in enumerate(batches.epoch(0)):
            say(f"batch {number}")

    threading.Thread(target=go_on).start()
    time.sleep(0.2)


def is_interrupted() -> None:
    global batches  # still there at the end
    # Also where the tests run in the background of a shell, which ignores Ctrl-C for all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    batches = Batches(slow, 10_000, batch_size=5000, workers=int(sys.argv[2]))
    try:
        say("waiting")
        batches.batch(0, 0)
    except KeyboardInterrupt:
        say("interrupted")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
