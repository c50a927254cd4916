"""What the folder of a run holds; and runs in processes of their own, which end in whatever way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

# Before amalthea is used, so that what ends the process can be put in its way.
RUN = """
import os, signal, sys, json
from pathlib import Path
{trap}
import amalthea
done = amalthea.distribute({data!r}, **json.loads({arguments!r}))
print(done.computed)
"""


def parts(folder: Path) -> list[dict]:
    """All rows of all shards, in their order."""
    return [row for path in sorted(folder.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def failures(folder: Path) -> list[dict]:
    return [row for path in sorted(folder.glob("_failures/*.parquet")) for row in pq.read_table(path).to_pylist()]


def everything(folder: Path) -> dict[str, bytes]:
    """All files but the network, which holds the time when it was saved, by their paths within the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.name != "network.onnx"}


def started(data: Path, trap: str = "", **arguments) -> subprocess.Popen:
    """`amalthea.distribute` in another process, which runs some code before."""
    plain = {name: str(value) if isinstance(value, Path) else value for name, value in arguments.items()}
    code = RUN.format(trap=trap, data=str(data), arguments=json.dumps(plain))
    command = [sys.executable, "-c", code]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=os.environ, text=True, **pipes)


def ended(data: Path, trap: str = "", **arguments) -> subprocess.CompletedProcess[str]:
    """The same, waited for."""
    with started(data, trap, **arguments) as process:
        stdout, stderr = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
