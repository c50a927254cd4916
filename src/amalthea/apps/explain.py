"""``amalthea explain``: where on a picture does a network see what it says?"""

import json
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

import click

from ..errors import ImageError, MissingFileError
from ..runtime import is_one_file
from .networks import ALPHA, WEIGHTS, check_file, check_whole, is_trained_on, network_arguments
from .outputs import OutFile
from .pictures import reason, tell_skipped

_JSON = """With --json, a list of one object a picture, in their order:

\b
[{"path": "cat.jpg",
  "class": "Egyptian_cat",
  "probability": 0.77,
  "method": "grad_cam",
  "layer": "top_activation",
  "peak": {"row": 0.42, "column": 0.55},
  "map": "cat_map.png",
  "error": null}, ...]

"peak" is the place that speaks most for the class, as fractions of the picture's height and width; null where no place
speaks for it. Where there is no picture to read, all but "path" and "error" is null."""
_NOTHING = dict.fromkeys(("class", "probability", "method", "layer", "peak", "map"))


@click.command(short_help="Show where a network sees a class.", epilog=_JSON)
@click.argument("model")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The picture to write, which ends in .png; for several images, a folder, which is made.",
)
@click.option("--class", "target", help="The class that is looked for; without it the most probable one.")
@click.option(
    "--method",
    type=click.Choice(["grad_cam", "occlusion"]),
    help="By gradients, or by what is lost where a part is blurred, which every MODEL can do. Without it the first "
    "where Keras computes gradients and MODEL is not .onnx, else the second.",
)
@click.option("--layer", help="Whose feature map Grad-CAM takes; without it the last one (MobileNet: conv_pw_12_relu).")
@ALPHA
@WEIGHTS
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of the form below.")
def explain(
    model: str,
    images: tuple[str, ...],
    out: Path,
    target: str | None,
    method: str | None,
    layer: str | None,
    alpha: float | None,
    weights: str,
    as_json: bool,
) -> None:
    """Draw for each IMAGE where MODEL sees a class in it: a picture, a folder of pictures, or a pattern.

    MODEL is an .onnx or .keras file from `amalthea train`, or a name from `amalthea models`. What is written shows the
    picture as the network gets it, and beside it in grey, the brighter coloured the more a place speaks for the class.

    A file that is no picture is reported on the standard error; the others are drawn, and the exit status is 1.
    """
    arguments = _arguments(model, alpha, weights)
    from ..images import find_pictures

    paths = find_pictures(images)
    files = _files(out, paths)
    from ..transfer import explainable

    opened = explainable(model, method, **arguments)
    objects = []
    for path, file in zip(paths, files, strict=True):
        objects.append(_drawn(opened, path, file, target=target, method=method, layer=layer))
        if not (as_json or objects[-1]["error"]):
            name = click.format_filename(file)
            nowhere = "" if objects[-1]["peak"] else "; no place speaks for it"
            click.echo(f"Written: {name}, {objects[-1]['class']} {objects[-1]['probability']:.3f}{nowhere}")
    if as_json:
        click.echo(json.dumps(objects, indent=2))
    tell_skipped(images)
    errors = [each["error"] for each in objects if each["error"]]
    for message in errors:
        click.echo(f"Error: {message}", err=True)
    if errors:
        raise SystemExit(1)


def _drawn(opened: Any, path: Path, file: Path, **wishes: Any) -> dict[str, Any]:
    """Draw the explanation of one picture, and tell what --json says of it."""
    from ..transfer import explain

    try:
        explanation = explain(opened, path, **wishes)
    except (ImageError, MissingFileError) as error:
        return {"path": str(path), **_NOTHING, "error": reason(str(path), error)}
    explanation.save(file)
    return {"path": str(path), **explanation.to_dict(), "map": str(file), "error": None}


def _arguments(model: str, alpha: float | None, weights: str) -> dict[str, Any]:
    """What a network of the catalogue is built with; what can be refused is, before Keras is imported."""
    if not (is_one_file(model) or is_trained_on(model)):
        return network_arguments(model, alpha, weights)
    check_whole(model, alpha, weights)
    check_file(Path(model))
    return {}


def _files(out: Path, paths: list[Path]) -> list[Path]:
    """Where each picture is drawn; a folder for them is made."""
    if len(paths) == 1 and not out.is_dir() and out.suffix:
        context = click.get_current_context()
        [option] = [each for each in context.command.params if each.name == "out"]
        return [OutFile(".png", any_case=True).convert(out, option, context)]
    if out.suffix and not out.is_dir():
        raise click.UsageError(f"--out: {out} is one file, and there are {len(paths)} pictures. Name a folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise click.UsageError(f"--out: the folder {out} cannot be made: {problem.strerror}.") from problem
    return list(_distinct(out, paths))


def _distinct(folder: Path, paths: list[Path]) -> Iterator[Path]:
    """A file for each picture, named after it; with a number where several have one name, whatever its case."""
    taken: set[str] = set()
    for path in paths:
        names = chain([path.stem], (f"{path.stem}-{number}" for number in count(2)))
        name = next(name for name in names if name.lower() not in taken)
        taken.add(name.lower())
        yield folder / f"{name}.png"
