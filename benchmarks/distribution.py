"""The engine "ray" against the engine "local": what a worker costs beyond one process, and what a second one adds.

Each run begins with an empty folder and ends with all shards written. Its pace is taken between the ends of shards, the
first and the last of each worker not counted: from when all of them compute until the first has nothing to do any more.
So what comes before is stated for itself: Ray, and the network that is opened. What the processors themselves allow,
"local, 2 processes" shows: two runs of half of the pictures each that know nothing of each other.
``python -m benchmarks.distribution``, on a machine with two processors or more that does nothing else.
"""

import argparse
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import amalthea
from amalthea.apps.distribution import layout
from benchmarks.distribution_ray import beside_workers
from benchmarks.measure import median_ratio, summary, write
from benchmarks.pets import DATA, make_pictures

SHARD = 128  # pictures; far fewer than usual, so that a run has many shards
NETWORKS: dict[str, dict[str, object]] = {
    "EfficientNetLite0": {"model": "EfficientNetLite0"},
    "MobileNet 0.25": {
        "model": "MobileNet",
        "alpha": 0.25,
        "weights": str(DATA / "weights" / "mobilenet_2_5_224_tf.h5"),
    },
}
TASKS: dict[str, dict[str, object]] = {
    "predict": {},
    "predict, all scores": {"scores": True},
    "features": {"task": "features"},
}

Row = dict[str, object]


class Contender(NamedTuple):
    """Who computes a run; several workers of the engine "local" are as many runs, each of its part of the pictures."""

    engine: str
    workers: int
    threads: int


class Run(NamedTuple):
    """Seconds of a run: for 1000 pictures, and until the first shard was begun; processors that Ray took for itself."""

    pace: float
    start: float
    beside: float | None = None


CONTENDERS = {
    "local": Contender("local", 1, 1),
    "local, 2 processes": Contender("local", 2, 1),
    "ray": Contender("ray", 1, 1),
    "ray, 2 workers": Contender("ray", 2, 1),
    "local, 2 threads": Contender("local", 1, 2),
    "ray, 2 threads": Contender("ray", 1, 2),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=("speed", "sizes"), default=["speed", "sizes"])
    parser.add_argument("--models", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--pictures", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        pictures = make_pictures(Path(folder, "pictures"), options.pictures) / "train"
        data, out = sorted(pictures.rglob("*.jpg")), Path(folder, "answers")
        facts = {"pictures": options.pictures, "shard": SHARD, "bytes of a picture": mean_size(data)}
        if "speed" in options.parts:
            rows = [speed(name, partial(run, data, out, NETWORKS[name]), options.rounds) for name in options.models]
            write("distribution-speed", rows, unit="seconds, for 1000 pictures", rounds=options.rounds, **facts)
        if "sizes" in options.parts:
            rows = [sizes(task, pictures, out, options.pictures) for task in TASKS]
            write("distribution-sizes", rows, unit="bytes on the disk for a picture", **facts)


def speed(name: str, computed: Callable[[Contender], Run], rounds: int) -> Row:
    """Paces, what Ray adds to them, and how they fall with a second worker, and with a second process by itself."""
    runs: dict[str, list[Run]] = {who: [] for who in CONTENDERS}
    for _ in range(rounds):
        for who, contender in CONTENDERS.items():
            runs[who].append(computed(contender))
    paces = {who: [each.pace for each in told] for who, told in runs.items()}
    beside = [each.beside for each in runs["ray, 2 workers"] if each.beside is not None]
    return {
        "model": name,
        **{who: summary(seconds) for who, seconds in paces.items()},
        "ray / local": median_ratio(paces["ray"], paces["local"]),
        "ray / local, 2 threads": median_ratio(paces["ray, 2 threads"], paces["local, 2 threads"]),
        "ray / ray, 2 workers": median_ratio(paces["ray"], paces["ray, 2 workers"]),
        "local / local, 2 processes": median_ratio(paces["local"], paces["local, 2 processes"]),
        "before the first shard, local": summary([each.start for each in runs["local"]]),
        "before the first shard, ray": summary([each.start for each in runs["ray"]]),
        "processors beside 2 workers": round(median(beside), 3) if beside else None,
    }


def run(data: Sequence[Path], out: Path, network: dict[str, object], contender: Contender) -> Run:
    """A run from nothing to all rows."""
    shutil.rmtree(out, ignore_errors=True)
    engine, workers, threads = contender
    if engine == "local" and workers > 1:
        return apart(data, out, network, contender)
    shards = -(-len(data) // SHARD)
    given = {"workers": workers} if engine == "ray" else {}
    began = time.time()  # as files are stamped
    with beside_workers(out, workers, shards) if engine == "ray" else nullcontext([]) as beside:
        done = amalthea.distribute(data, out=out, engine=engine, threads=threads, shard_size=SHARD, **given, **network)
    assert (done.failures, done.shards) == (0, shards)
    ends = sorted(file.stat().st_mtime for file in layout.records(out).iterdir())
    counted = SHARD * (shards + 1 - 2 * workers)
    a_picture = (ends[-workers] - ends[workers - 1]) / counted
    return Run(1000 * a_picture, ends[0] - began - SHARD * a_picture * workers, *beside)


def apart(data: Sequence[Path], out: Path, network: dict[str, object], contender: Contender) -> Run:
    """Processes that know nothing of each other, begun together: their paces are added."""
    out.mkdir()
    number, alone = contender.workers, contender._replace(workers=1)
    with ProcessPoolExecutor(number, multiprocessing.get_context("spawn")) as processes:
        parts = [processes.submit(run, data[part::number], out / str(part), network, alone) for part in range(number)]
        runs = [part.result() for part in parts]
    return Run(1 / sum(1 / each.pace for each in runs), max(each.start for each in runs))


def sizes(task: str, data: Path, out: Path, pictures: int) -> Row:
    """What is written for a picture."""
    shutil.rmtree(out, ignore_errors=True)
    amalthea.distribute(data, out=out, **TASKS[task])
    return {
        "task": task,
        "answers": sum(file.stat().st_size for file in out.glob("part-*")) / pictures,
        "plan": sum(file.stat().st_size for file in layout.pictures(out).iterdir()) / pictures,
    }


def mean_size(files: Iterable[Path]) -> int:
    """Bytes of a file."""
    found = [file.stat().st_size for file in files]
    return round(sum(found) / len(found))


if __name__ == "__main__":
    main()
