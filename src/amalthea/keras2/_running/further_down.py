"""What a script needs further down, and is gone, where an error before it ends the script."""

import linecache
import re
import sys

from ...errors import AmaltheaError
from .places import place

_GRADIENTS = re.compile(r"\b(?:K|KTF|backend)\.gradients\(")


def needed_further_down(error: BaseException) -> str | None:
    """The line of a script that asks for symbolic gradients, for whose sake it had built what failed; else None.

    Args:
        error: that ended the script. What Amalthea says itself needs no addition.
    """
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if (
        file is None
        or isinstance(error, AmaltheaError)
        or not isinstance(error, TypeError | ValueError | AttributeError)
    ):
        return None
    for number, line in enumerate(linecache.getlines(file), start=1):
        if _GRADIENTS.search(line.partition("#")[0]):
            from ..backend.functions import NO_GRADIENTS

            return f"{place(file, number)}: {NO_GRADIENTS}"
    return None
