"""Shells around the library: they parse, call and print."""

import os
import sys
import warnings

__all__ = ["main"]


def main() -> None:
    """The command line ``amalthea``, also as ``python -m amalthea``."""
    warnings.formatwarning = _for_people
    if sys.stderr is None:  # closed by the shell: the next file to be opened would take its number, and what is said
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    # What TensorFlow's C++ tells of itself, such as which instructions it uses; what fails is an exception in Python.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        from .command_line import command_line
        from .quiet import QuietKeras

        sys.meta_path.insert(0, QuietKeras())

        command_line(prog_name="amalthea")
    except KeyboardInterrupt:
        sys.exit(130)  # as shells report a program that Ctrl-C ended


def _for_people(message: Warning | str, *_: object, **__: object) -> str:
    return f"Warning: {message}\n"
