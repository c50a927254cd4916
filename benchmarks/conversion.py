"""Seconds from a Keras model to an ONNX graph, on the backend of KERAS_BACKEND."""

import argparse

import keras

from amalthea.architectures import get_model
from amalthea.runtime import to_onnx
from benchmarks.measure import in_turn, summary, write
from tests.live_weights import set_live_weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["MobileNet", "ResNet50", "InceptionV3", "NASNetLarge", "VGG16"])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name in options.models:
        model = get_model(name, weights=None)
        set_live_weights(model)
        seconds = in_turn({"to_onnx": lambda model=model: to_onnx(model)}, options.rounds)
        rows.append({"model": name, "to_onnx": summary(seconds["to_onnx"])})
    write(f"conversion-{keras.config.backend()}", rows, unit="seconds", rounds=options.rounds)


if __name__ == "__main__":
    main()
