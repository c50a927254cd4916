"""The engine "ray": Ray Data over the shards that are open, a pool of workers that finish them.

What travels are numbers of shards on the way out, and records on the way back. A worker reads its pictures and writes
its files by itself. Where a machine dies, Ray lets another one compute the shard once more; the files are the same.
"""

import logging
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import ray
import ray.data
from ray.exceptions import RayError

from ...errors import AmaltheaError, warn
from .plan import Plan
from .ray_cluster import cluster
from .ray_worker import Orders, Worker, orders, record_of
from .wording import AskedError
from .writing import Record

# What Ray Data does otherwise: bars, a table of what it will do, and giving up a shard that takes half an hour.
_SETTINGS = {"enable_progress_bars": False, "print_on_execution_start": False, "execution_no_progress_timeout_s": -1}

_MANY = 4  # shards for each worker

_log = logging.getLogger(__name__)


def run(
    plan: Plan, shards: Sequence[int], *, workers: int | None, threads: int | None, address: str | None
) -> Iterator[Record]:
    """Let the workers of a Ray cluster finish shards.

    Args:
        plan: of the run, whose folder all machines of the cluster share.
        shards: the numbers of those that are open.
        workers: how many; None for as many as there are processors for.
        threads: of each worker, which are as many processors to Ray; None for one.
        address: as for ``cluster``: ``"host:port"``, ``"auto"``, or None to start Ray on this machine.

    Yields:
        The record of each shard as soon as it is finished, in no order.

    Raises:
        ArgumentError: the cluster cannot be joined or has no room for a worker, or a machine has other versions or does
            not see the pictures.
        StorageError: a machine cannot write into the folder.
        AmaltheaError: Ray gave up.
    """
    if not shards:
        return
    each = threads or 1
    processors = max(os.cpu_count() or 1, each) if workers is None else workers * each
    with cluster(address, processors), _settings():
        pool = min(_pool(workers, each), len(shards))
        several = len(ray.nodes()) > 1
        _log.info("Ray computes with %d workers of %d threads", pool, each)
        try:
            with closing(_answers(orders(plan, each), shards, pool)) as rows:
                for row in rows:
                    yield record_of(row, several)
        except RayError as problem:
            raise AmaltheaError(_explained(problem)) from problem


def _answers(told: Orders, shards: Sequence[int], pool: int) -> Generator[dict[str, Any]]:
    """A row for each shard: one is one block and one task, so that what is lost is never more.

    Ray Data looks for finished tasks every tenth of a second: workers have another shard at hand meanwhile. Of few
    shards, a worker that starts early would keep one that another could compute.
    """
    at_hand = 2 if len(shards) >= _MANY * pool else 1
    numbers = ray.data.from_items([{"shard": shard} for shard in shards], override_num_blocks=len(shards))
    answers = numbers.map_batches(
        Worker,
        fn_constructor_args=(told,),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=pool, max_tasks_in_flight_per_actor=at_hand),
        num_cpus=told.threads,
    )
    yield from answers.iter_rows()


def _pool(workers: int | None, threads: int) -> int:
    """How many workers there shall be; without a number, as many as the cluster has processors for.

    Raises:
        ArgumentError: none, for no machine is large enough.
    """
    nodes = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    places = sum(processors // threads for processors in nodes)
    if places:
        return workers or places
    small = f"No machine of the cluster has {threads} processors for a worker; the largest has {max(nodes, default=0)}."
    if workers is None:
        raise AskedError(
            lambda words: (
                f"{small} Give fewer {words.name('threads')}; or {words.name('workers')}, to wait for a machine that "
                "joins."
            )
        )
    # As Ray's own programs do: a cluster may grow when it is asked to, and from no machine at all.
    warn(f"{small} Waiting for one that joins; Ctrl-C ends that.")
    return workers


def _explained(problem: RayError) -> str:
    """What to do about what Ray says."""
    said = str(problem)
    if "No module named 'amalthea" in said:
        return (
            "A machine of the cluster has no Amalthea, or an older one. Install the same on all machines: "
            'pip install "amalthea[ray]"'
        )
    return (
        f"Ray gave up: {said.strip().splitlines()[-1]} What is finished is kept, and the same command goes on from "
        "there."
    )


@contextmanager
def _settings() -> Iterator[None]:
    """Ray Data's own settings, which a script that calls this may have set for itself, within the block."""
    context = ray.data.DataContext.get_current()
    before = {name: getattr(context, name) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        setattr(context, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)
