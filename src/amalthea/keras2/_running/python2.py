"""What of Python 2 no longer is Python, and what it is called today."""

import re
import shlex
from collections.abc import Callable

_CONSTRUCTS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\bprint\s*>>\s*([\w.]+)\s*,\s*(.+)", lambda found: f"print({found[2]}, file={found[1]})"),
    (r"\bprint\s*>>\s*([\w.]+)", lambda found: f"print(file={found[1]})"),
    (r"\bprint(?:\s+|(?=['\"]))([^\s(=].*?),\s*$", lambda found: f"print({found[1]}, end=' ')"),
    (r"\bprint(?:\s+|(?=['\"]))([^\s(=].*)", lambda found: f"print({found[1]})"),
    (r"\bexcept\s+(.+?)\s*,\s*(\w+)\s*:", lambda found: f"except {found[1]} as {found[2]}:"),
    (r"\braise\s+([\w.]+)\s*,\s*([^,]+)", lambda found: f"raise {found[1]}({found[2]})"),
    (r"\bexec\s+([^(\s].*)", lambda found: f"exec({found[1]})"),
    (r"(\S+)\s*<>\s*(\S+)", lambda found: f"{found[1]} != {found[2]}"),
    (r"`([^`]+)`", lambda found: f"repr({found[1]})"),
    (r"\b(\d+|0[xX][0-9a-fA-F]+)[lL]\b", lambda found: found[1]),
    (r"(?<![\w.])0(\d+)\b", lambda found: f"0o{found[1]}"),
    (r"\bur(['\"])", lambda found: f"r{found[1]}…{found[1]}"),
    (r"\blambda\s*\(([^)]*)\)\s*:", lambda found: f"lambda pair: …, with pair unpacked into {found[1]}"),
)
_NAMES = {
    "basestring": "str",
    "cmp": "(a > b) - (a < b)",
    "execfile": "exec(open(path).read())",
    "file": "open",
    "long": "int",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "reload": "importlib.reload",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
_MODULES = {
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "httplib": "http.client",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
}
_METHODS = {
    "has_key": "key in the dictionary",
    "iteritems": "items",
    "iterkeys": "keys",
    "itervalues": "values",
    "next": "next(iterator)",
}


def old_syntax(error: SyntaxError) -> str | None:
    """What a line that no longer is Python is today; None if it is no line of Python 2, as far as can be seen."""
    if isinstance(error, TabError):
        return (
            "the indents mix tabs and spaces, and Python 2 took a tab for up to 8 of them; today it is one or the other"
        )
    line, column = (error.text or "").rstrip(), (error.offset or 1) - 1
    for pattern, write in _CONSTRUCTS:
        found = re.search(pattern, line)
        if found and found.start() <= column <= found.end():
            return f"`{line.strip()}` is Python 2; today it is `{write(found)}`"
    return None


def whole_files(path: str) -> str:
    """What rewrites a whole file of Python 2, as 2to3 did, which Python no longer has from 3.13 on."""
    return f"For the whole file: pip install fissix, then python -m fissix -w {shlex.quote(path)}"


def old_name(error: BaseException) -> str | None:
    """What a name of Python 2 that is missing is called today; None if it is none of those."""
    if isinstance(error, NameError) and error.name in _NAMES:
        return f"{error.name} is Python 2; today it is {_NAMES[error.name]}"
    if isinstance(error, ModuleNotFoundError) and error.name in _MODULES:
        return f"{error.name} is Python 2; today it is {_MODULES[error.name]}"
    if isinstance(error, AttributeError) and error.name in _METHODS:
        return f".{error.name}() is Python 2; today it is {_METHODS[error.name]}"
    return None
