"""How far a download is, for a person at a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on the error output while the block runs; none where that is no terminal.

    Yields:
        To be called with the bytes that arrived and those of the whole file, None where nobody knows them.
    """
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda arrived, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(title, total=None)
        yield lambda arrived, total: bars.update(bar, completed=arrived, total=total)
