"""A contender's process of ``benchmarks.prediction``: it answers each line of JSON by one.

``python -m benchmarks.prediction_processes KIND MODEL BATCH FOLDER INT8``, where KIND is "keras", on the backend of
KERAS_BACKEND, or "runtimes", which have the same graph and leave it in the folder. The first line that it writes names
its contenders; a line with one of these names is answered by its pictures a second.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import numpy as np

import amalthea
from amalthea import _keras
from amalthea.architectures import get_model
from amalthea.runtime import to_onnx
from benchmarks.benchmark_app import GRAPH
from benchmarks.measure import rate
from tests.live_weights import built_alive

TURN = 0.3  # seconds at least
REST = 0.05  # seconds, in which the threads of the contender before stop spinning
CALIBRATION = 64  # pictures

Turns = dict[str, Callable[[], float]]


def keras_turns(name: str, batch: int, folder: Path) -> tuple[Turns, dict[str, object]]:
    """Both ways of Keras; their answer is kept, to be compared."""
    _keras.pin_openvino_precision()
    model = _network(name)
    pictures = _pictures(batch, model)
    np.save(folder / f"{keras.config.backend()}.npy", model.predict_on_batch(pictures))
    ways = {
        "predict": lambda: model.predict(pictures, batch_size=batch, verbose=0),
        "predict_on_batch": lambda: model.predict_on_batch(pictures),
    }
    return {way: partial(rate, call, batch, TURN) for way, call in ways.items()}, {}


def runtime_turns(name: str, batch: int, folder: Path, int8: bool) -> tuple[Turns, dict[str, object]]:
    """Amalthea in each precision, ONNX Runtime, and OpenVINO at its best; with facts about the network."""
    import onnxruntime

    from benchmarks.bare_openvino import best
    from benchmarks.limits import float32_limits, multiply_adds

    model = _network(name)
    pictures, work = _pictures(batch, model), multiply_adds(model)
    graph = to_onnx(model).SerializeToString()
    (folder / GRAPH).write_bytes(graph)
    turns: Turns = {}
    for precision in ("float32", "bfloat16"):
        predictor = amalthea.predictor(model, precision=precision)
        answer = predictor(pictures)
        np.save(folder / f"amalthea-{precision}.npy", answer)
        turns[precision] = partial(rate, partial(predictor, pictures), batch, TURN)
    del model
    if int8:
        from amalthea.runtime.quantization import to_integers
        from amalthea.runtime.runners import open_runner

        runner = open_runner(to_integers(graph, list(_pictures(CALIBRATION, None, pictures.shape[1:]))))
        runner([pictures])
        turns["int8"] = partial(rate, partial(runner, [pictures]), batch, TURN)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: pictures}
    np.save(folder / "onnxruntime.npy", session.run(None, feed)[0])
    turns["ONNX Runtime"] = partial(rate, partial(session.run, None, feed), batch, TURN)
    facts: dict[str, object] = {"multiply_adds": work, "limits": float32_limits()}
    for precision in ("float32", "bfloat16"):
        bare, facts[f"best of OpenVINO, {precision}"] = best(graph, precision, TURN)
        turns[f"OpenVINO, {precision}"] = partial(bare.rate, TURN)
    return turns, facts


def _pictures(count: int, model: keras.Model | None, shape: tuple[int, ...] = ()) -> np.ndarray:
    shape = model.input_shape[1:] if model is not None else shape
    noise = np.random.default_rng(0).uniform(-1, 1, (count, *shape)).astype(np.float32)
    # From little contrast to much: a deep network averages noise alone until all pictures are alike to it.
    return noise * np.linspace(0.2, 1, count, dtype=np.float32).reshape(-1, 1, 1, 1)


def _network(name: str) -> keras.Model:
    """With live weights; without the softmax, which may answer one class for every picture then."""
    return built_alive(partial(get_model, name, weights=None, classifier_activation=None))


def main() -> None:
    kind, name, batch, folder, int8 = sys.argv[1:]
    # What frameworks print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if kind == "keras":
        turns, facts = keras_turns(name, int(batch), Path(folder))
    else:
        turns, facts = runtime_turns(name, int(batch), Path(folder), int8 == "int8")
    print(json.dumps({"contenders": list(turns), **facts}), file=answers, flush=True)
    for line in sys.stdin:
        time.sleep(REST)
        print(json.dumps(turns[json.loads(line)]()), file=answers, flush=True)


if __name__ == "__main__":
    main()
