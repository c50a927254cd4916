"""How far long work is, for a person at a terminal."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Show(Protocol):
    """Tells how many are done and how many there are, None where nobody knows that; and what is done from now on."""

    def __call__(self, done: int, total: int | None, /, title: str | None = None) -> None: ...


def shown_nowhere(done: int, total: int | None, title: str | None = None) -> None:
    """A ``Show`` without a bar."""


@contextmanager
def progress(title: str, unit: str) -> Iterator[Show]:
    """A bar with the time left, on the error output while the block runs; none where that is no terminal.

    Other threads than the main one have none either: they would draw over each other, and into a server's log.

    Args:
        title: what is being done, or to which file.
        unit: ``"bytes"``, which are shown as such, or what is counted, such as ``"pictures"``.

    Yields:
        To be called whenever more is done.
    """
    watched = threading.current_thread() is threading.main_thread()
    if not (watched and sys.stderr and sys.stderr.isatty()):
        yield shown_nowhere
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counted = (DownloadColumn(),) if unit == "bytes" else (MofNCompleteColumn(), TextColumn(unit))
    columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=None)
        yield lambda done, total, title=None: bars.update(bar, completed=done, total=total, description=title)
