"""OpenVINO's ``benchmark_app`` itself, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

CHOICES = [(pictures, hint) for pictures in (1, 4, 32) for hint in ("THROUGHPUT", "LATENCY")]
PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}
GRAPH = "graph.onnx"  # file that it is to run
SECONDS = 5  # of a measurement
LONGEST = 120  # seconds of a process, in which the largest network is read and compiled
COMMAND = (sys.executable, "-c", "from openvino.tools.benchmark.main import main; main()")  # as its script has it


def rate(graph: Path, precision: str, pictures: int, hint: str) -> float:
    """Pictures a second of a graph that takes pictures of one size, its channels last.

    Raises:
        subprocess.CalledProcessError, subprocess.TimeoutExpired: it failed, or did not end.
    """
    with TemporaryDirectory() as folder:
        options = {
            "-m": graph,
            "-t": SECONDS,
            "-b": pictures,
            "-layout": "[NHWC]",
            "-hint": hint.lower(),
            "-infer_precision": PRECISIONS[precision],
            "-report_type": "no_counters",
            "-json_stats": True,
            "-report_folder": folder,
        }
        words = [str(word) for option in options.items() for word in option]
        subprocess.run([*COMMAND, *words], check=True, stdout=subprocess.DEVNULL, timeout=LONGEST)
        report = json.loads(Path(folder, "benchmark_report.json").read_text(encoding="utf-8"))
    return float(report["execution_results"]["throughput"])


def best(graph: Path, precision: str) -> tuple[int, str]:
    """Pictures a request and hint with which it is fastest."""
    return max(CHOICES, key=lambda choice: rate(graph, precision, *choice))
