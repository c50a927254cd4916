"""Side by side, in turn, median of several: how every benchmark here measures and what it writes down."""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).with_name("results")
PACKAGES = (
    *("amalthea", "keras", "tensorflow-cpu", "torch", "torchvision", "timm", "jax", "openvino", "onnx", "onnxruntime"),
    *(
        "nncf",
        "numpy",
        "opencv-python-headless",
        "keras-preprocessing",
        "starlette",
        "uvicorn",
        "fastapi",
        "pyarrow",
        "ray",
    ),
)


def in_turn(
    contenders: dict[str, Callable[[], object]], rounds: int, before: Callable[[], object] = lambda: None
) -> dict[str, list[float]]:
    """Seconds of each call: one uncounted round, then A B A B …, so that a drifting machine drifts for all alike.

    ``before`` is called each time and not counted, such as to remove what the call before has left.
    """
    for call in contenders.values():
        before()
        call()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            before()
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def measure_models(
    name: str,
    description: str,
    row: Callable[[str, int], dict[str, object]],
    rounds: int,
    without: tuple[str, ...] = (),
) -> None:
    """The command of a benchmark that measures each network of the collection on the backend of KERAS_BACKEND."""
    import keras  # here, because the benchmark of starting must not

    from amalthea.catalog import list_models

    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--models", default="*", help="pattern of names")
    parser.add_argument("--rounds", type=int, default=rounds)
    options = parser.parse_args()
    rows = []
    for model in list_models(options.models):
        if model not in without:
            rows.append(row(model, options.rounds))
            print(json.dumps(rows[-1]), flush=True)  # as soon as it is known: the whole takes minutes
    write(f"{name}-{keras.config.backend()}", rows, unit="seconds", rounds=options.rounds)


def summary(seconds: list[float]) -> dict[str, float]:
    """Minimum, median and maximum, in seconds."""
    low, middle, high = min(seconds), median(seconds), max(seconds)
    return {"min": round(low, 5), "median": round(middle, 5), "max": round(high, 5)}


def rate(call: Callable[[], object], pictures: int, least: float) -> float:
    """Pictures a second of calls that take as many pictures each, for at least so many seconds."""
    calls, start = 0, time.perf_counter()
    while True:
        call()
        calls += 1
        if (elapsed := time.perf_counter() - start) >= least:
            return calls * pictures / elapsed


def median_ratio(slow: list[float], fast: list[float]) -> float:
    """How many times as long ``slow`` takes, by the median over the rounds' own ratios."""
    return round(median(a / b for a, b in zip(slow, fast, strict=True)), 2)


def write(name: str, rows: list[dict[str, object]], printed: bool = True, **facts: object) -> None:
    """Print the rows, and keep them with machine, versions, date and command."""
    for row in rows if printed else ():
        print(json.dumps(row), flush=True)
    report = {
        "command": "python -m " + " ".join([f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "versions": {package: _version(package) for package in PACKAGES if _version(package)},
        **facts,
        "rows": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _machine() -> dict[str, object]:
    import os

    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
