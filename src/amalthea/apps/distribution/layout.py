"""Where everything is in the folder of a run: rows at its top, all else where readers of tables do not look.

pandas, pyarrow and Spark read a folder as a whole, without what begins with ``_`` or ``.``; others are given a pattern,
which is ``*.parquet``. So nothing that ends like that is at the top but rows, also while it is being written.
"""

from pathlib import Path

LOCK = "_running.lock"
PLANNING = "_planning"  # an empty file that is there before all else: by it, what else is there is known as ours
RUN = "_run"


def part(shard: int) -> str:
    """The file with the rows of a shard, within the folder."""
    return f"part-{shard:05}.parquet"


def failures(shard: int) -> str:
    """The file with those of its pictures that cannot be used, within the folder."""
    return f"_failures/part-{shard:05}.parquet"


def records(folder: Path) -> Path:
    """The folder of the records of finished shards."""
    return folder / RUN / "done"


def record(folder: Path, shard: int) -> Path:
    """The record of a shard."""
    return records(folder) / f"{shard:05}.json"


def manifest(folder: Path) -> Path:
    """The file that describes the run; it is written when all else is planned."""
    return folder / RUN / "manifest.json"


def network(folder: Path) -> Path:
    """The file of the network."""
    return folder / RUN / "network.onnx"


def pictures(folder: Path) -> Path:
    """The folder of the lists of pictures."""
    return folder / RUN / "pictures"


def unfinished(folder: Path) -> Path:
    """The folder of files on their way to the top."""
    return folder / RUN / "writing"
