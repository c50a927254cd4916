"""Pictures that are drawn into PNG files: where to, and how they get there."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ArgumentError
from ..storage import atomic_file

if TYPE_CHECKING:
    import matplotlib.figure


def png_path(path: str | os.PathLike[str], drawn: str) -> Path:
    """The path of a PNG file.

    Args:
        path: ends in ``.png``.
        drawn: how the message begins, such as ``"The curves are"``.

    Raises:
        ArgumentError: it ends otherwise.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise ArgumentError(f"{drawn} drawn into a PNG file; {path} does not end in .png.")
    return path


def save_figure(figure: "matplotlib.figure.Figure", path: Path, dpi: int = 100) -> None:
    """Write a figure of Matplotlib into a PNG file, which appears whole or not at all.

    Args:
        figure: drawn.
        path: the file.
        dpi: pixels an inch.

    Raises:
        StorageError: the file cannot be written.
    """
    with atomic_file(path, setting=None) as temporary:
        figure.savefig(temporary, format="png", dpi=dpi)
