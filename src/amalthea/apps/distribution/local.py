"""The engine of one machine: this process, shard by shard."""

import os
from collections.abc import Generator, Sequence

from .computing import ShardWorker
from .plan import Plan
from .writing import Record


def run(plan: Plan, shards: Sequence[int], *, threads: int | None = None) -> Generator[Record]:
    """Compute shards and write them, one after another.

    Args:
        plan: of the run.
        shards: numbers of those that are not finished.
        threads: how many processors compute; None takes all.

    Yields:
        The record of each, as soon as it is finished.

    Raises:
        StorageError: a shard cannot be written. Those before are finished.
    """
    if not shards:
        return
    worker = ShardWorker(plan.folder, threads or os.cpu_count() or 1)
    for shard in shards:
        yield worker.finish(shard)
