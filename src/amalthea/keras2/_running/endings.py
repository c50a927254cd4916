"""The end of a script that an exception ends, as Python itself would end it."""

import atexit
import os
import signal
import sys
from collections.abc import Iterator
from types import TracebackType

from ...errors import AmaltheaError, MissingDependencyError
from . import compiling
from .further_down import needed_further_down
from .gone_elsewhere import instead
from .places import place
from .python2 import old_name, old_syntax, whole_files

# How Keras (3.15.1) begins what it says of a call of a layer, after it has taken its own frames off the traceback.
_SAID_BY_KERAS = "Exception encountered when calling"


class LastSignal:
    """Lets the process die of Ctrl-C at its very end, as Python does, so that a shell's loop stops with it."""

    def __init__(self) -> None:
        self.pressed = False
        atexit.register(self._end)  # before the script's own, which therefore run before it

    def _end(self) -> None:
        if self.pressed and os.name == "posix":
            for stream in (sys.stdout, sys.stderr):
                if stream:
                    stream.flush()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)


def ended_by(error: BaseException, last_signal: LastSignal) -> int:
    """Show an exception on the standard error, and give the exit status.

    The traceback is that of the script and of what it calls. Frames of this library are left out, but for where it
    fails by mistake itself. A line of Python 2 in the script, and a package that is lacking, is one line.
    What is called otherwise today is said below the traceback.
    """
    last_signal.pressed = isinstance(error, KeyboardInterrupt)
    today = old_syntax(error) if isinstance(error, SyntaxError) else old_name(error) or instead(error)
    if today and isinstance(error, SyntaxError) and error.filename and _is_of_our_compiling(error):
        file = place(error.filename, error.lineno or 1)
        _say(f"{file}: {today}. {whole_files(file.rpartition(':')[0])}")
        return 1
    for linked in _linked(error):
        of_others = isinstance(linked, AmaltheaError) or str(linked).startswith(_SAID_BY_KERAS)
        linked.__traceback__ = _shortened(linked.__traceback__, of_others)
    if isinstance(error, MissingDependencyError) and (entries := list(_entries(error.__traceback__))):
        _say(f"{place(entries[-1].tb_frame.f_code.co_filename, entries[-1].tb_lineno)}: {error}")
        return 1
    sys.excepthook(type(error), error, error.__traceback__)
    if today := today or needed_further_down(error):
        _say(today)
    return 130 if last_signal.pressed else 1


def _say(line: str) -> None:
    if sys.stderr:
        sys.stderr.write(f"{line}\n")


def _linked(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that it came of, each once."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        waiting += [found.__cause__, found.__context__, *getattr(found, "exceptions", ())]
        yield found


def _shortened(trace: TracebackType | None, raised_on_purpose: bool) -> TracebackType | None:
    entries = list(_entries(trace))
    fails_itself = _module(entries[-1]).startswith("amalthea.") and not raised_on_purpose if entries else False
    hidden = (f"{__package__}.", "amalthea.apps.") if fails_itself else "amalthea."
    shortened: TracebackType | None = None
    for entry in reversed(entries):
        if not _module(entry).startswith(hidden) and not _is_importing(entry):
            shortened = TracebackType(shortened, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shortened


def _entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace:
        yield trace
        trace = trace.tb_next


def _module(entry: TracebackType) -> str:
    """Its name, with a dot at the end as in those of its parts."""
    return f"{entry.tb_frame.f_globals.get('__name__')}."


def _is_importing(entry: TracebackType) -> bool:
    return entry.tb_frame.f_code.co_filename.startswith("<frozen importlib")


def _is_of_our_compiling(error: SyntaxError) -> bool:
    innermost = [_module(entry) for entry in _entries(error.__traceback__)][-1:]
    return innermost == [f"{compiling.__name__}."]
