"""The command line as its own process, and what it leaves in the folder of a run."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import pyarrow as pa
from pyarrow import parquet

from amalthea.apps.distribution import layout

PATIENCE = 120.0  # seconds


def amalthea(*arguments, environment):
    """The command, when it has ended."""
    with running(*arguments, environment=environment) as process:
        told = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(process.args, process.returncode, *told)


@contextmanager
def running(*arguments, environment):
    """The command while it works; killed with the block."""
    command = [sys.executable, "-m", "amalthea", *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=PATIENCE)


def table(folder, kind):
    """The rows of all shards, one shard after another: kind is "rows" or "failures"."""
    place = folder / "_failures" if kind == "failures" else folder
    return pa.concat_tables([parquet.read_table(file) for file in sorted(place.glob("part-*.parquet"))])


def assert_same_answers(folder, expected, shards):
    """Row for row, bit for bit; and every shard has its record."""
    for kind in ("rows", "failures"):
        assert table(folder, kind).equals(table(expected, kind)), kind
    assert sorted(records(folder)) == [f"{shard:05}.json" for shard in range(shards)]
    assert [*folder.rglob(".*"), *folder.rglob("writing")] == [], "left by killed writers"


def records(folder):
    return {path.name: json.loads(path.read_bytes()) for path in layout.records(folder).glob("*.json")}


def finished_files(folder):
    """When the files of the finished shards were written, and which they are on the disk."""
    files = [folder / name for record in records(folder).values() for name in record["files"]]
    files += layout.records(folder).glob("*.json")
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


def wait_for(pattern, count, folder, process):
    """Until there are so many such files, while the process writes others."""
    deadline = time.monotonic() + PATIENCE
    while len(list(folder.glob(pattern))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
