"""``amalthea predict``: what is on these pictures?"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .answer_options import THRESHOLD, VIEWS
from .distribution_options import FILES, Engine, OnDisk, engine_options, fill_folder, reason_or_option
from .networks import ALPHA, PRECISION, WEIGHTS, check_answering, opened
from .pictures import DEMO, tell_skipped
from .tables import print_table

if TYPE_CHECKING:
    from ..runtime import Prediction, Predictor

TITLES = ("picture", "class", "probability")
_NONE = "none of these"
_SUFFIXES = (".csv", ".json", ".npz", ".parquet")  # by which somebody means a file

_JSON = (
    """With --json, a list of one object a picture, in their order, best class first:

\b
[{"path": "cat.jpg",
  "classes": [{"wordnet_id": "n02124075",
               "name": "Egyptian_cat",
               "probability": 0.77}, ...],
  "answer": "Egyptian_cat",
  "error": null}, ...]

A file that `amalthea train` wrote has classes of its own, whose "wordnet_id" is empty.
Where the best class is less probable than the threshold, "answer" is null: none of these.
Where there is no picture to read, "classes" is empty and "error" says why.

"""
    + FILES
)


@click.command(short_help="Name what is on pictures.", epilog=_JSON)
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
@click.option("--demo", is_flag=True, help="Take the photograph of a cat that comes with Amalthea.")
@click.option(
    "--model",
    default="EfficientNetLite0",
    show_default=True,
    help="A name from `amalthea models`, or an .onnx file from `amalthea train`.",
)
@ALPHA
@WEIGHTS
@PRECISION
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Classes for each picture.")
@VIEWS
@THRESHOLD
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of the form below; with --out, what was written.")
@click.option("--out", type=OnDisk(path_type=Path), help="A folder to write the answers into, as told below.")
@click.option("--scores", is_flag=True, help="With --out, write the probabilities of all classes as well.")
@engine_options
def predict(
    images: tuple[str, ...],
    demo: bool,
    model: str,
    alpha: float | None,
    weights: str,
    precision: str,
    as_json: bool,
    out: Path | None,
    scores: bool,
    top: int,
    views: int,
    threshold: float | None,
    **engine: Any,
) -> None:
    """Name what is on each IMAGE: a picture, a folder of pictures, or a pattern such as 'holiday/*.jpg'.

    A picture that is named twice is answered once. A file that is no picture or not there, a folder without pictures
    and a pattern without a match are reported on the standard error; the others are answered, and the exit status is 1.
    """
    if demo and images:
        raise click.UsageError(f"--demo takes its own picture. Leave out --demo, or {' '.join(images)}.")
    if not (demo or images):
        raise click.UsageError("Name one picture or more, or ask for --demo.")
    answering = {"top": top, "views": views, "threshold": threshold}
    if out:
        if precision != "float32":
            raise click.UsageError(f"--precision {precision}: is for answers that are printed. Leave out --out.")
        if out.suffix.lower() in _SUFFIXES:
            raise click.UsageError(
                f"--out {out}: the answers fill a folder with Parquet files. Name it without suffix."
            )
        check_answering(model, alpha, weights)
        asked = {"model": model, "alpha": alpha, "weights": weights, "scores": scores, **answering}
        fill_folder((str(DEMO),) if demo else images, out, Engine(**engine), as_json, task="predict", **asked)
        return
    Engine(**engine).refuse()
    if scores:
        raise click.UsageError("--scores: goes with --out FOLDER.")
    _print(images, demo, opened(model, alpha, weights, precision), as_json, answering)


def _print(images: tuple[str, ...], demo: bool, network: "Predictor", as_json: bool, answering: dict[str, Any]) -> None:
    from ..images import find_pictures

    paths = find_pictures([DEMO] if demo else images)
    predictions = network.predict_images(paths, on_error="return", **answering)
    errors = [reason_or_option(prediction.path, prediction.error) for prediction in predictions if prediction.error]
    if as_json:
        click.echo(json.dumps([_object(prediction) for prediction in predictions], indent=2))
    elif len(errors) < len(predictions):
        print_table(TITLES, *rows(predictions, shorten=demo or sys.stdout.isatty()))
    tell_skipped(images)
    for error in errors:
        click.echo(f"Error: {error}", err=True)
    if errors:
        raise SystemExit(1)


def _object(prediction: "Prediction") -> dict[str, object]:
    return {
        "path": str(prediction.path),
        "classes": [scored._asdict() for scored in prediction.classes],
        "answer": prediction.answer,
        "error": reason_or_option(prediction.path, prediction.error) if prediction.error else None,
    }


def rows(predictions: Sequence["Prediction"], shorten: bool) -> tuple[list[tuple[str, str, str]], list[float]]:
    """The rows of the table, and each one's probability; ``shorten`` leaves out the folder that holds all pictures."""
    answered = [prediction for prediction in predictions if prediction.classes]
    folder = _common_folder([prediction.path for prediction in answered]) if shorten else ""
    cells: list[tuple[str, str, str]] = []
    fractions: list[float] = []
    for prediction in answered:
        path = click.format_filename(prediction.path.removeprefix(folder))
        if prediction.answer is None:
            cells.append((path, _NONE, ""))
            fractions.append(0.0)
        for scored in prediction.classes:
            cells.append((path, scored.name, f"{scored.probability:.3f}"))
            fractions.append(scored.probability)
    return cells, fractions


def _common_folder(paths: Sequence[str]) -> str:
    """What all of these paths begin with, with a separator at the end; empty where they have no folder in common."""
    try:
        folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    except ValueError:  # no path, or some relative and some absolute
        return ""
    return os.path.join(folder, "") if folder else ""
