"""Files that a command will write, checked before its work begins."""

import os
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


class OutFileOrFolder(OutFile):
    """The same; or the path of a folder, which may be there already: one without a suffix, or with a slash at its end.

    Args:
        suffixes: of a file.
    """

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; ``is_file_name`` tells which."""
        if not self.is_file_name(Path(value)):
            slash = str(value).endswith(("/", os.sep))
            if slash or not Path(value).suffix or Path(value).is_dir():
                return Path(value)
            self.fail(
                f"{value} must end in {' or '.join(self.suffixes)}, which chooses the format. The name of a new folder "
                f"ends in {os.sep}, or has no dot.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)

    def is_file_name(self, path: Path) -> bool:
        """Whether it has a suffix of a file."""
        return path.suffix in self.suffixes
