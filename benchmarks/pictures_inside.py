"""From pictures as they are decoded, uint8: scaling inside the graph, as Amalthea does it, against all of it outside,
by ``amalthea.images.scale``; for pictures of another size, against resizing inside as well.

Amalthea resizes outside, by NumPy's ``take`` or Pillow, in threads. No filter of Pillow's is exact in a graph: which
pixels count, and how much, it computes in float64, OpenVINO in float32 (``tests/runtime/test_resizing_in_graphs.py``).
What could be inside is a Gather of rows and columns that were found outside, as in ``benchmarks.gathered_pictures``.
"""

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

os.environ.setdefault("KERAS_BACKEND", "openvino")

import numpy as np

import amalthea
from amalthea.architectures import get_model
from amalthea.images import resize, scale
from amalthea.runtime import to_onnx
from benchmarks.gathered_pictures import GatheringNetwork
from benchmarks.measure import in_turn, median_ratio, write
from tests.live_weights import built_alive

BATCH = 32
ALPHAS = (0.25, 1.0)
OWN = (224, 224)  # rows and columns that the network takes
SIZES = (OWN, (320, 320), (375, 500))  # of the pictures that come in
OURS, OUTSIDE = "amalthea: scaled inside", "all outside"
GATHERED = {"all inside, any size": False, "all inside, compiled for the size": True}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rows = [row for alpha in ALPHAS for size in SIZES for row in _rows(alpha, size, rounds)]
    write("pictures-inside", rows, unit="images a second and milliseconds", batch=BATCH, rounds=rounds)


def _rows(alpha: float, size: tuple[int, int], rounds: int) -> list[dict[str, object]]:
    model = built_alive(partial(get_model, "MobileNet", alpha=alpha, weights=None))
    inside, plain = amalthea.predictor(model, preprocess=True), amalthea.predictor(model)
    steps = amalthea.variant("MobileNet").scaling.steps
    pictures = np.random.default_rng(0).integers(0, 256, (BATCH, *size, 3), np.uint8)

    def outside() -> np.ndarray:
        if size == OWN:
            return plain(scale(pictures, steps))
        small = pool.map(partial(resize, size=OWN), pictures)
        return plain(scale(np.stack([*small]), steps))

    calls: dict[str, Callable[[], np.ndarray]] = {OURS: partial(inside, pictures), OUTSIDE: outside}
    if size != OWN:
        graph = to_onnx(model, steps).SerializeToString()
        for title, fixed in GATHERED.items():
            calls[title] = partial(GatheringNetwork(graph, size if fixed else None), pictures)
    processor: dict[str, list[float]] = {title: [] for title in calls}

    def timed(title: str) -> None:
        start = time.process_time()
        calls[title]()
        processor[title].append(time.process_time() - start)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        expected = outside()
        for call in calls.values():
            np.testing.assert_allclose(call(), expected, atol=1e-4)
        seconds = in_turn({title: partial(timed, title) for title in calls}, rounds)
    where = {"alpha": alpha, "rows × columns": " × ".join(map(str, size))}
    return [
        where
        | {
            "way": title,
            "images/s": round(BATCH / median(times), 1),
            "processor, ms an image": round(1000 * median(processor[title][1:]) / BATCH, 2),
            "amalthea / it": median_ratio(times, seconds[OURS]),
        }
        for title, times in seconds.items()
    ]


if __name__ == "__main__":
    main()
