"""``amalthea predict``: what is on these pictures?"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .networks import ALPHA, WEIGHTS, opened
from .pictures import reason, tell_skipped
from .tables import print_table

if TYPE_CHECKING:
    from ..runtime import Prediction

DEMO = Path(__file__).with_name("chelsea.jpg")
TITLES = ("picture", "class", "probability")

_JSON = """With --json, a list of one object a picture, in their order, best class first:

\b
[{"path": "cat.jpg",
  "classes": [{"wordnet_id": "n02124075",
               "name": "Egyptian_cat",
               "probability": 0.77}, ...],
  "error": null}, ...]

A file that `amalthea train` wrote has classes of its own, whose "wordnet_id" is empty.
Where there is no picture to read, "classes" is empty and "error" says why."""


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
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Classes for each picture.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of the form below.")
def predict(
    images: tuple[str, ...], demo: bool, model: str, alpha: float | None, weights: str, top: int, as_json: bool
) -> None:
    """Name what is on each IMAGE: a picture, a folder of pictures, or a pattern such as 'holiday/*.jpg'.

    A picture that is named twice is answered once. A file that is no picture or not there, a folder without pictures
    and a pattern without a match are reported on the standard error; the others are answered, and the exit status is 1.
    """
    if demo and images:
        raise click.UsageError(f"--demo takes its own picture. Leave out --demo, or {' '.join(images)}.")
    if not (demo or images):
        raise click.UsageError("Name one picture or more, or ask for --demo.")
    from ..images import find_pictures

    paths = find_pictures([DEMO] if demo else images)
    predictions = opened(model, alpha, weights).predict_images(paths, top=top, on_error="return")
    errors = [reason(prediction.path, prediction.error) for prediction in predictions if prediction.error]
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
        "error": reason(prediction.path, prediction.error) if prediction.error else None,
    }


def rows(predictions: Sequence["Prediction"], shorten: bool) -> tuple[list[tuple[str, str, str]], list[float]]:
    """The rows of the table, and each one's probability; ``shorten`` leaves out the folder that holds all pictures."""
    answered = [prediction for prediction in predictions if prediction.classes]
    folder = _common_folder([prediction.path for prediction in answered]) if shorten else ""
    answers = [
        (prediction.path.removeprefix(folder), scored) for prediction in answered for scored in prediction.classes
    ]
    cells = [(click.format_filename(path), scored.name, f"{scored.probability:.3f}") for path, scored in answers]
    return cells, [scored.probability for _, scored in answers]


def _common_folder(paths: Sequence[str]) -> str:
    """What all of these paths begin with, with a separator at the end; empty where they have no folder in common."""
    try:
        folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    except ValueError:  # no path, or some relative and some absolute
        return ""
    return os.path.join(folder, "") if folder else ""
