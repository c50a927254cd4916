"""``amalthea check``: is a folder of pictures fit to train on?"""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path)


@click.command(short_help="Look through a folder for what would spoil training.")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--validation", type=_FOLDER, metavar="FOLDER", help="Pictures to validate with, in the same sub-folders."
)
@click.option(
    "--smallest",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    metavar="PIXELS",
    help="Pictures with a shorter side count as tiny.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that was found.")
def check(folder: Path, validation: Path | None, smallest: int, as_json: bool) -> None:
    """Look through FOLDER, which has one sub-folder for each class, for what would spoil training.

    Every picture is decoded whole. Listed are those that cannot be read; the same file, or pictures that look the same,
    twice in a class, in two classes, or to train on and to validate with; pictures that stand beside the sub-folders or
    whose names are not those of pictures; wrong suffixes; tiny pictures, such without colour, in CMYK, or turned by
    their EXIF orientation; and how many there are to train on of each class.

    The exit status is 1 if a picture cannot be read, the same file is in both folders or in two classes, there is no
    picture of a class, or a single class; 0 if all that was found does no harm by itself.
    """
    from ..images import check_images

    report = check_images(folder, validation, smallest=smallest)
    # Of names that are no text, it shows what can be shown.
    click.echo(report.to_json() if as_json else click.format_filename(str(report)))
    if not report.sound:
        raise SystemExit(1)
