"""Pictures a second of OpenVINO alone, by size of micro-batch, streams and requests: what its runner chose from.

The last rows say where the time of one micro-batch goes, by kind of operation.
"""

import argparse
import os
from collections import defaultdict
from collections.abc import Callable
from statistics import median

os.environ.setdefault("KERAS_BACKEND", "openvino")

import openvino

from amalthea import get_model
from amalthea.runtime import to_onnx
from benchmarks.measure import in_turn, summary, write

PICTURES = 64
CHOICES = ((1, 2, 4), (2, 2, 4), (4, 2, 2), (4, 2, 4), (4, 1, 2), (8, 2, 4), (16, 1, 2))  # pictures, streams, requests
SETTINGS = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": os.cpu_count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="MobileNet")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    model = get_model(arguments.model, weights=None)
    graph, shape = to_onnx(model).SerializeToString(), model.input_shape[1:]
    seconds = in_turn({choice: _batch(graph, shape, *choice) for choice in CHOICES}, arguments.rounds)
    rows: list[dict[str, object]] = [
        {
            "what": f"{pictures} a request, {streams} streams, {requests} requests",
            "seconds": summary(seconds[pictures, streams, requests]),
            "pictures/s": PICTURES / median(seconds[pictures, streams, requests]),
        }
        for pictures, streams, requests in CHOICES
    ]
    rows += _operations(graph, shape, arguments.rounds)
    write(f"micro-batches-{arguments.model}", rows, unit="seconds", rounds=arguments.rounds)


def _batch(graph: bytes, shape: tuple[int, ...], pictures: int, streams: int, requests: int) -> Callable[[], None]:
    """Answers for all pictures, whose pixels lie in the requests already."""
    queue = openvino.AsyncInferQueue(_compiled(graph, (pictures, *shape), NUM_STREAMS=streams), requests)
    for request in queue:
        request.input_tensors[0].data[...] = 0.5

    def run() -> None:
        for _ in range(PICTURES // pictures):
            queue.start_async()
        queue.wait_all()

    return run


def _operations(graph: bytes, shape: tuple[int, ...], rounds: int) -> list[dict[str, object]]:
    """Milliseconds of each kind of operation in one request of four pictures."""
    request = _compiled(graph, (4, *shape), NUM_STREAMS=1, PERF_COUNT=True).create_infer_request()
    request.input_tensors[0].data[...] = 0.5
    times = defaultdict(list)
    for _ in range(rounds + 1):
        request.infer()
        total: dict[str, float] = defaultdict(float)
        for node in request.profiling_info:
            total[node.exec_type] += node.real_time.total_seconds()
        for kind, seconds in total.items():
            times[kind].append(seconds)
    kinds = sorted(((median(seconds[1:]), kind) for kind, seconds in times.items()), reverse=True)
    whole = sum(seconds for seconds, _ in kinds)
    return [
        {"what": kind, "seconds": round(seconds, 5), "share": round(seconds / whole, 3)}
        for seconds, kind in kinds
        if seconds > whole / 100
    ]


def _compiled(graph: bytes, shape: tuple[int, ...], **settings: object) -> openvino.CompiledModel:
    core = openvino.Core()
    model = core.read_model(graph)
    model.reshape({0: list(shape)})
    return core.compile_model(model, "CPU", SETTINGS | settings)


if __name__ == "__main__":
    main()
