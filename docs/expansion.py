"""What the pages of the site take from the code: names with their docstrings, commands with their help, the models.

A page asks for it in a fenced block, which a code host shows as it stands::

    ```{public} amalthea.runtime
    load
    save
    CACHES: a sentence, of what has no docstring of its own
    ```

``{module} amalthea.runtime`` is the docstring of a module, ``{commands}`` the help of every command, ``{models}`` the
table of the collection, and ``{notebooks}`` the text and code of those that it names.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from amalthea.apps.command_line import command_line
from docs.generate import model_table

EXAMPLES = Path(__file__).parents[1] / "examples"

_BLOCK = re.compile(r"^```\{(public|module|commands|models|notebooks)\} ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WIDTH = 88  # characters that a line of a page holds
_LINKS = {"../benchmarks/README.md": "benchmarks.md", "../CHANGELOG.md": "changelog.md", "../README.md": "index.md"}

# Where a name that stands in several places is documented: the first of these that has it.
PLACES = (
    "amalthea",
    *(f"amalthea.{layer}" for layer in ("errors", "catalog", "images", "weights", "architectures", "applications")),
    "amalthea.applications.imagenet_utils",
    *(f"amalthea.{layer}" for layer in ("preprocessing", "preprocessing.image", "runtime", "transfer", "keras2")),
)


def expand(app: Any, page: str, source: list[str]) -> None:
    """Put into a page what it asks for, before it is read."""
    text = _BLOCK.sub(lambda block: _KINDS[block[1]](block[2], block[3]), source[0])
    for outside, inside in _LINKS.items():
        text = text.replace(f"]({outside}", f"]({inside}")
    source[0] = text


def named(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The modules whose names a page documents, each with these names and what is said of them."""
    for kind, module, lines in _BLOCK.findall(text):
        if kind == "public":
            rows = (line.partition(": ") for line in lines.splitlines())
            yield module, {name: said for name, _, said in rows}


def home(module: str, name: str) -> str:
    """The place where what ``module`` calls ``name`` is documented."""
    found = getattr(import_module(module), name)
    for place in PLACES:
        other = import_module(place)
        if name in getattr(other, "__all__", ()) and getattr(other, name) is found:
            return place
    return module


def _public(module: str, lines: str) -> str:
    [(_, names)] = named(f"```{{public}} {module}\n{lines}```")
    elsewhere = {name: home(module, name) for name in names}
    parts = [_documented(module, name, said) for name, said in names.items() if elsewhere[name] == module]
    links = [f":py:obj:`{place}.{name}`" for name, place in elsewhere.items() if place != module]
    return _rst("\n\n".join([*([f"Here, too: {', '.join(links)}."] if links else ()), *parts]))


def _documented(module: str, name: str, said: str) -> str:
    """The directive by which autodoc documents a name; of one that is described on the page, that description."""
    found, path = getattr(import_module(module), name), f"{module}.{name}"
    if inspect.ismodule(found):
        return _submodule(path, found)
    if said:
        kind = "class" if inspect.isclass(found) else "data"
        return f".. py:{kind}:: {name}\n   :module: {module}\n\n   {said}"
    if not inspect.isclass(found):
        return f".. autofunction:: {path}"
    if issubclass(found, BaseException):
        return f".. autoexception:: {path}\n   :show-inheritance:"
    everything = "\n   :undoc-members:" if issubclass(found, Enum) else ""
    return f".. autoclass:: {path}\n   :members: {', '.join(_members(found))}{everything}"


def _members(found: type) -> list[str]:
    """What users of a class call, whichever of our classes it comes from."""
    ours = [part for part in found.__mro__ if part.__module__.startswith("amalthea")]
    names = dict.fromkeys(name for part in ours for name, value in vars(part).items() if _is_method(name, value))
    return [name for name in names if getattr(found, name).__doc__]


def _is_method(name: str, value: object) -> bool:
    kinds = (property, classmethod, staticmethod)
    return (name == "__call__" or name[0] != "_") and (inspect.isfunction(value) or isinstance(value, kinds))


def _submodule(path: str, found: Any) -> str:
    """Of a module of ``amalthea.applications``, from which scripts import, docstring and names; of others a line."""
    if not path.startswith("amalthea.applications."):
        [title, *_] = (inspect.getdoc(found) or "").splitlines()
        return f"- :py:mod:`{path}`: {title}"
    links = ", ".join(f":py:obj:`{home(path, name)}.{name}`" for name in found.__all__)
    own = [f".. autofunction:: {path}.{name}" for name in found.__all__ if home(path, name) == path]
    return "\n\n".join([f".. automodule:: {path}", f"It has {links}.", *own])


def _module(name: str, _: str) -> str:
    return _rst(f".. automodule:: {name}")


def _rst(text: str) -> str:
    """Docstrings are reStructuredText."""
    return f"```{{eval-rst}}\n{text}\n```"


def _commands(_: str, __: str) -> str:
    return "\n".join(_help("amalthea", command_line, None))


def _help(name: str, command: click.Command, group: click.Context | None) -> Iterator[str]:
    """A heading and what ``--help`` prints, for a command and those within it."""
    context = click.Context(command, group, name, terminal_width=_WIDTH, **command.context_settings)
    level = 3 if group and group.parent else 2
    yield f"{'#' * level} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _help(inner, command.get_command(context, inner), context)


def _models(_: str, __: str) -> str:
    return model_table()


def _notebooks(_: str, names: str) -> str:
    return "\n\n".join(
        _cell(cell["cell_type"], "".join(cell["source"]))
        for name in names.split()
        for cell in json.loads((EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    )


def _cell(kind: str, source: str) -> str:
    """Headings are within the page; what IPython alone understands has no colours."""
    if kind == "markdown":
        return re.sub(r"^#", "###", source, flags=re.MULTILINE)
    return f"```{'text' if source[0] in '%!' else 'python'}\n{source}\n```"


_KINDS: dict[str, Callable[[str, str], str]] = {
    "public": _public,
    "module": _module,
    "commands": _commands,
    "models": _models,
    "notebooks": _notebooks,
}
