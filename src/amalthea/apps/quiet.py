"""Keras imported without what TensorFlow has to say about itself."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


def import_keras() -> None:
    """Import Keras now, in a command that is about to need it."""
    if os.environ.get("KERAS_BACKEND") == "tensorflow" and "tensorflow" not in sys.modules:
        with without_chatter():
            import keras  # noqa: F401


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
