"""The options of the commands that can write many pictures' answers into a folder, and what they say of it."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from ..errors import ImageError, MissingFileError
from .distribution.locations import LISTS, is_uri
from .distribution.wording import NO_STORE, AskedError
from .option_groups import with_all
from .pictures import reason, tell_skipped

FILES = """With --out FOLDER, each IMAGE may stand for any number of pictures: also a list of them (.txt, a path a line;
.csv or .parquet, a column `path`), a table that holds them (.parquet, a column `bytes` or `image`), or a URI of all
these, such as s3://bucket/pets. The folder, which pandas.read_parquet reads, has a row for each picture; _failures in
it says why others cannot be used, and the exit status is 1 only if none can. After an interruption the same command
goes on. --engine ray does the same on all machines of a Ray cluster that see the folder. With --json, {"folder",
"pictures", "rows", "failures", "shards", "computed" (of these, by this call), "seconds"} are printed. This needs pip
install "amalthea[parquet]", or "amalthea[ray]"."""


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


engine_options = with_all(
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
)
"""Gives a command the options that ``Engine`` holds."""


class OnDisk(click.Path):
    """A path that is not the URI of an object storage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; a usage error for a URI."""
        if is_uri(str(value)):
            self.fail(f"{value} is a URI; {NO_STORE}", param, ctx)
        return super().convert(value, param, ctx)


def reason_or_option(path: str, error: Exception) -> str:
    """As ``reason``; of what is read with ``--out FOLDER`` alone, that it is.

    Args:
        path: as ``find_pictures`` left it, which takes a slash from a URI.
        error: that reading it raised.
    """
    is_list = Path(path).suffix.lower() in LISTS and (isinstance(error, ImageError) or Path(path).is_dir())
    if is_list:
        return f"{path} is no picture. Lists and tables of pictures are read with --out FOLDER, such as --out answers."
    store = re.match(r"(?!https?:)([a-z][a-z0-9+.-]+):/+(.*)", path, re.IGNORECASE)
    if store and isinstance(error, MissingFileError):
        slashes = "///" if store[1].lower() == "file" else "//"
        return f"{store[1]}:{slashes}{store[2]} is a URI. They are read with --out FOLDER, such as --out answers."
    return reason(path, error)


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
    except AskedError as problem:
        raise click.ClickException(problem.at_command_line) from problem
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
        counted = f"{done.failures:,} of {done.pictures:,} pictures"
        click.echo(f"Warning: {counted} cannot be used: the tables in {out / '_failures'} say why.", err=True)
    if not done.rows:
        raise SystemExit(1)
