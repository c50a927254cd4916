"""Where the names lead that docstrings and annotations mention.

Annotations name a class by the module that defines it, and pages by the layer that offers it. What is documented
becomes a link; what exists, here or in a package that is installed, but is not documented on this site stays text, for
no inventory of another site is fetched; all else is a warning, as nitpicky says.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pydoc import locate
from typing import Any

from docutils import nodes
from sphinx.util.nodes import make_refnode

_TYPING = ("typing", "collections.abc", "numpy.typing", "builtins")
_SHORT = {"np": "numpy"}  # as annotations within quotes write them


def resolve(app: Any, env: Any, node: Any, text: nodes.Node) -> nodes.Node | None:
    """A link or plain text for a name of Python that stands nowhere under exactly this name."""
    if node.get("refdomain") != "py":
        return None
    names = node["reftarget"].split(", ")  # "ArgumentError, ImageError", as the section "Raises" has them
    found = [_one(app, env, node, name, nodes.Text(name) if len(names) > 1 else text) for name in names]
    if None in found:
        return None
    whole = nodes.inline()
    for part in found:
        whole += [nodes.Text(", "), part] if len(whole) else [part]
    return whole


def _one(app: Any, env: Any, node: Any, name: str, text: nodes.Node) -> nodes.Node | None:
    domain = env.domains["py"]
    last = name.rpartition(".")[2]
    documented = [path for path in domain.objects if path.rpartition(".")[2] == last and _is_same(name, path)]
    if documented:
        path = min(documented, key=len)
        found = domain.objects[path]
        return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, [text], path)
    return text if exists(name) else None


def _is_same(name: str, path: str) -> bool:
    """Whether a documented class or exception is what a name without its place, or with its inner place, means."""
    return ("." not in name or name.startswith("amalthea.")) and path.rpartition(".")[2][:1].isupper()


def exists(name: str) -> bool:
    """Here, or in a package that is installed; or, of a name alone, in a module that annotations take names from."""
    first, _, rest = name.partition(".")
    if first == "amalthea":
        return locate(name) is not None
    if rest:
        return find_spec(_SHORT.get(first, first)) is not None
    ours = [module for place, module in sys.modules.items() if place.startswith("amalthea.")]
    return any(name in vars(module) for module in [*ours, *map(import_module, _TYPING)])
