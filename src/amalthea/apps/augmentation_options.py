"""The options that say how pictures are augmented: the parameters of ``Augmentation``."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]

PARAMETERS = (
    "rotation",
    "width_shift",
    "height_shift",
    "shear",
    "zoom",
    "channel_shift",
    "brightness",
    "horizontal_flip",
    "vertical_flip",
    "fill_mode",
    "fill_value",
)


def with_augmentation(*, rotation: float, shift: float) -> Callable[[Command], Command]:
    """A decorator that gives a command all of them.

    Args:
        rotation: the default, in degrees.
        shift: the default of both shifts, a fraction of the side. All other defaults are those of the tutorial
            "Building powerful image classification models using very little data", to train with and in its preview.
    """
    options = (*_moving(rotation, shift), *_STRETCHING, *_COLOURING, *_FLIPPING_AND_FILLING)

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def _moving(rotation: float, shift: float) -> tuple[Callable[[Command], Command], ...]:
    return (
        click.option(
            "--rotation",
            type=float,
            default=rotation,
            show_default=True,
            metavar="DEGREES",
            help="Greatest turn to either side.",
        ),
        click.option(
            "--width-shift",
            type=float,
            default=shift,
            show_default=True,
            metavar="FRACTION",
            help="Greatest shift to the left or right, of the width.",
        ),
        click.option(
            "--height-shift",
            type=float,
            default=shift,
            show_default=True,
            metavar="FRACTION",
            help="Greatest shift up or down, of the height.",
        ),
    )


_STRETCHING = (
    click.option(
        "--shear",
        type=float,
        default=11.5,
        show_default=True,
        metavar="DEGREES",
        help="Greatest shear to either side. Scripts of 2016 gave it in radians: their 0.2 is the default.",
    ),
    click.option(
        "--zoom",
        type=(float, float),
        default=(0.8, 1.2),
        show_default=True,
        metavar="LEAST GREATEST",
        help="Fraction of the height and of the width that is seen: below 1 magnifies.",
    ),
)

_COLOURING = (
    click.option(
        "--channel-shift",
        type=float,
        default=0,
        show_default=True,
        metavar="VALUE",
        help="Greatest number added to or taken from all values, which go from 0 to 255.",
    ),
    click.option(
        "--brightness",
        type=(float, float),
        metavar="LEAST GREATEST",
        help="Factor for all values: 0.5 is half as bright.",
    ),
)

_FLIPPING_AND_FILLING = (
    click.option("--horizontal-flip/--no-horizontal-flip", default=True, show_default=True, help="Left for right."),
    click.option("--vertical-flip/--no-vertical-flip", default=False, show_default=True, help="Top for bottom."),
    click.option(
        "--fill-mode",
        type=click.Choice(["nearest", "reflect", "wrap", "constant"]),
        default="nearest",
        show_default=True,
        help="What stands where nothing of the picture is.",
    ),
    click.option(
        "--fill-value", type=float, default=0, show_default=True, metavar="VALUE", help="For constant, 0 to 255."
    ),
)
