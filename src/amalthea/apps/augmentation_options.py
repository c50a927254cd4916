"""The options that say how pictures are augmented: the parameters of ``Augmentation``."""

import click

from .option_groups import Option, with_all

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


def with_augmentation(*, rotation: float, shift: float) -> Option:
    """A decorator that gives a command all of them.

    Args:
        rotation: the default, in degrees.
        shift: the default of both shifts, a fraction of the side. All other defaults are those of the tutorial
            "Building powerful image classification models using very little data", to train with and in its preview.
    """
    return with_all((*_moving(rotation, shift), *_STRETCHING, *_COLOURING, *_FLIPPING_AND_FILLING))


def _number(flag: str, default: float, unit: str, meaning: str) -> Option:
    return click.option(flag, type=float, default=default, show_default=True, metavar=unit, help=meaning)


def _moving(rotation: float, shift: float) -> tuple[Option, ...]:
    return (
        _number("--rotation", rotation, "DEGREES", "Greatest turn to either side."),
        _number("--width-shift", shift, "FRACTION", "Greatest shift to the left or right, of the width."),
        _number("--height-shift", shift, "FRACTION", "Greatest shift up or down, of the height."),
    )


_STRETCHING = (
    _number(
        "--shear",
        11.5,
        "DEGREES",
        "Greatest shear to either side. Scripts of 2016 gave it in radians: their 0.2 is the default.",
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
    _number(
        "--channel-shift", 0, "VALUE", "Greatest number added to or taken from all values, which go from 0 to 255."
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
    _number("--fill-value", 0, "VALUE", "For --fill-mode constant, 0 to 255."),
)
