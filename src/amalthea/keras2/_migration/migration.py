"""An old script, and the same in today's spelling."""

import ast
import difflib
from dataclasses import dataclass
from pathlib import Path

from ...errors import ArgumentError, MissingDependencyError
from .._running.evidence import evidence
from .._running.python2 import old_syntax, whole_files
from .._spelling.era import written_for
from .remarks import Remark


@dataclass(frozen=True)
class Migration:
    """What became of a script.

    Attributes:
        filename: of the script.
        before: its text.
        after: its text in today's spelling.
        remarks: what a person must do or look at, by lines of the script as it was.
        encoding: of the file.
    """

    filename: str
    before: str
    after: str
    remarks: tuple[Remark, ...]
    encoding: str = "utf-8"

    @property
    def changed(self) -> bool:
        """Whether anything was rewritten."""
        return self.before != self.after

    def diff(self) -> str:
        """What was rewritten, as a unified diff; empty if nothing was."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"{self.filename}",
            f"{self.filename}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def migrate(path: str | Path) -> Migration:
    """A script for Keras 1 or 2 in the spelling of Keras 3, and of Amalthea for what Keras 3 no longer has.

    Names, arguments and methods are rewritten by the tables that ``amalthea.keras2`` runs such scripts by; comments and
    formatting stay. The result of a script of today is the script itself.

    Args:
        path: of the script. It is read, and never run.

    Raises:
        ArgumentError: no Python of today, or no text; the message says where.
        MissingDependencyError: libcst is not installed.
    """
    source = Path(path).read_bytes()
    try:
        tree = ast.parse(source, str(path))
    except (SyntaxError, ValueError) as error:
        raise ArgumentError(_no_python(str(path), error)) from error
    try:
        import libcst
    except ImportError as error:
        raise MissingDependencyError('This needs libcst: pip install "amalthea[migrate]"') from error
    from .callbacks import say_untold
    from .elsewhere import say_elsewhere
    from .refusals import say_refusals
    from .rewriter import Rewriter
    from .script import Script
    from .sessions import say_sessions
    from .traps import say_traps

    with written_for(evidence(tree).era):
        script = Script(libcst.parse_module(source))
        after = script.tree.visit(Rewriter(script))
        say_traps(script)
        say_refusals(script)
        say_sessions(script)
        say_elsewhere(script)
        say_untold(script)
    remarks = tuple(sorted(script.remarks, key=lambda remark: remark.line))
    return Migration(str(path), script.tree.code, after.code, remarks, script.tree.encoding)


def _no_python(path: str, error: SyntaxError | ValueError) -> str:
    if not isinstance(error, SyntaxError):
        return f"{path} is no Python: {error}."
    old = old_syntax(error)
    place = f"{path}:{error.lineno or 0}"
    if old:
        return f"{place}: {old}. {whole_files(path)}; then migrate it."
    return f"{place}: no Python of today: {error.msg}."
