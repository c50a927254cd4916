"""From pictures as they are decoded, uint8: scaling inside the graph against outside, with `amalthea.images.scale`.

Pictures of another size are resized outside of the graph by both, in as many threads. Inside, as a Gather, the exact
"nearest" was slower when it was tried: MobileNet answered 549 pictures a second of processor time, but 638 with Pillow
in threads, and 677 with NumPy's `take` in threads, as it is now.
"""

import argparse
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

os.environ.setdefault("KERAS_BACKEND", "openvino")

import numpy as np

import amalthea
from amalthea.architectures import get_model
from amalthea.images import resize, scale
from benchmarks.measure import in_turn, median_ratio, write
from tests.live_weights import built_alive

BATCH = 32
ALPHAS = (0.25, 1.0)
SIDES = (224, 320)  # of the pictures that come in; the network takes the first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rows = [_row(alpha, side, rounds) for alpha in ALPHAS for side in SIDES]
    write("pictures-inside", rows, unit="images a second", batch=BATCH, rounds=rounds)


def _row(alpha: float, side: int, rounds: int) -> dict[str, object]:
    model = built_alive(partial(get_model, "MobileNet", alpha=alpha, weights=None))
    inside, plain = amalthea.predictor(model, preprocess=True), amalthea.predictor(model)
    steps = amalthea.variant("MobileNet").scaling.steps
    pictures = np.random.default_rng(0).integers(0, 256, (BATCH, side, side, 3), np.uint8)

    def outside() -> np.ndarray:
        if side == SIDES[0]:
            return plain(scale(pictures, steps))
        small = pool.map(partial(resize, size=SIDES[0]), pictures)
        return plain(scale(np.stack([*small]), steps))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        np.testing.assert_allclose(inside(pictures), outside(), atol=1e-4)
        seconds = in_turn({"inside": partial(inside, pictures), "outside": outside}, rounds)
    return {
        "alpha": alpha,
        "side of the pictures": side,
        **{where: round(BATCH / median(times), 1) for where, times in seconds.items()},
        "inside / outside": median_ratio(seconds["outside"], seconds["inside"]),
    }


if __name__ == "__main__":
    main()
