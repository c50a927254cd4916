"""``amalthea export``: a network for other programs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..runtime import is_one_file
from .networks import ALPHA, WEIGHTS, check_file, check_whole, is_trained_on, network_arguments
from .own_models import DESCRIBED, description, is_own, load_own
from .pictures import DEMO
from .quiet import without_chatter

if TYPE_CHECKING:
    from ..runtime import Exported

_FORMATS = """\b
OUT          format                  takes
name.onnx    ONNX, with classes      uint8 pictures
name.xml     OpenVINO, and a .bin    uint8 pictures
name.tflite  LiteRT                  what model.predict takes
name         SavedModel, a folder    what model.predict takes

The last two are written by Keras, on its TensorFlow backend. bfloat16 is no precision of a file, but of what computes
it: amalthea.load(path, precision="bfloat16")."""


@click.command(short_help="Write a network for other programs.", epilog=_FORMATS)
@click.argument("model")
@click.argument("out", type=click.Path(path_type=Path))
@ALPHA
@WEIGHTS
@DESCRIBED
@click.option(
    "--precision",
    type=click.Choice(["float32", "float16", "int8"]),
    default="float32",
    show_default=True,
    help="Of the weights: float16 for .xml; int8, which computes in it as well, for .onnx and .xml.",
)
@click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="For int8: pictures such as the network will see, 100 or more.",
)
@click.option(
    "--held-out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="For int8: pictures to judge by; without it, a part of the others is kept back.",
)
@click.option(
    "--min-agreement",
    type=click.FloatRange(0, 1),
    default=0.98,
    show_default=True,
    help="For int8: part of those pictures whose best class must stay the same.",
)
@click.option("--force", is_flag=True, help="For int8: write the file whatever the agreement is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(
    model: str,
    out: Path,
    alpha: float | None,
    weights: str,
    classes: Path | None,
    scaling: str | None,
    image_size: int | None,
    as_json: bool,
    precision: str,
    **quantisation: Any,
) -> None:
    """Write MODEL to OUT, whose suffix chooses the format.

    MODEL is a name from `amalthea models`, a .keras file, from `amalthea train` or your own, an .h5 file of an older
    Keras, or an .onnx file, which can become .xml, or int8. A model of your own names no classes: without --classes
    and --scaling, .onnx and .xml take what it took. What was written is run on a photograph of a cat, and its answer
    compared with that of Keras, or of the .onnx file; if it differs, nothing is left behind, and the exit status is 1.
    What was at OUT before is replaced.
    """
    options = _quantisation(precision, **quantisation)
    said = description(classes, scaling, image_size)
    from ..images import read_picture
    from ..runtime import check_target
    from ..runtime import export as written
    from ..runtime.quantization import check_calibration

    target = check_target(out, precision, model if is_one_file(model) else None)
    if options:
        check_calibration(**options)
    try:
        network, described = _network(model, alpha, weights, said)
        with without_chatter():
            exported = written(network, out, picture=read_picture(DEMO), precision=precision, **described, **options)
    except KeyboardInterrupt:
        click.echo("Stopped. Nothing was written.", err=True)
        raise
    if as_json:
        click.echo(json.dumps(asdict(exported) | {"path": str(exported.path)}, indent=2))
    else:
        _tell(exported)
        if scaling is not None and not target.takes_pixels:
            click.echo(f"{out} has no room for --scaling {scaling}: scale pictures before it gets them.", err=True)


def _network(model: str, alpha: float | None, weights: str, said: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What is to be written, and what ``amalthea.save`` must be told of it."""
    own = is_own(model)
    if own or is_one_file(model) or is_trained_on(model):
        check_whole(model, alpha, weights)
        check_file(Path(model))
    if own:
        return load_own(Path(model)), said
    if said:
        raise click.UsageError(f"--classes, --scaling and --image-size are for models of your own; {model} knows them.")
    if is_one_file(model):
        return Path(model), {}
    if is_trained_on(model):
        from ..transfer import ImageClassifier

        classifier: ImageClassifier = ImageClassifier.load(model)
        prepared = classifier.preparation_
        return classifier.model_, {
            "classes": list(map(str, classifier.classes_)),
            "scaling": prepared.scaling,
            "size": prepared.size,
            "interpolation": prepared.interpolation,
            "variant": classifier.variant_ or None,
            "threshold": classifier.threshold,
        }
    arguments = network_arguments(model, alpha, weights)
    from ..architectures import get_model

    return get_model(model, **arguments), {}


def _quantisation(
    precision: str, calibration: Path | None, held_out: Path | None, min_agreement: float, force: bool
) -> dict[str, Any]:
    """What ``amalthea.save`` must be told of it; nothing for other precisions."""
    if precision != "int8":
        if calibration or held_out or force:
            raise click.UsageError("--calibration, --held-out and --force are for --precision int8.")
        return {}
    if calibration is None:
        raise click.UsageError("--precision int8 needs --calibration FOLDER: pictures such as the network will see.")
    return {"calibration": calibration, "held_out": held_out, "min_agreement": 0.0 if force else min_agreement}


def _tell(exported: "Exported") -> None:
    click.echo(f"{exported.path}: {exported.format}, {exported.megabytes} MB")
    click.echo(f"It takes {exported.takes}.")
    if exported.best:
        found, right = exported.best
        click.echo(f"Tried on {DEMO.name}: {found}; the original: {right}.")
    if exported.cost:
        click.echo(f"\n{exported.cost}")
        return
    click.echo(f"Largest difference: {exported.difference:.1e} (allowed: {exported.tolerance:.0e}).")
