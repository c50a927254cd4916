"""What is said on the standard error while a script runs."""

import linecache
import os
import sys
import warnings
from collections.abc import Iterable
from typing import TextIO

from ...errors import AmaltheaWarning
from .._spelling.advice import Note
from .places import place


def show_warnings() -> None:
    """From now on show advice as one line with the place in the script, once; and other warnings as Python does.

    Python forgets which warnings it has shown whenever somebody changes their filters, as libraries do all the time.
    """
    said: set[tuple[str, int, str]] = set()
    show_others = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not issubclass(category, AmaltheaWarning):
            show_others(message, category, filename, lineno, file, line)
            return
        text = " ".join(str(message).split())
        stream = file or sys.stderr
        if stream and (filename, lineno, text) not in said:
            said.add((filename, lineno, text))
            stream.write(f"{place(filename, lineno)}: {text}\n")

    warnings.formatwarning = _as_python_does
    warnings.showwarning = show


def _as_python_does(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    source = (linecache.getline(filename, lineno) if line is None else line).strip()
    shown = f"{filename}:{lineno}: {category.__name__}: {message}\n"
    return f"{shown}  {source}\n" if source else shown


def say(text: str) -> None:
    """One line on the standard error, from the command itself."""
    if sys.stderr:
        sys.stderr.write(f"amalthea run: {text}\n")


def explain(notes: Iterable[Note]) -> None:
    """List what was translated, file by file in the order of the lines."""
    if not sys.stderr:
        return
    for note in sorted(notes, key=lambda note: (os.path.dirname(note.filename), note.filename, note.line)):
        sys.stderr.write(f"{place(note.filename, note.line)}: {note.text}\n")
