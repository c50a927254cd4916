"""The options of the commands that can write many pictures' answers into a folder, and what they say of it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from .pictures import tell_skipped

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILES = """With --out FOLDER, each IMAGE may stand for any number of pictures: also a list of them (.txt, a path a line;
.csv or .parquet, a column `path`), a table that holds them (.parquet, a column `bytes` or `image`), or a URI of all
these, such as s3://bucket/pets. The folder gets part-*.parquet, with a row for each picture, and failures-*.parquet,
which says why others cannot be used; the exit status is 1 only if none can. After an interruption the same command goes
on. --engine ray does the same on all machines of a Ray cluster that see the folder. With --json, {"folder", "pictures",
"rows", "failures", "shards", "computed" (of these, by this call), "seconds"} are printed. This needs pip install
"amalthea[parquet]", or "amalthea[ray]"."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """How a folder is to be filled.

    Attributes:
        engine: see ``amalthea.distribute``, like all that follows.
        address: of a cluster.
        workers: how many.
        threads: of each.
        shard_size: pictures of a shard.
    """

    engine: str | None
    address: str | None
    workers: int | None
    threads: int | None
    shard_size: int | None

    def arguments(self) -> dict[str, Any]:
        """Those of ``amalthea.distribute`` that were given."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def refuse(self) -> None:
        """Refuse them where no folder is to be filled."""
        if given := [f"--{name.replace('_', '-')}" for name in self.arguments()]:
            raise click.UsageError(f"{', '.join(given)}: goes with --out FOLDER.")


def engine_options(command: _Command) -> _Command:
    """Give a command the options that ``Engine`` holds."""
    for option in reversed(
        (
            click.option(
                "--engine",
                type=click.Choice(["local", "ray"]),
                help="With --out FOLDER, what computes: this process, or workers on a Ray cluster.  [default: local]",
            ),
            click.option(
                "--address", metavar="HOST:PORT", help="Of the Ray cluster; without it, Ray is started on this machine."
            ),
            click.option("--workers", type=click.IntRange(min=1), help="Of Ray; without it, as many as find a place."),
            click.option(
                "--threads",
                type=click.IntRange(min=1),
                help="Processors that a worker uses; without it one on Ray, and all for the local engine.",
            ),
            click.option(
                "--shard-size",
                type=click.IntRange(min=1),
                help="Pictures of a shard, with a file each.  [default: 1024]",
            ),
        )
    ):
        command = option(command)
    return command


def fill_folder(data: tuple[str, ...], out: Path, engine: Engine, as_json: bool, **asked: Any) -> None:
    """Let a network answer pictures into a folder, and say what came of it.

    Args:
        data: names the pictures.
        out: the folder.
        engine: that fills it.
        as_json: whether to print the summary as JSON.
        asked: of the pictures; see ``amalthea.distribute``.
    """
    from .distribution import distribute

    try:
        done = distribute(data, out=out, **engine.arguments(), **asked)
    except KeyboardInterrupt:
        click.echo("Stopped. Finished shards are kept: the same command goes on from there.", err=True)
        raise
    if as_json:
        click.echo(json.dumps(asdict(done) | {"folder": str(done.folder)}, indent=2))
    else:
        counted = "1 picture" if done.rows == 1 else f"{done.rows:,} pictures"
        before = f", of which {done.shards - done.computed} were finished before" if done.computed < done.shards else ""
        shards = "1 shard" if done.shards == 1 else f"{done.shards:,} shards"
        click.echo(f"Written: {out}, {counted} in {shards}{before}, {done.seconds:.1f} s")
    tell_skipped(data)
    if done.failures:
        said = f"{done.failures:,} of {done.pictures:,} pictures cannot be used: {out / 'failures-*.parquet'} say why."
        click.echo(f"Warning: {said}", err=True)
    if not done.rows:
        raise SystemExit(1)
