"""``amalthea bench``: how fast is each way to compute a network, on this machine?"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._progress import progress
from ..catalog import list_models
from ..runtime import is_one_file, named_variant
from ..transfer import check_matplotlib
from .charts import draw_speeds
from .networks import check_file
from .outputs import OutFile
from .tables import print_table

if TYPE_CHECKING:
    from ..runtime import Measurement

_TITLES = ("model", "computed by", "precision", "ms for one", "pictures/s")
_DEFAULT = ("EfficientNetLite0", "ResNet50")


@click.command(short_help="Measure how fast this machine is.")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--batch", type=click.IntRange(min=1), default=32, show_default=True, help="Pictures at a time.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, max=600),
    default=1.0,
    show_default=True,
    help="How long each figure is measured; three calls at least.",
)
@click.option("--int8", is_flag=True, help="Quantise each network for a row with this precision, too.")
@click.option("--chart", type=OutFile(".png"), help="Draw the figures as bars into this file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(models: tuple[str, ...], batch: int, seconds: float, int8: bool, chart: Path | None, as_json: bool) -> None:
    """Measure each MODEL on every way to compute it that is installed: Keras' backends, ONNX Runtime, OpenVINO.

    MODEL is a name from `amalthea models`, a pattern such as 'resnet*', or an .onnx file from `amalthea train` or
    `amalthea export`, which is measured without Keras; without any, EfficientNetLite0 and ResNet50 are measured. Each
    way has a process of its own, and takes about ten seconds.

    Printed are milliseconds for one picture, and pictures a second in batches; decoding and scaling them is not part of
    that. Networks have random weights, so that nothing is downloaded. Of Keras, the faster of predict and
    predict_on_batch counts. Where a way fails, the row is empty, and the standard error says why; the exit status is 1
    if all failed.
    """
    names = [name for model in models or _DEFAULT for name in _matching(model)]
    if chart:
        check_matplotlib("--chart needs")
    measured = list(_measured(list(dict.fromkeys(names)), batch, seconds, int8))
    from ..runtime import processor_name

    if as_json:
        facts = {"processor": processor_name(), "cores": os.cpu_count(), "batch": batch, "seconds": seconds}
        click.echo(json.dumps(facts | {"measurements": [asdict(each) for each in measured]}, indent=2))
    else:
        print_table(_TITLES, [_cells(each) for each in measured])
    for each in measured:
        if each.error:
            click.echo(f"{each.model}, {each.runtime}, {each.precision}: {each.error}", err=True)
    if chart:
        draw_speeds(measured, chart, f"{processor_name()}, {os.cpu_count()} cores, batches of {batch}")
    if all(each.error for each in measured):
        raise SystemExit(1)


def _matching(model: str) -> tuple[str, ...]:
    """The networks that a name or pattern means; a name that means none is answered with the nearest."""
    if is_one_file(model):
        check_file(Path(model))
        return (model,)
    return list_models(model) or (named_variant(model).name,)


def _measured(names: list[str], batch: int, seconds: float, int8: bool) -> "Iterator[Measurement]":
    from ..runtime import compare_speed, installed_ways

    total = sum(len(installed_ways(name, int8)) for name in names)
    done = 0
    with progress("Measuring", "ways") as show:
        for name in names:
            show(done, total)
            for each in compare_speed(name, batch=batch, seconds=seconds, int8=int8):
                yield each
                show(done := done + 1, total)


def _cells(each: "Measurement") -> tuple[str, ...]:
    latency = "" if each.latency is None else f"{1000 * each.latency:.1f}"
    throughput = "" if each.throughput is None else f"{each.throughput:.1f}"
    return each.model, each.runtime, each.precision, latency, throughput
