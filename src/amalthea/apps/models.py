"""``amalthea models``: what there is to choose from."""

import json
from dataclasses import asdict

import click

from ..catalog import Variant, list_models, variant
from .tables import print_table

_TITLES = ("model", "parameters", "size px", "top-1 %", "top-5 %", "MB", "licence")


@click.command()
@click.argument("pattern", default="*")
@click.option("--json", "as_json", is_flag=True, help="Print every field of every row as JSON.")
def models(pattern: str, as_json: bool) -> None:
    """List the models whose name matches PATTERN, such as 'resnet*'; all of them without it.

    Size is the side of the pictures that the weights were trained on, in pixels; top-1 and top-5 are the published
    accuracies on ImageNet; MB is the size of the weight file; the licence is that of the weights.
    """
    rows = [variant(name) for name in list_models(pattern)]
    if not rows:
        raise click.ClickException(f"No model matches {pattern!r}. Patterns are those of a shell, such as 'resnet*'.")
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print_table(_TITLES, [_cells(row) for row in rows])


def _cells(row: Variant) -> tuple[str, ...]:
    top1, top5 = f"{100 * row.top1:.1f}", f"{100 * row.top5:.1f}"
    return row.name, f"{row.parameters:,}", str(row.size), top1, top5, str(row.megabytes), row.licence
