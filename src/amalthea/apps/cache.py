"""``amalthea cache``: what is kept, how large it is, and away with it."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .tables import print_table

if TYPE_CHECKING:
    from ..storage import CacheContents, CachePart

_KINDS = ("graphs", "compiled", "features", "trainings", "hashes")

_FORMS = """The kinds are:

\b
graphs     networks of the catalogue, as the runtime reads them without Keras
compiled   the same as the runtime made them for this processor
features   what networks returned for your pictures: training starts at once
trainings  how far trainings were, for --resume
hashes     of files that have not changed since

With --json, a list of one object a kind; with --clear, of what was removed:

\b
[{"kind": "graphs", "entries": 3, "bytes": 140823040,
  "folder": "/home/me/.cache/amalthea/graphs"}, ...]"""


@click.command(short_help="Show or clear what is kept to save time.", epilog=_FORMS)
@click.option(
    "--clear",
    is_flag=False,
    flag_value="all",
    type=click.Choice((*_KINDS, "all")),
    metavar="[KIND]",
    help="Remove the entries of a kind; without KIND, of all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of the form below.")
def cache(clear: str | None, as_json: bool) -> None:
    """Show what is kept in the cache folder. All of it can be computed again.

    AMALTHEA_CACHE chooses the folder. Graphs, compiled networks and trainings take at most AMALTHEA_CACHE_SIZE GiB,
    features AMALTHEA_FEATURES_LIMIT. Clearing disturbs no process: what it has opened stays readable, and what is gone
    it makes anew. Nothing is removed that Amalthea did not write.
    """
    parts = [part for kind, part in _parts().items() if clear in (None, "all", kind)]
    before = [part.contents() for part in parts]
    shown = [part.clear() for part in parts] if clear else before
    if as_json:
        click.echo(json.dumps([_object(contents) for contents in shown], indent=2))
    else:
        print_table(("removed" if clear else "kind", "entries", "MB", "folder"), _rows(shown))
    for found, done in zip(before, shown, strict=True):
        left = found.entries - done.entries
        if clear and left > 0:
            click.echo(f"{found.kind}: {left} of {found.entries} stay; somebody is using them.", err=True)


def _parts() -> dict[str, "CachePart"]:
    from ..runtime import CACHES
    from ..storage import HASHES, TRAININGS
    from ..transfer import FileFeatureStore

    parts: tuple[CachePart, ...] = (*CACHES, FileFeatureStore(), TRAININGS, HASHES)
    return dict(zip(_KINDS, parts, strict=True))


def _rows(shown: Sequence["CacheContents"]) -> list[tuple[str, str, str, str]]:
    rows = [(each.kind, f"{each.entries:,}", _megabytes(each.size), str(each.folder)) for each in shown]
    if len(rows) > 1:
        entries, size = sum(each.entries for each in shown), sum(each.size for each in shown)
        rows.append(("all", f"{entries:,}", _megabytes(size), str(shown[0].folder.parent)))
    return rows


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


def _object(contents: "CacheContents") -> dict[str, object]:
    return {
        "kind": contents.kind,
        "entries": contents.entries,
        "bytes": contents.size,
        "folder": str(contents.folder),
    }
