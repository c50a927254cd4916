"""One picture at a time: what a call costs beyond OpenVINO's bare request, what eight threads reach, and whether the
memory grows.

The network has live weights; its graph runs in float32.
"""

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

os.environ.setdefault("KERAS_BACKEND", "openvino")

import numpy as np

import amalthea
from amalthea.architectures import get_model
from amalthea.runtime import to_onnx
from benchmarks.bare_openvino import single_request
from benchmarks.measure import in_turn, median_ratio, rate, summary, write
from tests.live_weights import built_alive

BATCH, THREADS = 32, 8
CALLS = 20  # timed together: one call of the smallest network is as short as what disturbs it
TURN = 1.0  # seconds
SAMPLES = 20  # of the memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["MobileNet:0.25", "MobileNet", "ResNet50", "VGG16"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--memory", type=int, default=0, metavar="CALLS", help="watch the memory over so many calls of the first"
    )
    options = parser.parse_args()
    rows = [_row(name, options.rounds, 0 if beside else options.memory) for beside, name in enumerate(options.models)]
    write("single-pictures", rows, unit="milliseconds, images a second and MB", rounds=options.rounds)


def _row(name: str, rounds: int, calls: int) -> dict[str, object]:
    title, _, alpha = name.partition(":")
    arguments = {"alpha": float(alpha)} if alpha else {}
    model = built_alive(partial(get_model, title, weights=None, **arguments))
    predictor = amalthea.predictor(model)
    pictures = np.random.default_rng(0).uniform(-1, 1, (BATCH, *model.input_shape[1:])).astype(np.float32)
    row: dict[str, object] = {"model": name} | _overhead(
        predictor, to_onnx(model).SerializeToString(), pictures, rounds
    )
    row |= _threads(predictor, pictures, rounds)
    return row | (_memory(predictor, pictures[:1], calls) if calls else {})


def _overhead(predictor, graph: bytes, pictures: np.ndarray, rounds: int) -> dict[str, object]:
    request = single_request(graph)
    given, answer = request.input_tensors[0].data, request.output_tensors[0].data

    def bare() -> None:
        for _ in range(CALLS):
            given[...] = pictures[0]
            request.infer()
            answer.copy()

    def ours() -> None:
        for _ in range(CALLS):
            predictor(pictures[:1])

    seconds = in_turn({"bare request": bare, "predictor": ours}, rounds)
    each = {who: [1000 * time / CALLS for time in times] for who, times in seconds.items()}
    beyond = median(a - b for a, b in zip(each["predictor"], each["bare request"], strict=True))
    return {f"{who}, ms": summary(times) for who, times in each.items()} | {"beyond it, ms": round(beyond, 3)}


def _threads(predictor, pictures: np.ndarray, rounds: int) -> dict[str, object]:
    """Pictures a second of one caller with batches, and of many with single pictures."""
    rates: dict[str, list[float]] = {"batches": [], "threads": []}
    with ThreadPoolExecutor(THREADS) as pool:

        def from_threads() -> float:
            end = time.perf_counter() + TURN

            def ask(number: int) -> int:
                answered = 0
                while time.perf_counter() < end:
                    predictor(pictures[number : number + 1])
                    answered += 1
                return answered

            start = time.perf_counter()
            return sum(pool.map(ask, range(THREADS))) / (time.perf_counter() - start)

        for number in range(rounds + 1):
            found = {"batches": rate(partial(predictor, pictures), BATCH, TURN), "threads": from_threads()}
            for who in rates if number else ():  # the first round is not counted
                rates[who].append(found[who])
    return {
        f"batches of {BATCH}, images/s": round(median(rates["batches"]), 1),
        f"{THREADS} threads, images/s": round(median(rates["threads"]), 1),
        "threads / batches": median_ratio(rates["threads"], rates["batches"]),
    }


def _memory(predictor, picture: np.ndarray, calls: int) -> dict[str, object]:
    """Resident megabytes after a tenth of the calls, when everything is warm, and the most and the last after it."""
    seen = []
    for number in range(1, calls + 1):
        predictor(picture)
        if number % max(1, calls // SAMPLES) == 0:
            seen.append(_resident())
    warm = seen[len(seen) // 10 :]
    return {"MB, warm": round(warm[0], 1), "MB, most": round(max(warm), 1), f"MB after {calls:,}": round(warm[-1], 1)}


def _resident() -> float:
    """Megabytes of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
