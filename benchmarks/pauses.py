"""How long the machine itself keeps a program from computing: no server answers meanwhile, whatever it does.

``python -m benchmarks.pauses`` runs a process on each of two processors, bound to it, that looks at the clock again and
again. Where the clock jumps, something else had the processor: the kernel, or the host of a virtual machine. On a
machine that does nothing else there should be none. Linux only: elsewhere processes cannot be bound.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from typing import NamedTuple

SHORTEST = 2.0  # milliseconds: as long as a picture takes with the smallest network
PROCESSORS = 2


class Pauses(NamedTuple):
    """What a machine does to programs that never wait.

    Attributes:
        rate: pauses longer than ``SHORTEST`` a second, on the average of the processors.
        longest: in milliseconds; 0 where there was none.
    """

    rate: float
    longest: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--processor", type=int, help="print the milliseconds of each pause of this one alone")
    options = parser.parse_args()
    if options.processor is not None:
        print(json.dumps(_pauses_of(options.processor, options.seconds)))
        return
    found = pauses(options.seconds)
    print(f"{found.rate:.2f} pauses longer than {SHORTEST:g} ms a second; the longest took {found.longest:.1f} ms")


def pauses(seconds: float) -> Pauses:
    """Those of two processors, or of the only one, within so many seconds."""
    command = [sys.executable, "-m", "benchmarks.pauses", "--seconds", str(seconds), "--processor"]
    processors = sorted(os.sched_getaffinity(0))[:PROCESSORS]
    processes = [subprocess.Popen([*command, str(each)], stdout=subprocess.PIPE, text=True) for each in processors]
    answers = [process.communicate()[0] for process in processes]
    if failed := [process.returncode for process in processes if process.returncode]:
        raise RuntimeError(f"benchmarks.pauses ended with status {failed[0]}")
    found = [milliseconds for answer in answers for milliseconds in json.loads(answer)]
    return Pauses(len(found) / seconds / len(processors), max(found, default=0.0))


def _pauses_of(processor: int, seconds: float) -> list[float]:
    """Milliseconds of each."""
    os.sched_setaffinity(0, {processor})
    found = []
    last = time.perf_counter()
    end = last + seconds
    while last < end:
        now = time.perf_counter()
        if 1000 * (now - last) > SHORTEST:
            found.append(1000 * (now - last))
        last = now
    return found


if __name__ == "__main__":
    main()
