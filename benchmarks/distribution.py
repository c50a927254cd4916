"""The engine "ray" against the engine "local": what a worker costs beyond one process, and what a second one adds.

Each run begins with an empty folder and ends with all shards written. Its pace is taken between the ends of shards, the
first of each worker not counted, so that what comes before is stated for itself: Ray, and the network that is opened.
``python -m benchmarks.distribution``, on a machine with two processors or more that does nothing else.
"""

import argparse
import shutil
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import amalthea
from amalthea.apps.distribution import layout
from benchmarks.measure import median_ratio, summary, write
from benchmarks.pets import DATA, make_pictures

SHARD = 64  # pictures; far fewer than usual, so that a run has many shards
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
    """Who computes a run."""

    engine: str
    workers: int
    threads: int


class Run(NamedTuple):
    """Seconds of a run: for 1000 pictures, and until the first shard was begun."""

    pace: float
    start: float


CONTENDERS = {
    "local": Contender("local", 1, 1),
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
        data, out = make_pictures(Path(folder, "pictures"), options.pictures) / "train", Path(folder, "answers")
        facts = {"pictures": options.pictures, "shard": SHARD, "bytes of a picture": mean_size(data.rglob("*.jpg"))}
        if "speed" in options.parts:
            rows = [speed(name, partial(run, data, out, NETWORKS[name]), options.rounds) for name in options.models]
            write("distribution-speed", rows, unit="seconds, for 1000 pictures", rounds=options.rounds, **facts)
        if "sizes" in options.parts:
            rows = [sizes(task, data, out, options.pictures) for task in TASKS]
            write("distribution-sizes", rows, unit="bytes on the disk for a picture", **facts)


def speed(name: str, computed: Callable[[Contender], Run], rounds: int) -> Row:
    """Paces, what Ray adds to them, and how they fall with a second worker."""
    runs: dict[str, list[Run]] = {who: [] for who in CONTENDERS}
    for _ in range(rounds):
        for who, contender in CONTENDERS.items():
            runs[who].append(computed(contender))
    paces = {who: [each.pace for each in told] for who, told in runs.items()}
    return {
        "model": name,
        **{who: summary(seconds) for who, seconds in paces.items()},
        "ray / local": median_ratio(paces["ray"], paces["local"]),
        "ray / local, 2 threads": median_ratio(paces["ray, 2 threads"], paces["local, 2 threads"]),
        "ray / ray, 2 workers": median_ratio(paces["ray"], paces["ray, 2 workers"]),
        "before the first shard, local": summary([each.start for each in runs["local"]]),
        "before the first shard, ray": summary([each.start for each in runs["ray"]]),
    }


def run(data: Path, out: Path, network: dict[str, object], contender: Contender) -> Run:
    """A run from nothing to all rows."""
    shutil.rmtree(out, ignore_errors=True)
    engine, workers, threads = contender
    given = {"workers": workers} if engine == "ray" else {}
    began = time.time()  # as files are stamped
    done = amalthea.distribute(data, out=out, engine=engine, threads=threads, shard_size=SHARD, **given, **network)
    assert not done.failures
    ends = sorted(file.stat().st_mtime for file in layout.records(out).iterdir())
    counted = done.pictures - SHARD * workers
    a_picture = (ends[-1] - ends[workers - 1]) / counted
    return Run(1000 * a_picture, ends[0] - began - SHARD * a_picture * workers)


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
