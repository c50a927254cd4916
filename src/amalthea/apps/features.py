"""``amalthea features``: what a network's layer makes of pictures, in a file for other tools."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import click

from .distribution_options import FILES, Engine, OnDisk, engine_options, fill_folder, reason_or_option
from .networks import ALPHA, WEIGHTS, asked_layer, check_model, is_trained_on
from .outputs import OutFileOrFolder
from .pictures import tell_skipped

_FORMATS = (
    """In Python, features.npz is read by

\b
    held = numpy.load("features.npz")
    held["features"]   # one row a picture, float32
    held["paths"]      # whose row it is

and features.parquet by pandas.read_parquet: columns path and features, of which each is one list of numbers, also where
--pooling none keeps whole maps. Parquet needs pip install "amalthea[parquet]".

"""
    + FILES
)


class _FileOrFolder(OnDisk, OutFileOrFolder):
    """Neither of them a URI."""


_OUT = _FileOrFolder(".npz", ".parquet")


@click.command(short_help="Write what a layer makes of pictures.", epilog=_FORMATS)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option(
    "--out",
    type=_OUT,
    required=True,
    help="The file to write, .npz or .parquet; replaced if it exists. Or a folder, for any number of pictures.",
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
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@engine_options
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
    as_json: bool,
    **engine: Any,
) -> None:
    """Write what a layer of a network returns for each IMAGE: a picture, a folder of pictures, or a pattern.

    What was computed before is taken from the cache folder, and an interrupted run goes on where it stopped. Files that
    are no usable pictures are reported on the standard error; the others are written, and the exit status is 1.
    """
    check_model(model, alpha, weights)
    if is_trained_on(model) and (alpha is not None or weights != "imagenet" or image_size):
        raise click.UsageError(f"--alpha, --weights and --image-size choose a network by name; {model} is whole.")
    pool = None if pooling == "none" else pooling
    if _OUT.is_file_name(out):
        Engine(**engine).refuse()
        size = (image_size, image_size) if image_size else None
        _write_file(images, out, _Asked(model, layer, alpha, weights, size), pool, verify, as_json)
        return
    if verify:
        raise click.UsageError("--verify: goes with a file; for a folder, every picture is read once in any case.")
    asked = {"layer": layer, "pooling": pool, "image_size": image_size, "alpha": alpha, "weights": weights}
    fill_folder(images, out, Engine(**engine), as_json, task="features", model=model, **asked)


class _Asked(NamedTuple):
    """The network, as the options name it."""

    model: str
    layer: str | None
    alpha: float | None
    weights: str
    size: tuple[int, int] | None


def _write_file(
    images: tuple[str, ...], out: Path, asked: _Asked, pooling: str | None, verify: bool, as_json: bool
) -> None:
    from ..transfer import check_feature_file

    check_feature_file(out)
    from ..images import find_pictures
    from ..transfer import Wishes, layer_features, write_features

    paths = find_pictures(images)
    network = asked_layer(asked.model, asked.layer, Wishes(weights=asked.weights, alpha=asked.alpha, size=asked.size))
    try:
        found = layer_features(**network, pictures=paths, pooling=pooling, on_error="skip", verify=verify)
    except KeyboardInterrupt:
        click.echo("Stopped. What was computed is kept: the same command goes on from there.", err=True)
        raise
    if len(found.kept):
        write_features(out, found.features, [paths[number] for number in found.kept])
        _tell(out, len(found.kept), found.features.shapes[0], as_json)
    tell_skipped(images)
    for number, error in found.errors.items():
        click.echo(f"Error: {reason_or_option(str(paths[number]), error)}", err=True)
    if found.errors:
        raise click.ClickException(f"{len(found.errors)} of {len(paths)} pictures cannot be used.")


def _tell(out: Path, pictures: int, shape: tuple[int, ...], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(out), "pictures": pictures, "shape": shape}, indent=2))
        return
    counted = "1 picture" if pictures == 1 else f"{pictures} pictures"
    click.echo(f"Written: {out}, {counted}, {' × '.join(map(str, shape))} numbers each")
