"""What bfloat16 and int8 cost: answers on real pictures, with real weights, against those in float32.

Calibrated with the pets to train on, judged by those to validate with. The networks know breeds of cats and dogs among
ImageNet's classes, so that the best class is seldom clear-cut, and changes sooner than on most pictures.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("KERAS_BACKEND", "openvino")

import amalthea
from amalthea.runtime import Cost, cost_of
from benchmarks.measure import write
from benchmarks.pets import DATA

NETWORKS: dict[str, dict[str, object]] = {
    "MobileNet 0.25": {"alpha": 0.25, "weights": str(DATA / "weights" / "mobilenet_2_5_224_tf.h5")},
    "MobileNet 0.75": {"alpha": 0.75, "weights": str(DATA / "weights" / "mobilenet_7_5_224_tf.h5")},
    "EfficientNetLite0": {},
    "EfficientNetLite1": {},
    "EfficientNetLite2": {},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    names = parser.parse_args().networks
    rows = [_row(name, cost) for name in names for cost in _costs(name.split()[0], NETWORKS[name])]
    write("precision", rows, unit="parts of the pictures, and differences of probabilities")


def _costs(name: str, arguments: dict[str, object]) -> list[Cost]:
    held_out = DATA / "pets" / "validation"
    network = amalthea.get_model(name, **arguments)
    with TemporaryDirectory() as folder:
        int8 = amalthea.save(
            network,
            Path(folder, "int8.onnx"),
            precision="int8",
            calibration=DATA / "pets" / "train",
            held_out=held_out,
            min_agreement=0,
        )
    assert int8
    return [cost_of(network, held_out, precision="bfloat16"), int8]


def _row(name: str, cost: Cost) -> dict[str, object]:
    return {
        "model": name,
        "precision": cost.precision,
        "pictures": cost.pictures,
        "same best class": round(cost.agreement, 3),
        "largest change of a probability": round(cost.largest_change, 3),
        "its median over the pictures": round(cost.typical_change, 4),
    }


if __name__ == "__main__":
    main()
