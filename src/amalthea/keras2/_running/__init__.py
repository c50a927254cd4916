"""Old scripts, run as Python runs a script, with their imports and their Python of then understood."""

from .script import run

__all__ = ["run"]
