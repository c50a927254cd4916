"""Files that a command will write, checked before its work begins."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click


class OutFile(click.Path):
    """The path of a file that can be written, with one of some suffixes.

    Args:
        suffixes: in lower case, such as ``".onnx"``.
        any_case: whether capitals will do as well. They do for pictures; but Keras and NumPy look for lower case.
    """

    name = "file"

    def __init__(self, *suffixes: str, any_case: bool = False) -> None:
        super().__init__(path_type=Path)
        self.suffixes, self.any_case = suffixes, any_case

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; a usage error where it is sure by now that the file could not be written."""
        path = Path(value)
        if (path.suffix.lower() if self.any_case else path.suffix) not in self.suffixes:
            self.fail(f"{path} must end in {' or '.join(self.suffixes)}, which chooses the format.", param, ctx)
        try:
            if not path.parent.is_dir():
                self.fail(f"there is no folder {path.parent} for {path.name}. Make it first.", param, ctx)
            if path.is_dir():
                self.fail(f"{path} is a folder.", param, ctx)
            # Tried, for rights do not tell of folders that take no files at all, nor of names that are too long.
            NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix).close()
        except OSError as problem:
            self.fail(f"{path} cannot be written: {problem.strerror}.", param, ctx)
        return path
