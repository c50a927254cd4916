"""``amalthea export``: a network for other programs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import first_line
from ..runtime import is_classifier, is_one_file
from .networks import ALPHA, WEIGHTS, check_file, is_trained_on, network_arguments
from .predict import DEMO
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
    model: str, out: Path, alpha: float | None, weights: str, as_json: bool, precision: str, **quantisation: Any
) -> None:
    """Write MODEL to OUT, whose suffix chooses the format.

    MODEL is a name from `amalthea models`, a .keras file, from `amalthea train` or your own, or an .onnx file, which
    can become .xml, or int8. A model of your own names no classes: .onnx and .xml then take what it took. What was
    written is run on a photograph of a cat, and its answer compared with that of Keras, or of the .onnx file; if it
    differs, nothing is left behind, and the exit status is 1.
    """
    options = _quantisation(precision, **quantisation)
    from ..images import read_picture
    from ..runtime import check_target
    from ..runtime import export as written
    from ..runtime.quantization import check_calibration

    check_target(out, precision, model if is_one_file(model) else None)
    if options:
        check_calibration(**options)
    try:
        network, described = _network(model, alpha, weights)
        with without_chatter():
            exported = written(network, out, picture=read_picture(DEMO), precision=precision, **described, **options)
    except KeyboardInterrupt:
        click.echo("Stopped. Nothing was written.", err=True)
        raise
    if as_json:
        click.echo(json.dumps(asdict(exported) | {"path": str(exported.path)}, indent=2))
    else:
        _tell(exported)


def _network(model: str, alpha: float | None, weights: str) -> tuple[Any, dict[str, Any]]:
    """What is to be written, and what ``amalthea.save`` must be told of it."""
    if is_one_file(model) or is_trained_on(model):
        if alpha is not None or weights != "imagenet":
            raise click.UsageError(f"--alpha and --weights choose among networks of the catalogue; {model} is whole.")
        check_file(Path(model))
    if is_one_file(model):
        return Path(model), {}
    if is_trained_on(model):
        if is_classifier(Path(model)) is False:
            return _own_model(Path(model)), {}
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


def _own_model(file: Path) -> Any:
    """A model of the user's own, of which neither the classes nor the pixels are known. No code in it is executed."""
    import keras

    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as problem:  # Keras raises errors of many types
        raise click.ClickException(
            f"Keras cannot load {file}: {first_line(problem)}. Load it in Python, where its own classes and functions "
            "are, and give it to amalthea.runtime.export(model, path)."
        ) from problem


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
