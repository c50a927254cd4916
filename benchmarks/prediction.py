"""Images a second over the collection: ``amalthea.predictor`` against Keras on each of its backends, ONNX Runtime, and
OpenVINO as its own ``benchmark_app`` drives it.

Each backend of Keras has a process, the runtimes share one; all take turns, picture for picture the same network with
the same weights. Of Keras, the faster of ``predict`` and ``predict_on_batch`` counts; on its OpenVINO backend in
float32, as everywhere. A turn lasts 0.3 seconds, or one call where that takes longer. The results of a model are
written as soon as they are known.

``--benchmark-app`` takes turns with the program itself, too, in processes of five seconds, which takes four minutes a
model: the fastest of its choices once more, as often as Amalthea.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from amalthea.catalog import list_models
from benchmarks import benchmark_app
from benchmarks.measure import RESULTS, write

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch", "openvino": "OpenVINO"}
TRAINING = ("tensorflow", "jax", "torch")
GIANTS = ("NASNetLarge", "InceptionResNetV2")
IN_INT8 = ("ResNet50", "VGG16", "MobileNetV2")
APP_ROUNDS = 3


class Contenders:
    """A process, and those who run in it."""

    def __init__(self, kind: str, backend: str, model: str, batch: int, folder: str) -> None:
        arguments = [kind, model, str(batch), folder, "int8" if model in IN_INT8 and find_spec("nncf") else ""]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.prediction_processes", *arguments],
            env=os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.facts = self._answer()
        self.names: list[str] = self.facts["contenders"]

    def turn(self, name: str) -> float:
        """Pictures a second."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(name) + "\n")
        self.process.stdin.flush()
        return float(self._answer())

    def turns(self, name: str, seconds: float) -> float:
        """The mean of turns that together last so long."""
        rates, start = [], time.perf_counter()
        while time.perf_counter() - start < seconds:
            rates.append(self.turn(name))
        return mean(rates)

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["*"], help="names or patterns")
    parser.add_argument("--batch", type=int, default=32, help="pictures; of the giants 8 at most")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the rows of other models that were measured before")
    parser.add_argument("--benchmark-app", action="store_true", help="measure OpenVINO's own program, too")
    options = parser.parse_args()
    names = [name for pattern in options.models for name in list_models(pattern)]
    rows = _earlier(names) if options.keep else []
    for name in names:
        batch = min(options.batch, 8) if name in GIANTS else options.batch
        rows.append(measure(name, batch, options.rounds, options.benchmark_app))
        print(json.dumps(rows[-1]), flush=True)
        _write(rows, options.rounds)
    if len(rows) > 1:
        print(json.dumps(over_all(rows)))


def measure(name: str, batch: int, rounds: int, with_app: bool) -> dict[str, object]:
    """A row of the table."""
    backends = [backend for backend in BACKENDS if find_spec(backend)]
    with TemporaryDirectory() as folder, ExitStack() as stack:

        def started(kind: str, backend: str) -> Contenders:
            contenders = Contenders(kind, backend, name, batch, folder)
            stack.callback(contenders.close)
            return contenders

        # One after another, so that none compiles while another is waited for.
        processes = {"": started("runtimes", "openvino")}
        processes |= {backend: started("keras", backend) for backend in backends}
        _check(Path(folder))
        facts = processes[""].facts
        turns = [(place, who) for place, process in processes.items() for who in process.names]
        for place, who in turns:
            processes[place].turn(who)  # uncounted
        rates = {turn: [] for turn in turns}
        for _ in range(rounds):
            for place, who in turns:
                rates[place, who].append(processes[place].turn(who))
        app = _against_app(processes[""], Path(folder, benchmark_app.GRAPH)) if with_app else {}
    return _row(name, batch, rates, facts, backends) | app


def _against_app(ours: Contenders, graph: Path) -> dict[str, object]:
    """Columns of what ``benchmark_app`` makes of the same graph."""
    row: dict[str, object] = {}
    for precision in benchmark_app.PRECISIONS:
        pictures, hint = benchmark_app.best(graph, precision)
        rates: dict[str, list[float]] = {"ours": [], "its": []}
        for _ in range(APP_ROUNDS):
            rates["ours"].append(ours.turns(precision, benchmark_app.SECONDS))
            rates["its"].append(benchmark_app.rate(graph, precision, pictures, hint))
        title = f"amalthea / benchmark_app, {precision}"
        row[f"benchmark_app, {precision}"] = round(median(rates["its"]), 1)
        row |= {title: _ratio(rates["ours"], rates["its"]), f"{title}: pictures, hint": f"{pictures}, {hint.lower()}"}
    return row


def _check(folder: Path) -> None:
    """All of them computed the same."""
    answers = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    right = answers.pop("amalthea-float32")
    spread = right.std()
    assert np.abs(right[0] - right[-1]).max() > spread / 100, "the weights are not alive"
    for who, answer in answers.items():
        difference = np.abs(answer - right).max() / spread
        assert difference < (1 if "bfloat16" in who else 1e-3), f"{who} differs by {difference:.2g} of the deviation"


def _row(
    name: str, batch: int, rates: dict[tuple[str, str], list[float]], facts: dict[str, Any], backends: list[str]
) -> dict[str, object]:
    middle = {turn: median(values) for turn, values in rates.items()}
    faster = {
        backend: max((turn for turn in rates if turn[0] == backend), key=lambda turn: middle[turn])
        for backend in backends
    }
    trained = [faster[backend] for backend in TRAINING if backend in faster]
    ours = ("", "float32")
    row: dict[str, object] = {"model": name, "batch": batch, "amalthea": round(middle[ours], 1)}
    row |= {f"Keras on {BACKENDS[backend]}": round(middle[turn], 1) for backend, turn in faster.items()}
    row["ONNX Runtime"] = round(middle["", "ONNX Runtime"], 1)
    if trained:
        best = max(trained, key=lambda turn: middle[turn])
        row["amalthea / best of TensorFlow, JAX, torch"] = _ratio(rates[ours], rates[best])
    if "openvino" in faster:
        row["amalthea / Keras on OpenVINO"] = _ratio(rates[ours], rates[faster["openvino"]])
    for precision in benchmark_app.PRECISIONS:
        title = f"amalthea / best of OpenVINO, {precision}"
        row[title] = _ratio(rates["", precision], rates["", f"OpenVINO, {precision}"])
        row[f"{title}: pictures, hint"] = facts[f"best of OpenVINO, {precision}"]
    for precision in ("bfloat16", "int8"):
        if ("", precision) in rates:
            row[f"{precision} / float32"] = _ratio(rates["", precision], rates[ours])
    operations = middle[ours] * 2 * facts["multiply_adds"]
    for limit, value in facts["limits"].items():
        row[f"share of {limit}"] = round(operations / value, 2)
    row["share of float32 limit"] = round(operations / max(facts["limits"].values()), 2)
    return row


def over_all(rows: list[dict[str, Any]]) -> dict[str, object]:
    """Median and minimum of each ratio."""
    values: dict[str, list[float]] = {}
    for row in rows:
        for title, value in row.items():
            if "/" in title and isinstance(value, float):
                values.setdefault(title, []).append(value)
    return {title: {"median": round(median(found), 2), "min": min(found)} for title, found in values.items()}


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median over the rounds' own."""
    return round(median(a / b for a, b in zip(ours, theirs, strict=True)), 2)


def _earlier(names: list[str]) -> list[dict[str, object]]:
    file = RESULTS / "prediction.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
    return [row for row in rows if row["model"] not in names and row["model"] != "all"]


def _write(rows: list[dict[str, object]], rounds: int) -> None:
    order = {name: number for number, name in enumerate(list_models())}
    ordered = sorted(rows, key=lambda row: order[str(row["model"])])
    write("prediction", ordered, printed=False, unit="images a second", rounds=rounds, over_all=over_all(ordered))


if __name__ == "__main__":
    main()
