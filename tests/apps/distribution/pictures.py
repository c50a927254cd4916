"""Photographs to compute on."""

import shutil
from pathlib import Path


def copy_photographs(test_data: Path, folder: Path) -> Path:
    """Put eight pets, and one file that is no picture, into a new folder."""
    folder.mkdir()
    for path in sorted((test_data / "pets" / "validation" / "Bengal").iterdir())[:8]:
        shutil.copy(path, folder)
    (folder / "broken.jpg").write_text("not a picture")
    return folder
