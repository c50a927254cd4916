"""A script, run as Python runs one."""

import builtins
import os
import signal
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from .._spelling import recording
from .._spelling.advice import Note
from .._spelling.era import Era, written_for
from . import figures
from .compiling import Compiler, parsed
from .endings import LastSignal, ended_by
from .evidence import accuracy_asked_for, evidence
from .keras_of_then import KerasOfThen
from .own_modules import OwnModules, packages_beside
from .speaking import explain, show_warnings


def run(script: str, arguments: Sequence[str] = (), keras: Era | None = None, explaining: bool = False) -> int:
    """Run a script for Keras 1 or 2 as ``__main__`` of this process, which it takes over.

    ``sys.argv``, ``sys.path``, signals and warnings become what they are where Python runs a script, and stay so.
    Imports of Keras, in the script and in the modules of its folder, go to ``amalthea.keras2``; those of installed
    packages do not.

    Args:
        script: its file.
        arguments: those of the script.
        keras: which Keras it was written for; by what it says if None.
        explaining: whether to list what was translated on the standard error in the end.

    Returns:
        the exit status: 0, 1 after an exception, which is shown as Python shows it, 130 after Ctrl-C.

    Raises:
        SystemExit: the script's own.
    """
    path = Path(os.path.abspath(script))
    folder = str(path.resolve().parent)
    last_signal = LastSignal()
    _take_over([script, *arguments], folder)
    with recording() as notes:
        compiler = Compiler(packages_beside(path.resolve()), notes)
        OwnModules(folder, compiler.compiled).install()
        try:
            _execute(path, compiler, keras, notes)
        except SystemExit:
            raise
        except BaseException as error:
            return ended_by(error, last_signal)
        finally:
            if explaining:
                explain(notes)
    return 0


def _take_over(arguments: list[str], folder: str) -> None:
    sys.argv = arguments
    if sys.flags.safe_path:
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder
    sys.meta_path.insert(0, KerasOfThen())
    show_warnings()
    _hear_signals_as_python_does()
    if figures.has_no_display():
        os.environ.setdefault("MPLBACKEND", figures.BACKEND)


def _hear_signals_as_python_does() -> None:
    """A script may catch Ctrl-C to save what it has trained, and must not be interrupted once more while it does."""
    try:
        if callable(signal.getsignal(signal.SIGINT)):
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
    except ValueError:
        pass  # only the main thread has signals


def _execute(path: Path, compiler: Compiler, keras: Era | None, notes: dict[Note, None]) -> None:
    tree = parsed(path.read_bytes(), str(path))
    found, accuracy = evidence(tree), accuracy_asked_for(tree)
    if keras is None:
        reason = f"as {found.word} says" if found.word else "as nothing in it says otherwise"
        notes[Note(str(path), found.line or 1, f"written for Keras {found.era}, {reason}")] = None
    code = compiler.code(tree, str(path))
    with written_for(keras or found.era, accuracy):
        exec(code, vars(_main_module(path)))


def _main_module(path: Path) -> ModuleType:
    module = ModuleType("__main__")
    vars(module).update(
        __builtins__=builtins,
        __cached__=None,
        __file__=str(path),
        __loader__=SourceFileLoader("__main__", str(path)),
    )
    sys.modules["__main__"] = module
    return module
