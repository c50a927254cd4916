"""What a process of ``compare_speed`` does: measure one way to compute one network, and print it as JSON."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..catalog import variant
from ..errors import ArgumentError
from .speed import Speed, speed_of

if TYPE_CHECKING:
    from .runners import TensorSpec

_PIECES = 4  # pictures by which activations are calibrated


def main() -> None:
    """Answer the task in the first argument of the command line by one line on the standard output."""
    task = json.loads(sys.argv[1])
    try:
        speed = _of_runner(task) if task["runtime"] else _of_keras(task)
        answer: dict[str, Any] = speed._asdict()
    except Exception as problem:  # whatever a framework raises is why there is no figure
        lines = str(problem).strip().splitlines()
        answer = {"error": lines[0] if lines else type(problem).__name__}
    print(json.dumps(answer), flush=True)  # noqa: T201 - the process that asked reads it


def _of_keras(task: dict[str, Any]) -> Speed:
    """The faster of Keras' two ways."""
    from .. import _keras
    from ..architectures import get_model

    model, batch = get_model(task["model"], weights=None), task["batch"]
    _keras.pin_openvino_precision()  # figures of different precisions would say nothing
    pictures = _numbers((batch, *model.input_shape[1:]), "float32")
    speeds = [
        speed_of(model.predict_on_batch, pictures, task["seconds"]),
        speed_of(lambda x: model.predict(x, batch_size=batch, verbose=0), pictures, task["seconds"]),
    ]
    return Speed(min(speed.latency for speed in speeds), max(speed.throughput for speed in speeds))


def _of_runner(task: dict[str, Any]) -> Speed:
    from .runners import open_runner

    graph, side = _graph(task)
    precision, runtime = task["precision"], task["runtime"]
    if precision != "int8":
        runner = open_runner(graph, runtime=runtime, precision=precision)
    else:
        from .quantization import to_integers

        specs = open_runner(graph).inputs
        if len(specs) > 1:
            raise ArgumentError(f"precision='int8' needs a network with one input; this one has {len(specs)}.")
        pictures = _numbers(_shape(_PIECES, specs[0], side), specs[0].dtype)
        runner = open_runner(to_integers(graph.read_bytes(), list(pictures)), runtime=runtime)
    arrays = [_numbers(_shape(task["batch"], spec, side), spec.dtype) for spec in runner.inputs]
    return speed_of(runner, arrays, task["seconds"])


def _graph(task: dict[str, Any]) -> tuple[Path, int]:
    """The file of the network as a graph, written once for all processes; and the side of its pictures."""
    if task["is_file"]:
        from .loading import load

        known = load(task["model"]).preparation
        return Path(task["model"]), max(known.size) if known else 224
    file = Path(task["folder"], "graph.onnx")
    if not file.exists():
        from ..architectures import get_model
        from .graph import to_onnx

        file.write_bytes(to_onnx(get_model(task["model"], weights=None)).SerializeToString())
    return file, variant(task["model"]).size


def _shape(count: int, spec: "TensorSpec", side: int) -> tuple[int, ...]:
    return (count, *(side if length is None else length for length in spec.shape[1:]))


def _numbers(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    generator = np.random.default_rng(0)
    if dtype == "uint8":
        return generator.integers(0, 256, shape, np.uint8)
    if np.issubdtype(dtype, np.floating):
        return generator.random(shape, np.float32)
    return np.zeros(shape, dtype)  # the row that every Embedding has


if __name__ == "__main__":
    main()
