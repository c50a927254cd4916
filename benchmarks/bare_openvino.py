"""OpenVINO alone, as its own ``benchmark_app`` drives it: inputs are filled once, and no answer is looked at."""

import time
from typing import Any

import openvino

from benchmarks.benchmark_app import CHOICES, PRECISIONS


class Bare:
    """A graph under one choice of pictures a request and hint."""

    def __init__(self, graph: bytes, precision: str, pictures: int, hint: str) -> None:
        core = openvino.Core()
        model = core.read_model(graph)
        model.reshape({0: [pictures, *(side.get_length() for side in list(model.inputs[0].get_partial_shape())[1:])]})
        settings = {"INFERENCE_PRECISION_HINT": PRECISIONS[precision], "PERFORMANCE_HINT": hint}
        compiled = core.compile_model(model, "CPU", settings)
        self.pictures = pictures
        self.queue = openvino.AsyncInferQueue(compiled, compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        for request in self.queue:
            request.input_tensors[0].data[...] = 0.5

    def rate(self, seconds: float) -> float:
        """Pictures a second, while requests are started for so long."""
        requests, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            self.queue.start_async()
            requests += 1
        self.queue.wait_all()
        return requests * self.pictures / (time.perf_counter() - start)


def best(graph: bytes, precision: str, seconds: float) -> tuple[Bare, str]:
    """The fastest of all choices, each measured for so long, and its name."""
    rates: dict[tuple[int, str], float] = {}
    for choice in CHOICES:
        bare = Bare(graph, precision, *choice)
        bare.rate(seconds / 4)  # the first requests are slower
        rates[choice] = bare.rate(seconds)
    pictures, hint = max(rates, key=lambda choice: rates[choice])
    return Bare(graph, precision, pictures, hint), f"{pictures}, {hint.lower()}"


def single_request(graph: bytes) -> Any:
    """A request for one picture, compiled for a short answer in float32."""
    core = openvino.Core()
    model = core.read_model(graph)
    model.reshape({0: [1, *(side.get_length() for side in list(model.inputs[0].get_partial_shape())[1:])]})
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    return core.compile_model(model, "CPU", settings).create_infer_request()
