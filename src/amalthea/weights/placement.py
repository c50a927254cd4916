"""Under which name a weight file lies in a folder, so that files of one official name never overwrite each other."""

import os
from pathlib import Path

from ..catalog import WeightFile
from ..storage import weight_folders
from .part import require_same
from .verification import expected_hash, is_genuine, problem_with


def names(file: WeightFile) -> tuple[str, ...]:
    """The official name, and the one that a file has where another one took that name."""
    expected = expected_hash(file)
    if expected is None:
        return (file.name,)
    name = Path(file.name)
    return file.name, f"{name.stem}.{expected.value[:8]}{name.suffix}"


def genuine_in(folder: Path, file: WeightFile) -> Path | None:
    """The path of a weight file in a folder; None if it is not there."""
    return next((folder / name for name in names(file) if is_genuine(folder / name, file)), None)


def overlooked(file: WeightFile) -> str:
    """Why the folders of ``AMALTHEA_WEIGHTS`` did not serve, a line for each reason, for the end of a message."""
    lines = []
    for folder in weight_folders():
        if not os.path.isdir(folder):
            lines.append(f"\nAMALTHEA_WEIGHTS names {folder}, which is no folder.")
        there = [folder / name for name in names(file) if os.path.lexists(folder / name)]
        lines += [f"\n{path}, in a folder of AMALTHEA_WEIGHTS, is {_rejected(path, file)}." for path in there]
    return "".join(lines)


def _rejected(path: Path, file: WeightFile) -> str:
    try:
        return problem_with(path, file) or "right, but came only now"
    except OSError as problem:
        return f"unreadable: {problem.strerror}"


def free_path(folder: Path, file: WeightFile) -> Path:
    """Where a weight file belongs that is not in the folder yet."""
    official, own = folder / names(file)[0], folder / names(file)[-1]
    return own if os.path.lexists(official) else official


def place(temporary: Path, verified: os.stat_result, folder: Path, file: WeightFile) -> Path:
    """Gives a verified file the first of its names that is free; another process may have done so already.

    Args:
        temporary: in the same folder; it may be left behind.
        verified: what was verified under that name.

    Raises:
        FileNotFoundError: another process has put another file there since.
        OSError: the folder cannot be written.
    """
    with temporary.open("r+b") as content:
        os.fsync(content.fileno())
    require_same(temporary, verified)
    for path in (folder / name for name in names(file)):
        if _claim(temporary, path):
            return _confirmed(path, verified)
        if is_genuine(path, file):
            return path
    # The last name bears the hash: what stands there is damaged.
    os.replace(temporary, path)
    return _confirmed(path, verified)


def _confirmed(path: Path, verified: os.stat_result) -> Path:
    try:
        require_same(path, verified)
    except FileNotFoundError:
        path.unlink()
        raise
    return path


def _claim(temporary: Path, path: Path) -> bool:
    """Whether the name was free and is the file's now."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            return False
        os.rename(temporary, path)
    return True
