"""``amalthea augment``: what does augmentation make of a picture?"""

from pathlib import Path
from typing import Any

import click

from .augmentation_options import with_augmentation
from .outputs import OutFile

_AT_LEAST_1 = click.IntRange(min=1)
_LONGEST = {".webp": 16_383, ".jpg": 65_500, ".jpeg": 65_500}  # pixels of a side that the format can hold


@click.command(short_help="Show what augmentation makes of a picture.")
@click.argument("image", type=click.Path(path_type=Path))
@click.option(
    "--grid",
    type=OutFile(".png", ".jpg", ".jpeg", ".webp", any_case=True),
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
@with_augmentation(rotation=40, shift=0.2)
def augment(image: Path, grid: Path, rows: int, columns: int, side: int, seed: int, **parameters: Any) -> None:
    """Draw a grid of versions of IMAGE, each changed at random as pictures to train on are; the first is IMAGE itself.

    Every number is drawn uniformly up to what is given here. The defaults are those of the preview in the tutorial
    "Building powerful image classification models using very little data".
    """
    from ..images import Augmentation, array_to_image, preview, preview_size, read_picture, save_image

    if image.is_dir():
        raise click.ClickException(f"{image} is a folder; versions of one picture are drawn. Name one of its pictures.")
    picture, augmentation = read_picture(image), Augmentation(**parameters)
    height, width = preview_size(picture, rows=rows, columns=columns, side=side)
    if max(height, width) > _LONGEST.get(grid.suffix.lower(), max(height, width)):
        raise click.UsageError(
            f"{grid} would have {width} × {height} pixels, and a {grid.suffix} file holds at most "
            f"{_LONGEST[grid.suffix.lower()]} a side. Lower --side, --rows or --columns, or write a .png."
        )
    drawn = preview(picture, augmentation, rows=rows, columns=columns, side=side, seed=seed)
    save_image(grid, array_to_image(drawn, "channels_last", scale=False, dtype="uint8"))
    click.echo(f"Written: {grid}")
