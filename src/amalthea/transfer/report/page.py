"""The facts as one page of HTML, which asks for nothing beyond itself."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import isfinite
from typing import Any

from ...errors import MissingDependencyError
from ...images import Preparation
from .facts import Facts
from .mistakes import Gallery, thumbnail_of
from .names import briefly, shown
from .origins import commands, lines_of_python

_CONFUSED, _TWINS = 10, 6  # that are listed; the JSON has all


def page_of(facts: Facts, gallery: Gallery, plots: Mapping[str, bytes], preparation: Preparation) -> str:
    """The page.

    Args:
        facts: that it tells.
        gallery: the mistakes that it shows.
        plots: contents of PNG files, by what they show.
        preparation: of the network, which shapes the pictures that look the same.
    """
    check_jinja()
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "briefly": briefly,
        "figure": _figure,
        "jpeg": lambda content: _as_data(content, "image/jpeg"),
        "listed": _listed,
        "png": lambda content: _as_data(content, "image/png"),
        "shown": shown,
        "spent": _spent,
    }
    template = environment.from_string((files(__package__) / "page.html").read_text("utf-8"))
    twins = facts.twins or ()
    page: str = template.render(
        facts=facts,
        report=facts.report,
        confused=facts.report.confusions()[:_CONFUSED],
        gallery=gallery,
        plots=plots,
        twins=[
            (group, thumbnail_of(group.judging[0], preparation), thumbnail_of(group.learned[0], preparation))
            for group in twins[:_TWINS]
        ],
        commands=commands(facts.file),
        python=lines_of_python(facts.file),
    )
    return page


def check_jinja() -> None:
    """Raise what rendering would raise only after all answers are there.

    Raises:
        MissingDependencyError: jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: F401
    except ImportError:
        raise MissingDependencyError('Reports need jinja2: pip install "amalthea[training]"') from None


def _as_data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}"


def _figure(value: Any, digits: int = 3) -> str:
    """A number with so many digits after the point; "–" where there is none."""
    return "–" if value is None or not isfinite(value) else f"{value:.{digits}f}"


def _listed(names: Sequence[str]) -> str:
    """Words as a sentence begins with them.

    Example:
        >>> _listed(["temperature", "threshold", "epoch"]), _listed(["epoch"])
        ('Temperature, threshold and epoch', 'Epoch')
    """
    *first, last = names
    text = f"{', '.join(first)} and {last}" if first else last
    return text.capitalize()


def _spent(seconds: float) -> str:
    """A time as people tell it.

    Example:
        >>> _spent(0.42), _spent(75)
        ('0.4 s', '1 min 15 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
