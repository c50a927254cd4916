"""What ``amalthea serve`` is compared with: ``predict_images`` in a process that does nothing else.

``python -m benchmarks.serving_in_process FILE FOLDER`` answers each line of JSON, a way and its seconds, by one:
pictures a second, and the milliseconds of the processor that each took. Its first line names the best class of each.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from pathlib import Path

import amalthea
from amalthea.runtime import Predictor
from benchmarks.measure import rate


def main() -> None:
    file, folder = sys.argv[1:]
    predictor = amalthea.load(file)
    paths = sorted(Path(folder).glob("*.jpg"))
    turns: dict[str, Callable[[float], float]] = {
        "many": partial(rate, lambda: predictor.predict_images(paths), len(paths)),
        "single": _single(predictor, paths, 1),
        "threads": _single(predictor, paths, os.cpu_count() or 1),
    }
    for turn in turns.values():
        turn(0.5)
    best = [prediction.classes[0].name for prediction in predictor.predict_images(paths, top=1)]
    print(json.dumps(best), flush=True)
    for line in sys.stdin:
        way, seconds = json.loads(line)
        processor, start = time.process_time(), time.perf_counter()
        each = turns[way](seconds)
        taken = 1000 * (time.process_time() - processor) / (each * (time.perf_counter() - start))
        print(json.dumps([each, taken]), flush=True)


def _single(predictor: Predictor, paths: list[Path], threads: int) -> Callable[[float], float]:
    """One picture a call, from so many threads."""

    def turn(seconds: float) -> float:
        def ask(number: int) -> float:
            turns = cycle(paths[number:] + paths[:number])
            return rate(lambda: predictor.predict_images(next(turns)), 1, seconds)

        with ThreadPoolExecutor(threads) as pool:
            return sum(pool.map(ask, range(threads)))

    return turn


if __name__ == "__main__":
    main()
