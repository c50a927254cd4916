"""A report on a folder of pictures in words."""

from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import TYPE_CHECKING

from .findings import Duplicates, Finding, Kind

if TYPE_CHECKING:
    from .report import ImagesReport

_SHOWN = 10  # of each kind; the JSON has all
_UNEVEN = 2.0  # times as many pictures in the largest class as in the smallest

_REMARKS = {
    Kind.FOREIGN: "In a format that is not read here, and left out",
    Kind.DANGLING: "Links that lead nowhere, and are left out",
    Kind.UNNAMED: "Pictures by what they hold, but left out, for their names do not end as those of pictures",
    Kind.LOOSE: "In no class folder, and left out",
    Kind.MISNAMED: "Of another format than the suffix says; read all the same",
    Kind.TINY: "Tiny",
    Kind.GREYSCALE: "Without colour",
    Kind.CMYK: "In the colours of print (CMYK); read as RGB",
    Kind.ROTATED: "Turned by their EXIF orientation, which is applied here and which Keras ignores",
}
_MISSING = 'Pictures that look the same were not searched for; that needs ImageHash: pip install "amalthea[check]"'


def as_text(report: "ImagesReport") -> str:
    """Number of pictures by class, then what was found, the worst first, ten of each."""
    parts = [_summary(report), *(_section(title, items) for title, items in _found(report) if items)]
    if report.near_duplicates is None:
        parts.append(_MISSING)
    elif len(parts) == 1:
        parts.append("Nothing is wrong with them.")
    return "\n\n".join(parts)


def _summary(report: "ImagesReport") -> str:
    pictures = _counted(report.pictures, "picture", "pictures")
    if not report.classes:
        return f"{pictures}, in no classes: training needs a sub-folder for each"
    columns = [("class", *report.classes), ("training", *map(str, report.training))]
    if report.validation:
        columns.append(("validation", *map(str, report.validation)))
    widest = max(map(len, columns[0]))
    rows = [
        name.ljust(widest)
        + "".join(f"  {cell:>{len(title)}}" for cell, (title, *_) in zip(cells, columns[1:], strict=True))
        for name, *cells in zip(*columns, strict=True)
    ]
    summary = f"{pictures} of {_counted(len(report.classes), 'class', 'classes')}"
    if report.imbalance >= _UNEVEN:
        summary += f"; to train on, there are {report.imbalance:.1f} times as many of the largest as of the smallest"
    return "\n".join([summary, "", *rows])


def _found(report: "ImagesReport") -> Iterator[tuple[str, list[str]]]:
    """What was found, the worst first: a title, and what it is true of."""
    unreadable = [finding.note for finding in report.findings if finding.kind == Kind.UNREADABLE]
    yield "Cannot be read; training ends there, unless it is told to skip them", unreadable
    yield "No picture of", list(report.empty)
    alone = report.classes if len(report.classes) == 1 else ()
    yield "A single class, which leaves nothing to tell apart; training needs a sub-folder for each of two", list(alone)
    yield from _groups("The same file", report.duplicates)
    yield from _groups("Pictures that look the same", report.near_duplicates or ())
    for kind, title in _REMARKS.items():
        yield title, [_line(finding) for finding in report.findings if finding.kind == kind]


def _groups(what: str, groups: Sequence[Duplicates]) -> Iterator[tuple[str, list[str]]]:
    leaking = [group for group in groups if group.leaking]
    doubtful = [group for group in groups if not group.leaking and len(group.classes) > 1]
    others = [group for group in groups if not group.leaking and len(group.classes) <= 1]
    yield f"{what} in both folders, so that validation asks for what was learned by heart", _lines(leaking)
    yield f"{what} in several classes, of which one at most is right", _lines(doubtful)
    yield f"{what} more than once", _lines(others)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _lines(groups: Sequence[Duplicates]) -> list[str]:
    return ["\n".join(_shortened([str(path) for path in group.paths], "= ")) for group in groups]


def _line(finding: Finding) -> str:
    return f"{finding.path}: {finding.note}" if finding.note else str(finding.path)


def _section(title: str, items: Sequence[str]) -> str:
    return "\n".join([f"{title} ({len(items)}):", *(indent(item, "  ") for item in _shortened(items))])


def _shortened(items: Sequence[str], mark: str = "") -> list[str]:
    """The first of them, with a mark before all that follow it; and how many more there are."""
    more = [f"and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return [items[0], *(f"{mark}{item}" for item in items[1:_SHOWN]), *more]
