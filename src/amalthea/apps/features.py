"""``amalthea features``: what a network's layer makes of pictures, in a file for other tools."""

from pathlib import Path
from typing import Any

import click

from .networks import ALPHA, WEIGHTS, check_model, is_trained_on
from .outputs import OutFile
from .pictures import reason, tell_skipped

_FORMATS = """In Python, features.npz is read by

\b
    held = numpy.load("features.npz")
    held["features"]   # one row a picture, float32
    held["paths"]      # whose row it is

and features.parquet by pandas.read_parquet: columns path and features, of which each is one list of numbers, also where
--pooling none keeps whole maps. Parquet needs pip install "amalthea[parquet]"."""


@click.command(short_help="Write what a layer makes of pictures.", epilog=_FORMATS)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option(
    "--out", type=OutFile(".npz", ".parquet"), required=True, help="The file to write; replaced if it exists."
)
@click.option(
    "--model",
    default="EfficientNetLite0",
    show_default=True,
    help="A name from `amalthea models`, or a .keras file from `amalthea train`.",
)
@ALPHA
@WEIGHTS
@click.option(
    "--layer",
    "--features",
    "layer",
    metavar="LAYER",
    help="The layer that is asked; without it the last one before the scores. --features is the same.",
)
@click.option(
    "--pooling",
    type=click.Choice(["avg", "max", "none"]),
    default="avg",
    show_default=True,
    help="Over all positions of a feature map, which gives a number a channel; 'none' keeps the map.",
)
@click.option(
    "--image-size", type=click.IntRange(min=1), help="Side of the pictures in pixels; without it the network's."
)
@click.option("--verify", is_flag=True, help="Read every picture, even if its features are kept since an earlier run.")
def features(
    images: tuple[str, ...],
    out: Path,
    model: str,
    alpha: float | None,
    weights: str,
    layer: str | None,
    pooling: str,
    image_size: int | None,
    verify: bool,
) -> None:
    """Write what a layer of a network returns for each IMAGE: a picture, a folder of pictures, or a pattern.

    What was computed before is taken from the cache folder, and an interrupted run goes on where it stopped. Files that
    are no usable pictures are reported on the standard error; the others are written, and the exit status is 1.
    """
    check_model(model, alpha, weights)
    if is_trained_on(model) and (alpha is not None or weights != "imagenet" or image_size):
        raise click.UsageError(f"--alpha, --weights and --image-size choose a network by name; {model} is whole.")
    from ..transfer import check_feature_file

    check_feature_file(out)
    from ..images import find_pictures
    from ..transfer import Wishes, layer_features, write_features

    paths = find_pictures(images)
    size = (image_size, image_size) if image_size else None
    asked: dict[str, Any] = {"model": model, "layer": layer, "wishes": Wishes(weights=weights, alpha=alpha, size=size)}
    if is_trained_on(model):
        asked = _trained(Path(model), layer)
    pool = None if pooling == "none" else pooling
    try:
        found = layer_features(**asked, pictures=paths, pooling=pool, on_error="skip", verify=verify)
    except KeyboardInterrupt:
        click.echo("Stopped. What was computed is kept: the same command goes on from there.", err=True)
        raise
    if len(found.kept):
        write_features(out, found.features, [paths[number] for number in found.kept])
        numbers = " × ".join(map(str, found.features.shapes[0]))
        counted = "1 picture" if len(found.kept) == 1 else f"{len(found.kept)} pictures"
        click.echo(f"Written: {out}, {counted}, {numbers} numbers each")
    tell_skipped(images)
    for number, error in found.errors.items():
        click.echo(f"Error: {reason(str(paths[number]), error)}", err=True)
    if found.errors:
        raise click.ClickException(f"{len(found.errors)} of {len(paths)} pictures cannot be used.")


def _trained(model: Path, layer: str | None) -> dict[str, Any]:
    """What ``layer_features`` takes to ask a classifier; without a layer, the one before its scores."""
    from ..transfer import ImageClassifier, Wishes

    classifier = ImageClassifier.load(model)
    prepared = classifier.preparation_
    return {
        "model": classifier.model_,
        "layer": layer or classifier.model_.layers[-2].name,
        "wishes": Wishes(size=prepared.size, scaling=prepared.scaling, interpolation=prepared.interpolation),
    }
