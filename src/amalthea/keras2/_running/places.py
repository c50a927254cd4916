"""A line of a file, as a person is told of it."""

import os


def place(filename: str, line: int) -> str:
    """The file, from the working directory if it is in there, and the line.

    Example:
        >>> place("/elsewhere/train.py", 56)
        '/elsewhere/train.py:56'
    """
    here = os.path.join(os.getcwd(), "")
    return f"{filename.removeprefix(here)}:{line}"
