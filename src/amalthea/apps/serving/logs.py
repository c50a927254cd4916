"""What a server says, one JSON object a line on the standard error."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_ACCESS = logging.getLogger("amalthea.serving.access")
_NAMES = (
    "amalthea",
    "uvicorn.error",
    "asyncio",
)  # whose messages are shown; uvicorn's own log of requests is not needed

LEVELS = ("debug", "info", "warning", "error")
"""From the most that can be said to the least."""


def is_logged() -> bool:
    """Whether requests are told of."""
    return _ACCESS.isEnabledFor(logging.INFO)


def log_access(facts: Mapping[str, Any]) -> None:
    """Tell of a request that was answered.

    Args:
        facts: to stand in the line.
    """
    _ACCESS.info("answered", extra={"facts": facts})


@contextmanager
def json_lines(level: str) -> Iterator[None]:
    """Show what is said within this block, from this level on.

    Args:
        level: one of ``LEVELS``.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    loggers = [logging.getLogger(name) for name in _NAMES]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level.upper())
        logger.propagate = False
    # Of what uvicorn says of its own course nothing is news.
    logging.getLogger("uvicorn.error").setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    try:
        yield
    finally:
        for logger, (old_level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(old_level)
            logger.propagate = propagate


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {"time": f"{seconds}.{int(record.msecs):03d}Z", "level": record.levelname.lower()}
        facts = getattr(record, "facts", None)
        if facts is None:
            line |= {"message": record.getMessage(), "logger": record.name}
        else:
            line |= facts
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)
