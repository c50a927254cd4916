"""Keras imported without what TensorFlow has to say about itself."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# TensorFlow writes two lines before any setting of its log is read, each time it loads one of its libraries (2.21).
_FILTER = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
chatter = (b"All log messages before absl::InitializeLog() is called", b"oneDNN custom operations are on.")
for line in sys.stdin.buffer:
    if not any(words in line for words in chatter):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


class QuietKeras(MetaPathFinder):
    """Where Python looks for modules first: whenever Keras is imported, it is without what TensorFlow has to say.

    A command need not know whether it will be imported, which takes seconds. Only TensorFlow needs it.
    """

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Keras as everybody finds it, but for how it is executed; None for all else."""
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec and spec.loader and os.environ.get("KERAS_BACKEND") == "tensorflow":
            vars(spec.loader)["exec_module"] = _quietly(spec.loader.exec_module)
        return spec


def _quietly(execute: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def executed(module: ModuleType) -> None:
        with without_chatter():
            execute(module)

    return executed


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep those lines, and no others, off the standard error while the block runs.

    What a library writes there does not pass through Python. So another process reads it, which also shows the last
    words of this one if it crashes.
    """
    try:
        reader = subprocess.Popen([sys.executable, "-I", "-S", "-c", _FILTER], stdin=subprocess.PIPE)
    except OSError:  # then with the chatter
        yield
        return
    assert reader.stdin is not None
    shown = os.dup(2)
    os.dup2(reader.stdin.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        reader.stdin.close()
        reader.wait()
