"""``amalthea augment``: what does augmentation make of a picture?"""

from pathlib import Path
from typing import Any

import click

from .outputs import OutFile

_AT_LEAST_1 = click.IntRange(min=1)


@click.command(short_help="Show what augmentation makes of a picture.")
@click.argument("image", type=click.Path(path_type=Path))
@click.option(
    "--grid",
    type=OutFile(".png", ".jpg", ".jpeg", ".webp"),
    required=True,
    help="The picture to write; replaced if it exists.",
)
@click.option("--rows", type=_AT_LEAST_1, default=3, show_default=True, help="Of the grid.")
@click.option("--columns", type=_AT_LEAST_1, default=4, show_default=True, help="Of the grid.")
@click.option(
    "--side", type=_AT_LEAST_1, default=200, show_default=True, metavar="PIXELS", help="The longer one of each version."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another one shows other versions."
)
@click.option(
    "--rotation", type=float, default=40, show_default=True, metavar="DEGREES", help="Greatest turn to either side."
)
@click.option(
    "--width-shift",
    type=float,
    default=0.2,
    show_default=True,
    metavar="FRACTION",
    help="Greatest shift to the left or right, of the width.",
)
@click.option(
    "--height-shift",
    type=float,
    default=0.2,
    show_default=True,
    metavar="FRACTION",
    help="Greatest shift up or down, of the height.",
)
@click.option(
    "--shear",
    type=float,
    default=11.5,
    show_default=True,
    metavar="DEGREES",
    help="Greatest shear to either side. Scripts of 2016 gave it in radians: their 0.2 is the default.",
)
@click.option(
    "--zoom",
    type=(float, float),
    default=(0.8, 1.2),
    show_default=True,
    metavar="LEAST GREATEST",
    help="Fraction of the height and of the width that is seen: below 1 magnifies.",
)
@click.option(
    "--channel-shift",
    type=float,
    default=0,
    show_default=True,
    metavar="VALUE",
    help="Greatest number added to or taken from all values, which go from 0 to 255.",
)
@click.option(
    "--brightness", type=(float, float), metavar="LEAST GREATEST", help="Factor for all values: 0.5 is half as bright."
)
@click.option("--horizontal-flip/--no-horizontal-flip", default=True, show_default=True, help="Left for right.")
@click.option("--vertical-flip/--no-vertical-flip", default=False, show_default=True, help="Top for bottom.")
@click.option(
    "--fill-mode",
    type=click.Choice(["nearest", "reflect", "wrap", "constant"]),
    default="nearest",
    show_default=True,
    help="What stands where nothing of the picture is.",
)
@click.option("--fill-value", type=float, default=0, show_default=True, metavar="VALUE", help="For constant, 0 to 255.")
def augment(image: Path, grid: Path, rows: int, columns: int, side: int, seed: int, **parameters: Any) -> None:
    """Draw a grid of versions of IMAGE, each changed at random as pictures to train on are; the first is IMAGE itself.

    Every number is drawn uniformly up to what is given here. The defaults are those of the preview in the tutorial
    "Building powerful image classification models using very little data".
    """
    from ..images import Augmentation, array_to_image, preview, read_picture, save_image

    drawn = preview(read_picture(image), Augmentation(**parameters), rows=rows, columns=columns, side=side, seed=seed)
    save_image(grid, array_to_image(drawn, "channels_last", scale=False, dtype="uint8"))
    click.echo(f"Written: {grid}")
