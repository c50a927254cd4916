"""Whether a file is the published one."""

import os
from pathlib import Path

from ..catalog import WeightFile
from ..storage import digest


def published_hash(file: WeightFile) -> tuple[str, str] | None:
    """Algorithm and lower-case hexadecimal hash, the stronger of the two; None where nobody published one."""
    hashes = (("sha256", file.sha256), ("md5", file.md5))
    return next(((algorithm, known) for algorithm, known in hashes if known), None)


def is_published(path: Path, file: WeightFile) -> bool:
    """Whether the file at this path can be read and has the published hash; any file has where there is none."""
    # Not Path.is_file: that raises in a folder that may not be searched.
    if not os.path.isfile(path):
        return False
    expected = published_hash(file)
    if expected is None:
        return True
    algorithm, known = expected
    try:
        return digest(path, algorithm) == known
    except OSError:
        return False
