"""The files that Keras' CSVLogger writes, where a training goes on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import keras


@contextmanager
def continued_logs(callbacks: Sequence[Any], epochs: int) -> Iterator[None]:
    """Let each ``CSVLogger`` write on in this block, after the rows of the epochs that are done.

    Rows of later epochs, which are trained again, are cut off. One that appends anyway does what Keras does.

    Args:
        callbacks: any.
        epochs: that are done. 0: the files begin anew.
    """
    loggers = [one for one in callbacks if isinstance(one, keras.callbacks.CSVLogger) and not one.append]
    loggers = loggers if epochs else []
    for logger in loggers:
        _cut(Path(logger.filename), lines=1 + epochs)
        logger.append = True
    try:
        yield
    finally:
        for logger in loggers:
            logger.append, logger.append_header = False, True  # as they were: it may serve the next training


def _cut(path: Path, lines: int) -> None:
    """Leave only the first lines of a file, if it is there."""
    if path.is_file():
        with path.open("r+b") as file:
            file.truncate(sum(map(len, islice(file, lines))))
