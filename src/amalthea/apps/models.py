"""``amalthea models``: what there is to choose from."""

import json
from dataclasses import asdict

import click

from ..catalog import Variant, list_models, variant
from .tables import print_table

_TITLES = ("model", "parameters", "size px", "top-1 %", "top-5 %", "MB", "licence")
_SPEED_TITLES = ("ms for one", "pictures/s")


@click.command(short_help="List the models.")
@click.argument("pattern", default="*")
@click.option("--long", is_flag=True, help="Print all that is known of each, with paper and attribution.")
@click.option("--speed", is_flag=True, help="Measure each on this machine; takes seconds a model.")
@click.option("--json", "as_json", is_flag=True, help="Print every field of every row as JSON.")
def models(pattern: str, long: bool, speed: bool, as_json: bool) -> None:
    """List the models whose name matches PATTERN, such as 'resnet*'; all of them without it.

    Size is the side of the pictures that the weights were trained on, in pixels; top-1 and top-5 are the published
    accuracies on ImageNet; MB is the size of the weight file; the licence is that of the weights. With --speed:
    milliseconds for one picture, and pictures a second in batches of 32, without the time to read them.
    """
    rows = [variant(name) for name in list_models(pattern)]
    if not rows:
        raise click.ClickException(f"No model matches {pattern!r}. Patterns are those of a shell, such as 'resnet*'.")
    speeds = [_speed(row) for row in rows] if speed else [{} for _ in rows]
    if as_json:
        click.echo(json.dumps([asdict(row) | measured for row, measured in zip(rows, speeds, strict=True)], indent=2))
    elif long:
        click.echo("\n\n".join(map(_card, rows, speeds)))
    else:
        cells = [_cells(row) + _speed_cells(measured) for row, measured in zip(rows, speeds, strict=True)]
        titles = _TITLES + (_SPEED_TITLES if speed else ())
        print_table(titles, cells, dispensable=("licence", "top-5 %", "parameters"))


def _cells(row: Variant) -> tuple[str, ...]:
    top1, top5 = f"{100 * row.top1:.1f}", f"{100 * row.top5:.1f}"
    return row.name, f"{row.parameters:,}", str(row.size), top1, top5, str(row.megabytes), row.licence


def _speed(row: Variant) -> dict[str, float]:
    from ..runtime import measure_speed

    return measure_speed(row.name)._asdict()


def _speed_cells(measured: dict[str, float]) -> tuple[str, ...]:
    return (f"{1000 * measured['latency']:.1f}", f"{measured['throughput']:.1f}") if measured else ()


def _card(row: Variant, measured: dict[str, float]) -> str:
    title, address = row.paper
    widths = sorted({file.alpha for file in row.files})
    sizes = sorted({file.size for file in row.files})
    facts = {
        "pictures": f"{row.size} px, at least {row.min_size}; scaled as {row.scaling.value!r}",
        "parameters": f"{row.parameters:,}" + (f" in {row.depth} layers" if row.depth else ""),
        "features": f"{row.features:,}",
        "accuracy": f"top-1 {100 * row.top1:.1f} %, top-5 {100 * row.top5:.1f} %",
        "weights": f"{row.megabytes} MB, {row.licence}, by {row.attribution}",
        "trained for": f"alpha {', '.join(map(str, widths))} at {', '.join(map(str, sizes))} px" if widths[1:] else "",
        "speed here": "{} ms for one picture, {} pictures/s".format(*_speed_cells(measured)) if measured else "",
        "paper": f"{title}, {address}",
    }
    return "\n".join([row.name, *(f"  {what:<12} {fact}" for what, fact in facts.items() if fact)])
