"""Shells around the library: they parse, call and print."""

import sys
import warnings

__all__ = ["main"]


def main() -> None:
    """The command line ``amalthea``, also as ``python -m amalthea``."""
    warnings.formatwarning = _for_people
    try:
        from .command_line import command_line

        command_line(prog_name="amalthea")
    except KeyboardInterrupt:
        sys.exit(130)  # as shells report a program that Ctrl-C ended


def _for_people(message: Warning | str, *_: object, **__: object) -> str:
    return f"Warning: {message}\n"
