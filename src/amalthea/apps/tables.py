"""Tables: drawn for a person at a terminal, aligned plain text for everything else."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

_BAR, _SHORTEST_BAR = 24, 6  # characters of a whole bar
_EDGES, _GAP = 3, 2  # characters left and right of a table, and between two columns


def print_table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    fractions: Sequence[float] = (),
    dispensable: Sequence[str] = (),
) -> None:
    """Print a table to the standard output.

    Args:
        titles: of the columns.
        rows: cells, as many in each row as there are titles.
        fractions: one of 1 a row, which a terminal shows as bars in a column of their own where there is room.
        dispensable: titles of columns that a terminal leaves out, one after the other, until the others have room.
    """
    if not sys.stdout.isatty():
        click.echo(aligned(titles, rows))
        return
    from rich.console import Console

    console = Console()
    left_out = without_room(titles, rows, dispensable, console.width)
    kept = [number for number, title in enumerate(titles) if title not in left_out]
    cells = [[row[number] for number in kept] for row in rows]
    console.print(drawn([titles[number] for number in kept], cells, fractions, console.width))
    if left_out:
        note = f"A wider terminal shows more: {', '.join(left_out)}. So does a pipe, such as | less -S."
        console.print(note, style="dim", highlight=False)


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of cells, two spaces between columns, numbers flush right."""
    columns = [_padded(cells) for cells in zip(titles, *rows, strict=True)]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _padded(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) if _numbers(cells[1:]) else cell.ljust(width) for cell in cells]


def drawn(
    titles: Sequence[str], rows: Sequence[Sequence[str]], fractions: Sequence[float] = (), width: int = 80
) -> "Table":
    """The same with colours and bars for a terminal; a first cell that repeats the one above is left blank."""
    from rich import box
    from rich.bar import Bar
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="bold")
    for title, cells in zip(titles, zip(*rows, strict=True), strict=True):
        table.add_column(title, justify="right" if _numbers(cells) else "left", overflow="fold")
    room = min(_BAR, width - _width(titles, rows) - _GAP) if fractions else 0
    if room >= _SHORTEST_BAR:
        table.add_column()
    above = ""
    for number, (first, *others) in enumerate(rows):
        name = Text("" if first == above else first, style="cyan")
        bars = [Bar(1, 0, fractions[number], width=room, color="green")] if room >= _SHORTEST_BAR else []
        table.add_row(name, *map(Text, others), *bars)
        above = first
    return table


def without_room(
    titles: Sequence[str], rows: Sequence[Sequence[str]], dispensable: Sequence[str], width: int
) -> list[str]:
    """Those of the dispensable columns that a terminal of this width cannot hold, the first ones first."""
    left_out: list[str] = []
    for title in dispensable:
        kept = [number for number, other in enumerate(titles) if other not in left_out]
        if _width([titles[number] for number in kept], [[row[number] for number in kept] for row in rows]) <= width:
            break
        left_out.append(title)
    return left_out


def _width(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Characters of a whole drawn line; letters such as Chinese ones are two wide."""
    from rich.cells import cell_len

    columns = [max(map(cell_len, cells)) for cells in zip(titles, *rows, strict=True)]
    return sum(columns) + _GAP * (len(columns) - 1) + _EDGES


def _numbers(cells: Sequence[str]) -> bool:
    return all(cell.replace(",", "").replace(".", "").isdecimal() for cell in cells if cell)
