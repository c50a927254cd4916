"""Tables: drawn for a person at a terminal, aligned plain text for everything else."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

_BAR = 24  # characters of a whole bar


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], fractions: Sequence[float] = ()) -> None:
    """Print a table to the standard output.

    Args:
        titles: of the columns.
        rows: cells, as many in each row as there are titles.
        fractions: one of 1 a row, which a terminal shows as bars in a column of their own.
    """
    if sys.stdout.isatty():
        from rich.console import Console

        Console().print(drawn(titles, rows, fractions))
    else:
        click.echo(aligned(titles, rows))


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of cells, two spaces between columns, numbers flush right."""
    columns = [_padded(cells) for cells in zip(titles, *rows, strict=True)]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _padded(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) if _numbers(cells[1:]) else cell.ljust(width) for cell in cells]


def drawn(titles: Sequence[str], rows: Sequence[Sequence[str]], fractions: Sequence[float] = ()) -> "Table":
    """The same with colours and bars; a first cell that repeats the one above is left blank."""
    from rich import box
    from rich.bar import Bar
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="bold")
    for title, cells in zip(titles, zip(*rows, strict=True), strict=True):
        table.add_column(title, justify="right" if _numbers(cells) else "left", overflow="fold")
    if fractions:
        table.add_column()
    above = ""
    for number, (first, *others) in enumerate(rows):
        name = Text("" if first == above else first, style="cyan")
        bars = [Bar(1, 0, fraction, width=_BAR, color="green") for fraction in fractions[number : number + 1]]
        table.add_row(name, *map(Text, others), *bars)
        above = first
    return table


def _numbers(cells: Sequence[str]) -> bool:
    return all(cell.replace(",", "").replace(".", "").isdecimal() for cell in cells if cell)
