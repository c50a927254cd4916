"""What can be found out about pictures."""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Kind(StrEnum):
    """What is wrong with a single picture, or worth knowing of it."""

    UNREADABLE = "unreadable"
    """Damaged, cut off, empty, no picture, or beyond the limit of pixels."""
    FOREIGN = "foreign"
    """In a format that is not read here, such as HEIC."""
    DANGLING = "dangling"
    """No picture, but a link that leads nowhere."""
    UNNAMED = "unnamed"
    """Sound, but its name has not the suffix of a picture."""
    LOOSE = "loose"
    """Beside the class folders instead of in one."""
    MISNAMED = "misnamed"
    """Of another format than its suffix says."""
    TINY = "tiny"
    """With a side of few pixels."""
    GREYSCALE = "greyscale"
    """Without a coloured pixel."""
    CMYK = "cmyk"
    """Stored in the four colours of print."""
    ROTATED = "rotated"
    """Upright only where its EXIF orientation is applied."""


class Finding(NamedTuple):
    """One thing about one picture.

    Attributes:
        kind: what.
        path: of the picture.
        note: more about it; may be empty.
    """

    kind: Kind
    path: Path
    note: str = ""


class Duplicates(NamedTuple):
    """Pictures that are the same, or nearly.

    Attributes:
        paths: two or more.
        classes: names of those that they are in, each once; more than one says that a label must be wrong.
        leaking: some are there to train on and others to validate with.
    """

    paths: tuple[Path, ...]
    classes: tuple[str, ...]
    leaking: bool
