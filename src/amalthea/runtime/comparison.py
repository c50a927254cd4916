"""One network on every way to compute it that is installed here, each in a process of its own.

Keras has one backend for the life of a process; and what one framework does to threads and memory, or its end by a
crash, must not touch the figures of another.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .. import BACKENDS
from ..storage import room
from .one_file import is_one_file
from .other_files import named_variant

_TITLES = {"tensorflow": "TensorFlow", "torch": "torch", "jax": "JAX", "openvino": "OpenVINO"}
_PATIENCE = 900  # seconds for starting, compiling and the slowest networks' few calls, also on a busy machine


@dataclass(frozen=True, slots=True)
class Way:
    """A way to compute a network.

    Attributes:
        name: for people, such as "Keras on JAX".
        precision: of what it computes with: "float32", "bfloat16" or "int8".
        backend: of Keras; "" where a runtime computes the graph.
        runtime: "openvino" or "onnxruntime"; "" where Keras computes.
    """

    name: str
    precision: str = "float32"
    backend: str = ""
    runtime: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How fast one way was.

    Attributes:
        model: name in the catalogue, or of the file.
        runtime: as ``Way.name``.
        precision: as ``Way.precision``.
        latency: seconds for one picture; None where there is no figure.
        throughput: pictures a second, in batches; None where there is no figure.
        error: why there is none.
    """

    model: str
    runtime: str
    precision: str
    latency: float | None = None
    throughput: float | None = None
    error: str | None = None


def installed_ways(model: str | os.PathLike[str], int8: bool = False) -> tuple[Way, ...]:
    """Those of which everything is installed, Keras' backends first.

    Args:
        model: as for ``compare_speed``.
        int8: whether to try this precision as well, for which a network must be quantised first.
    """
    backends = () if is_one_file(model) else BACKENDS  # Keras opens no ONNX files
    keras = [Way(f"Keras on {_TITLES[backend]}", backend=backend) for backend in backends if find_spec(backend)]
    others = [Way("ONNX Runtime", runtime="onnxruntime")] if find_spec("onnxruntime") else []
    precisions = ("float32", "bfloat16", "int8")[: 3 if int8 else 2]
    ours = [Way("OpenVINO", precision, runtime="openvino") for precision in precisions]
    return (*keras, *others, *ours)


def compare_speed(
    model: str | os.PathLike[str], *, batch: int = 32, seconds: float = 1.0, int8: bool = False
) -> Iterator[Measurement]:
    """Measure a network on every installed way to compute it, one after another.

    Networks of the catalogue have random weights, since a file would make none of it faster: nothing is downloaded. Of
    Keras, the faster of ``predict`` and ``predict_on_batch`` counts. Decoding and scaling of pictures is not part of
    the figures. What a way cannot do, its measurement says, and the others go on.

    Args:
        model: a name of the catalogue, or a file of ``amalthea.save``, without Keras then.
        batch: pictures at a time, for the throughput.
        seconds: about how long each figure is measured; at least three calls.
        int8: whether to quantise the network, by random pictures, for a row with this precision.

    Returns:
        One for each of ``installed_ways``, as soon as it is known.

    Raises:
        UnknownModelError: the catalogue has no such name.
        ArgumentError: a file of another kind, or ``AMALTHEA_CACHE_SIZE`` is no number of GiB.

    Example:
        >>> from amalthea import save
        >>> from amalthea.applications import MobileNet
        >>> save(MobileNet(alpha=0.25, weights=None, classes=2), "pets.onnx", classes=["cat", "dog"])
        >>> *_, last = compare_speed("pets.onnx", batch=2, seconds=0)
        >>> last.runtime
        'OpenVINO'
    """
    room()  # so that a setting that cannot be used is told once, not by each process
    name = os.fspath(model)
    is_file = is_one_file(model)
    title = Path(name).name if is_file else named_variant(name).name
    with TemporaryDirectory() as folder:
        task = {"model": name, "is_file": is_file, "batch": batch, "seconds": seconds, "folder": folder}
        for way in installed_ways(model, int8):
            yield _measured(title, way, task)


def _measured(model: str, way: Way, task: dict[str, Any]) -> Measurement:
    """Ask a new process."""
    # Where Keras only builds the network, its backend makes no difference; OpenVINO's starts soonest.
    environment = os.environ | {"KERAS_BACKEND": way.backend or "openvino"}
    task = task | {"precision": way.precision, "runtime": way.runtime}
    # -P: what lies in the current folder, such as a keras.py, is nothing that it should import.
    command = [sys.executable, "-P", "-m", f"{__package__}.speed_process", json.dumps(task)]
    try:
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_PATIENCE + 10 * task["seconds"]
        )
    except subprocess.TimeoutExpired as problem:
        return _failed(model, way, f"It took more than {problem.timeout:.0f} seconds.")
    # Frameworks may print what they like before it.
    answer = (result.stdout.splitlines() or [""])[-1]
    if result.returncode or not answer.startswith("{"):
        said = result.stderr.strip().splitlines()
        return _failed(model, way, f"Its process ended with status {result.returncode}: {said[-1] if said else ''}")
    return Measurement(model, way.name, way.precision, **json.loads(answer))


def _failed(model: str, way: Way, error: str) -> Measurement:
    return Measurement(model, way.name, way.precision, error=error)
