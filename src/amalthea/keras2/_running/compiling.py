"""Code of a script and of its own modules."""

import ast
from collections.abc import Collection
from types import CodeType

from .._spelling.advice import Note
from .module_names import ModuleNames
from .rewriting import rewritten


def parsed(source: bytes, filename: str) -> ast.Module:
    """The syntax tree of a file; its encoding is read from its first lines, as Python does."""
    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


class Compiler:
    """Makes code of the files of one run.

    Args:
        own: packages that stay what they are, because they lie beside the script.
        notes: what was translated is added to these.
    """

    def __init__(self, own: Collection[str], notes: dict[Note, None]) -> None:
        self._modules, self._notes = ModuleNames(own), notes

    def compiled(self, source: bytes, filename: str) -> CodeType:
        """Code of a file.

        Raises:
            SyntaxError: as Python's own.
        """
        return self.code(parsed(source, filename), filename)

    def code(self, tree: ast.Module, filename: str) -> CodeType:
        """Code of a syntax tree, which is changed."""

        def say(line: int, text: str) -> None:
            self._notes[Note(filename, line, text)] = None

        code: CodeType = compile(rewritten(tree, self._modules, say), filename, "exec", dont_inherit=True)
        return code
