"""Files that a command will write, checked before its work begins."""

import os
from pathlib import Path
from typing import Any

import click


class OutFile(click.Path):
    """The path of a file that can be written, with one of some suffixes.

    Args:
        suffixes: in lower case, such as ``".onnx"``.
    """

    name = "file"

    def __init__(self, *suffixes: str) -> None:
        super().__init__(path_type=Path)
        self.suffixes = suffixes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; a usage error where it is sure by now that the file could not be written."""
        path = Path(value)
        if path.suffix not in self.suffixes:
            self.fail(f"{path} must end in {' or '.join(self.suffixes)}, which chooses the format.", param, ctx)
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent} for {path.name}. Make it first.", param, ctx)
        if path.is_dir():
            self.fail(f"{path} is a folder.", param, ctx)
        if not os.access(path.parent, os.W_OK):
            self.fail(f"the folder {path.parent} cannot be written.", param, ctx)
        return path
