"""What options of the command line hold beside words and numbers."""

from math import isfinite
from pathlib import Path
from typing import Any

import click

POSITIVE = click.IntRange(min=1)
_RATE = click.FloatRange(min=0, min_open=True)
_PROBABILITY = click.FloatRange(0, 1, min_open=True)


def versions(context: click.Context, option: click.Parameter, value: str | None) -> str | int | None:
    """The word "live", or a number of versions; None for the word "none"."""
    if value is None or value == "live":
        return value
    if value == "none":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"{value!r} is neither 'live' nor 'none' nor a number of versions from 1 on.")
    return int(value)


def named_after_folder(context: click.Context, option: click.Parameter, value: Path | None) -> Path:
    """The file to write; where none is given, one of the name of the argument FOLDER, in the current folder."""
    if value is not None:
        return value
    name = context.params["folder"].resolve().name or "classifier"  # of the root
    file: Path = option.type.convert(f"{name}.onnx", option, context)
    return file


def none_or_word(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """None for the word "none", which takes back what an earlier run chose."""
    return None if value == "none" else value


def learning_rate(context: click.Context, option: click.Parameter, value: Any) -> float | str:
    """A rate, or the word "auto"."""
    return "auto" if value == "auto" else _number(_RATE, option, context, value)


def learning_rates(context: click.Context, option: click.Parameter, value: Any) -> float | tuple[float, float]:
    """A rate, or two with a colon between them, the lower one first."""
    rates = [_number(_RATE, option, context, part) for part in str(value).split(":")]
    if len(rates) == 1:
        return rates[0]
    if len(rates) > 2 or not rates[0] <= rates[1]:
        raise click.BadParameter(f"{value!r} is neither a rate nor LOW:HIGH, such as 1e-5:1e-3.")
    return rates[0], rates[1]


def threshold(context: click.Context, option: click.Parameter, value: Any) -> float | str | None:
    """A probability, or the word "auto"."""
    return value if value in (None, "auto") else _number(_PROBABILITY, option, context, value)


def _number(kind: click.FloatRange, option: click.Parameter, context: click.Context, value: Any) -> float:
    number = float(kind.convert(value, option, context))
    if not isfinite(number):  # such as NaN, which lies in every range
        raise click.BadParameter(f"{value!r} is no finite number.")
    return number


def names(context: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The names between commas."""
    found = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    if value is not None and len(set(found)) < 2:
        raise click.BadParameter(f"{value!r} is no list of networks: give two or more, such as MobileNet,ResNet50.")
    return found
