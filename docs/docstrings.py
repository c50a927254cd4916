"""What napoleon and autodoc cannot know of our docstrings and signatures."""

import re
from typing import Any

_ARRAY = re.compile(
    r"(?:numpy\.)?ndarray\[tuple\[(?:typing\.)?Any, \.\.\.\], (?:numpy\.)?dtype\[((?:[^\[\]]|\[[^\]]*\])*)\]\]"
)


def prepare(app: Any, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Types stand in annotations only: what comes before a colon in "Returns:", or of a property, is not one."""
    first = [number + 1 for number, line in enumerate(lines[:-1]) if line.strip() in ("Returns:", "Yields:")]
    for number in [0, *first] if what == "property" else first:
        text = lines[number].lstrip()
        lines[number] = f"{lines[number].removesuffix(text)}: {text}"


def shorten(
    app: Any, what: str, name: str, obj: object, options: object, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Arrays as the code writes them, ``NDArray[float32]``."""
    return tuple(text and _ARRAY.sub(r"NDArray[\1]", text) for text in (signature, returned))
