"""How far long work is, for a person at a terminal or in a notebook."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

_SILENT = 1.0  # seconds at the beginning: work that is done by then needs no word in a notebook
_STILL = 0.3  # seconds between two words


class Show(Protocol):
    """Tells how many are done and how many there are, None where nobody knows that; and what is done from now on."""

    def __call__(self, done: int, total: int | None, /, title: str | None = None) -> None: ...


def shown_nowhere(done: int, total: int | None, title: str | None = None) -> None:
    """A ``Show`` without a bar."""


@contextmanager
def progress(title: str, unit: str) -> Iterator[Show]:
    """A bar with the time left, on the error output while the block runs; none where that is no terminal.

    In a notebook, a line in the output of the cell says the same, which is empty in the end. Other threads than the
    main one show nothing: they would draw over each other, and into a server's log.

    Args:
        title: what is being done, or to which file.
        unit: ``"bytes"``, which are shown as such, or what is counted, such as ``"pictures"``.

    Yields:
        To be called whenever more is done.
    """
    watched = threading.current_thread() is threading.main_thread()
    if watched and _is_notebook():
        with _line_of_a_cell(title, unit) as show:
            yield show
        return
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


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


@contextmanager
def _line_of_a_cell(title: str, unit: str) -> Iterator[Show]:
    from IPython.display import display

    begun, named, next_word = time.monotonic(), title, time.monotonic() + _SILENT
    handle: Any = None

    def show(done: int, total: int | None, title: str | None = None) -> None:
        nonlocal named, handle, next_word
        named, now = title or named, time.monotonic()
        if now < next_word:
            return
        next_word = now + _STILL
        left = f", {(now - begun) * (total - done) / done:.0f} s left" if total and done else ""
        words = {"text/plain": f"{named}: {done:,}{f' of {total:,}' if total else ''} {unit}{left}"}
        if handle is None:
            handle = display(words, raw=True, display_id=True)
        else:
            handle.update(words, raw=True)

    try:
        yield show
    finally:
        if handle is not None:
            handle.update({"text/plain": ""}, raw=True)
