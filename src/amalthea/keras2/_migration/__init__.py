"""Old scripts in today's spelling, as a text: names, arguments and methods rewritten, comments and formatting kept."""

from .migration import Migration, migrate
from .remarks import Remark

__all__ = ["Migration", "Remark", "migrate"]
