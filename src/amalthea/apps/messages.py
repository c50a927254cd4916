"""What the library says while it works, for the person at the command line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def messages_shown() -> Iterator[None]:
    """Show the library's messages, such as how many weights will train, on the standard error within this block."""
    logger, shown = logging.getLogger("amalthea"), _Shown()
    level = logger.level
    logger.addHandler(shown)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(shown)
        logger.setLevel(level)


class _Shown(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(record.getMessage(), err=True)
