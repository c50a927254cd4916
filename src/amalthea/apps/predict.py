"""``amalthea predict``: what is on these pictures?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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

Where there is no picture to read, "classes" is empty and "error" says why."""


@click.command(epilog=_JSON)
@click.argument("images", nargs=-1, metavar="IMAGE...")
@click.option("--demo", is_flag=True, help="Take the photograph of a cat that comes with Amalthea.")
@click.option("--model", default="EfficientNetLite0", show_default=True, help="A name from `amalthea models`.")
@click.option("--alpha", type=float, help="Width of the network, such as 0.25 for a quarter of MobileNet's channels.")
@click.option("--weights", default="imagenet", show_default=True, help="'imagenet', or the path of a weight file.")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Classes for each picture.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of the form below.")
def predict(
    images: tuple[str, ...], demo: bool, model: str, alpha: float | None, weights: str, top: int, as_json: bool
) -> None:
    """Name what is on each IMAGE: a picture, a folder of pictures, or a pattern such as 'holiday/*.jpg'.

    A file that is no picture or not there, a folder without pictures and a pattern without a match are reported on the
    standard error; the others are answered, and the exit status is 1.
    """
    if demo == bool(images):
        raise click.UsageError("Name one picture or more, or ask for --demo.")
    from ..images import find_pictures
    from ..runtime import predictor

    paths = find_pictures([DEMO] if demo else images)
    width: dict[str, Any] = {} if alpha is None else {"alpha": alpha}
    predictions = predictor(model, weights=weights, **width).predict_images(paths, top=top, on_error="return")
    errors = [prediction.error for prediction in predictions if prediction.error]
    if as_json:
        click.echo(json.dumps([_object(prediction) for prediction in predictions], indent=2))
    elif len(errors) < len(predictions):
        print_table(TITLES, *rows(predictions, shorten=demo))
    for error in errors:
        click.echo(f"Error: {error}", err=True)
    if errors:
        raise SystemExit(1)


def _object(prediction: "Prediction") -> dict[str, object]:
    return {
        "path": str(prediction.path),
        "classes": [scored._asdict() for scored in prediction.classes],
        "error": str(prediction.error) if prediction.error else None,
    }


def rows(predictions: Sequence["Prediction"], shorten: bool) -> tuple[list[tuple[str, str, str]], list[float]]:
    """The rows of the table, and each one's probability; ``shorten`` leaves the folder out of the picture's name."""
    answers = [(prediction.path, scored) for prediction in predictions for scored in prediction.classes]
    cells = [
        (click.format_filename(path, shorten), scored.name, f"{scored.probability:.3f}") for path, scored in answers
    ]
    return cells, [scored.probability for _, scored in answers]
