"""Names of classes and files, which may hold anything, as text that can be shown."""

import unicodedata
from pathlib import Path

_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # Unicode's categories: controls, lone surrogates, separators of lines
# What turns the direction of writing, of the words after a name as well, and of "exe.png" in "\u202egnp.exe".
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # Unicode's bidirectional classes


def shown(name: object) -> str:
    r"""A name with a mark in the place of each character that cannot be shown.

    Example:
        >>> shown("cat\udcff\n")
        'cat\ufffd\ufffd'
    """
    return "".join("\ufffd" if _unfit(letter) else letter for letter in str(name))


def _unfit(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN or unicodedata.bidirectional(letter) in _TURNING


def briefly(path: str) -> str:
    """A file and its folder; where they stand, the reader knows.

    Example:
        >>> briefly("/home/ada/pets/train/cat/7.jpg")
        'cat/7.jpg'
    """
    return shown("/".join(Path(path).parts[-2:]))


def shortened(name: object, length: int) -> str:
    """The same with at most so many characters.

    Example:
        >>> shortened("american_bulldog", 9)
        'american…'
    """
    text = shown(name)
    return text if len(text) <= length else f"{text[: length - 1]}…"
