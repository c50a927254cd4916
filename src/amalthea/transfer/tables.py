"""Tables as aligned text."""

from collections.abc import Sequence

_OF_NUMBERS = set("0123456789.,± -")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first row is the heading, columns of numbers are aligned at the right."""
    columns = list(zip(*rows, strict=True))
    numeric = [all(_OF_NUMBERS.issuperset(cell) for cell in column[1:]) for column in columns]
    widths = [max(map(len, column)) for column in columns]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numeric, strict=True)
        )
        for row in rows
    )
    return [line.rstrip() for line in lines]
