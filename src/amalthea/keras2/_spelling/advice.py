"""What is said of an old script: advice where its meaning is not certain, notes of what was translated."""

import linecache
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from types import FrameType
from typing import NamedTuple

from ...errors import warn


class Note(NamedTuple):
    """Something that was translated.

    Attributes:
        filename: of the script or module, line: in it.
        text: what was translated into what.
    """

    filename: str
    line: int
    text: str


_BETWEEN = ("keras", "contextlib")  # the script and this library
_NOTES: ContextVar[dict[Note, None] | None] = ContextVar("notes", default=None)


@contextmanager
def recording() -> Iterator[dict[Note, None]]:
    """Keep the notes that are taken in this block, each once, in their order."""
    notes: dict[Note, None] = {}
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def note(text: str) -> None:
    """Note what was translated, with the line of the user's code that made it necessary; kept by ``recording`` only."""
    notes = _NOTES.get()
    if notes is not None:
        frame = _of_the_user(sys._getframe(1))
        notes[Note(frame.f_code.co_filename, frame.f_lineno, text)] = None


def advise(text: str) -> None:
    """Say one line, with file and line of the user's code, about what its author may not have meant."""
    warn(text, through=_BETWEEN)


def called_as() -> str:
    """The name of what the user's code is calling, as it is written there; empty where the source is not at hand.

    A class may have two names, of which it knows one.
    """
    frame = _of_the_user(sys._getframe(1))
    line, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    source = linecache.getline(frame.f_code.co_filename, line or 0).encode()[column or 0 :].decode()
    name = re.match(r"[\w.]*", source)
    return name[0].rpartition(".")[2] if name else ""


def _of_the_user(frame: FrameType) -> FrameType:
    """The first frame below that belongs neither to Amalthea nor to Keras, nor stands between these."""
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in ("amalthea", *_BETWEEN):
        frame = frame.f_back
    return frame
