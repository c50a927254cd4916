"""What a server says, one JSON object a line on the standard error."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_ACCESS = logging.getLogger("amalthea.serving.access")
_NAMES = ("amalthea", "uvicorn.error", "asyncio")  # whose messages are shown from the wished level on

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
    """Show what is said within this block, from this level on; of other packages, warnings and worse.

    Python's own warnings are among these: what reads the log line by line can read nothing else.

    Args:
        level: one of ``LEVELS``.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    root, wished = logging.getLogger(), logging.getLevelNamesMapping()[level.upper()]
    loggers = [root, *map(logging.getLogger, _NAMES)]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(wished)
    # Of what others say of their own course nothing is news; uvicorn's log of requests is not needed.
    for logger in (root, logging.getLogger("uvicorn.error")):
        logger.setLevel(max(logging.WARNING, wished))
    root.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        for logger, old_level in zip(loggers, before, strict=True):
            logger.setLevel(old_level)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {"time": f"{seconds}.{int(record.msecs):03d}Z", "level": record.levelname.lower()}
        facts = getattr(record, "facts", None)
        if facts is None:
            line |= {"message": record.getMessage().strip(), "logger": record.name}
        else:
            line |= facts
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)
