"""Images a second: ``amalthea.predictor`` against the faster of Keras' ``predict`` and ``predict_on_batch``.

Same weights, same pictures, same batch, on the backend of KERAS_BACKEND. Beside it stands the share of the processor's
float32 limit, which is the fastest matrix product that OpenVINO reaches on it.
"""

import argparse
import math

import keras
import numpy as np

import amalthea
from amalthea.architectures import get_model
from benchmarks.measure import in_turn, median_ratio, summary, write
from tests.live_weights import set_live_weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["ResNet50", "MobileNet"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    limit = float32_limit()
    rows = [measure(name, options.batch, options.rounds, limit) for name in options.models]
    write(
        f"prediction-{keras.config.backend()}",
        rows,
        unit="images a second",
        batch=options.batch,
        rounds=options.rounds,
        limit_gflops=round(limit / 1e9),
    )


def measure(name: str, batch: int, rounds: int, limit: float) -> dict[str, object]:
    model = get_model(name, weights=None)
    set_live_weights(model)
    pictures = np.random.default_rng(0).uniform(-1, 1, (batch, *model.input_shape[1:])).astype("float32")
    predictor = amalthea.predictor(model)
    expected = model.predict_on_batch(pictures)
    assert np.abs(predictor(pictures) - expected).max() < 1e-3
    seconds = in_turn(
        {
            "amalthea": lambda: predictor(pictures),
            "predict": lambda: model.predict(pictures, batch_size=batch, verbose=0),
            "predict_on_batch": lambda: model.predict_on_batch(pictures),
        },
        rounds,
    )
    faster = min("predict", "predict_on_batch", key=lambda who: summary(seconds[who])["median"])
    rate = batch / summary(seconds["amalthea"])["median"]
    return {
        "model": name,
        **{who: round(batch / summary(times)["median"], 1) for who, times in seconds.items()},
        "amalthea / faster of Keras": median_ratio(seconds[faster], seconds["amalthea"]),
        "share of float32 limit": round(rate * 2 * multiply_adds(model) / limit, 2),
    }


def multiply_adds(model: keras.Model) -> int:
    """Multiplications of one picture in convolutions and dense layers."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            total += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Dense):
            total += math.prod(layer.kernel.shape)
    return total


def float32_limit(side: int = 2048) -> float:
    """Float32 operations a second of this processor: the best of OpenVINO's products of two large matrices."""
    import openvino
    import openvino.opset13 as ops

    left = ops.parameter([side, side], np.float32)
    right = ops.constant(np.ones((side, side), np.float32))
    product = openvino.Model([ops.matmul(left, right, False, False)], [left])
    compiled = openvino.Core().compile_model(product, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    values = np.ones((side, side), np.float32)
    seconds = in_turn({"product": lambda: compiled([values])}, 15)["product"]
    return 2 * side**3 / min(seconds)


if __name__ == "__main__":
    main()
