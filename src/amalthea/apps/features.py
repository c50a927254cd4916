"""``amalthea features``: what a network's layer makes of pictures, in a file for other tools."""

from pathlib import Path

import click

from .networks import ALPHA, WEIGHTS, network_arguments
from .outputs import OutFile
from .pictures import reason, tell_skipped

_FORMATS = """In Python, features.npz is read by

\b
    held = numpy.load("features.npz")
    held["features"]   # one row a picture, float32
    held["paths"]      # whose row it is

and features.parquet by pandas.read_parquet: columns path and features; it needs pip install 'amalthea[parquet]'."""


@click.command(short_help="Write what a layer makes of pictures.", epilog=_FORMATS)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option(
    "--out", type=OutFile(".npz", ".parquet"), required=True, help="The file to write; replaced if it exists."
)
@click.option("--model", default="EfficientNetLite0", show_default=True, help="A name from `amalthea models`.")
@ALPHA
@WEIGHTS
@click.option("--layer", help="The layer that is asked; without it the last one before the classifier.")
@click.option(
    "--pooling", type=click.Choice(["avg", "max"]), help="Over all positions of a feature map; else it is kept."
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
    pooling: str | None,
    image_size: int | None,
    verify: bool,
) -> None:
    """Write what a layer of a network returns for each IMAGE: a picture, a folder of pictures, or a pattern.

    What was computed before is taken from the cache folder, and an interrupted run goes on where it stopped. Files that
    are no usable pictures are reported on the standard error; the others are written, and the exit status is 1.
    """
    network_arguments(model, alpha, weights)
    from ..images import find_pictures
    from ..transfer import Wishes, check_feature_file, layer_features, write_features

    check_feature_file(out)
    paths = find_pictures(images)
    size = (image_size, image_size) if image_size else None
    wishes = Wishes(weights=weights, alpha=alpha, size=size)
    try:
        found = layer_features(
            model, paths, layer=layer, pooling=pooling, wishes=wishes, on_error="skip", verify=verify
        )
    except KeyboardInterrupt:
        click.echo("Stopped. What was computed is kept: the same command goes on from there.", err=True)
        raise
    if len(found.kept):
        write_features(out, found.features, [paths[number] for number in found.kept])
        click.echo(f"Written: {out}, {len(found.kept)} pictures, features of shape {found.features.shapes[0]}")
    tell_skipped(images)
    for number, error in found.errors.items():
        click.echo(f"Error: {reason(str(paths[number]), error)}", err=True)
    if found.errors:
        raise click.ClickException(f"{len(found.errors)} of {len(paths)} pictures cannot be used.")
