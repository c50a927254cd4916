"""A module of the time of Keras 1 and 2, as Python 3 and ``amalthea.keras2`` understand it."""

import ast
from collections.abc import Callable
from itertools import groupby
from typing import TypeVar

from . import figures, leniency
from .bound_names import dotted_name, imported_names
from .module_names import TREE, ModuleNames

Say = Callable[[int, str], None]
Node = TypeVar("Node", bound=ast.AST)

_PICKLES = ("pickle", "cPickle", "six.moves.cPickle")
# Functions that were given text files, which Python 2 did not tell from others.
_OF_BYTES = {
    *("numpy.load", "numpy.save", "numpy.savez", "numpy.savez_compressed"),
    *(f"{pickle}.{function}" for pickle in _PICKLES for function in ("dump", "load")),
}
_FROM_BYTES = {f"{pickle}.loads" for pickle in _PICKLES}
# Functions that choose how figures are shown.
_OF_WINDOWS = {"matplotlib.use", "matplotlib.pyplot.switch_backend", "pylab.switch_backend"}
_BACKEND = f"{TREE}.backend"
# Layers of tensorflow.keras whose third and fourth argument never were the width of a kernel and an activation.
_CONVOLUTIONS = ("Conv2D", "Convolution2D", "Conv2DTranspose", "SeparableConv2D", "Conv3D", "Convolution3D")


def rewritten(tree: ast.Module, modules: ModuleNames, say: Say) -> ast.Module:
    """The module with its imports of Keras going to ``amalthea.keras2``, and Python 2's numbers and files understood.

    Lines and columns stay, so that a traceback shows the script.

    Args:
        tree: the module, which is changed.
        modules: what is where today.
        say: is told the line and what was translated there.
    """
    _Rewriting(imported_names(tree), modules, say).visit(tree)
    return ast.fix_missing_locations(tree)


class _Rewriting(ast.NodeTransformer):
    def __init__(self, names: dict[str, str], modules: ModuleNames, say: Say) -> None:
        self._names, self._modules, self._say = names, modules, say
        imported = set(names.values())
        self._pickles = any(name.startswith(_PICKLES) for name in imported)
        self._reads_hdf5 = any(name.partition(".")[0] == "h5py" for name in imported)

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        return [statement for alias in node.names for statement in self._imported(node, alias)]

    def _imported(self, node: ast.Import, alias: ast.alias) -> list[ast.stmt]:
        today = self._today(alias.name)
        if today is None:
            return [_at(node, ast.Import([alias]))]
        if alias.name != "tensorflow":  # which is only looked through
            self._say(node.lineno, f"import {alias.name} takes {today}")
        if alias.asname:
            return [_at(node, ast.Import([ast.alias(today, alias.asname)]))]
        # `import keras.layers` loads the module and binds the name before the first dot.
        bound = alias.name.partition(".")[0]
        whole = self._today(bound) or bound
        parts = [today] if today == whole else [today, whole]
        return [_at(node, ast.Import([ast.alias(part, bound)])) for part in parts]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        if node.level or not node.module:
            return node
        moved = [(*self._source(node.module, alias.name), alias) for alias in node.names]
        if all(source == node.module for source, _, _ in moved):
            return node
        statements: list[ast.stmt] = []
        for source, group in groupby(moved, key=lambda found: found[0]):
            # The name that it is bound to stays, where what it is called has changed.
            taken = [
                ast.alias(name, alias.asname or (alias.name if name != alias.name else None))
                for _, name, alias in group
            ]
            statements.append(_at(node, ast.ImportFrom(source, taken, 0) if source else ast.Import(taken)))
            if source != node.module:
                listed = ", ".join(alias.name for alias in taken)
                self._say(node.lineno, f"from {node.module} takes {listed}{source and f' of {source}'}")
        return statements

    def _source(self, module: str, name: str) -> tuple[str, str]:
        """The module to import from, empty for a module by itself, and the name to import from it."""
        if name == "*":
            return self._modules.today(module) or module, name
        today = self._today(f"{module}.{name}")
        if today is None:
            return module, name
        source, _, name = today.rpartition(".")
        return source, name

    def _today(self, name: str) -> str | None:
        return self._modules.today(name) or self._modules.elsewhere(name)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not isinstance(node.ctx, ast.Load):
            self.generic_visit(node)
            return node
        name = dotted_name(node, self._names)
        if found := self._attribute(name):
            module, today = found
            self._say(node.lineno, f"{ast.unparse(node)} is {today}")
            return _at(node, _module(ast.Constant(module), today))
        self.generic_visit(node)
        if node.attr == "value" and self._reads_hdf5:
            return _at(node, ast.Call(_helper(leniency.value_of), [node.value], []))
        if node.attr == "_keras_shape":
            self._say(node.lineno, f"{ast.unparse(node)} is K.int_shape({ast.unparse(node.value)})")
            int_shape = ast.Attribute(_module(ast.Constant(_BACKEND), _BACKEND), "int_shape", ast.Load())
            return _at(node, ast.Call(int_shape, [node.value], []))
        return node

    def _attribute(self, name: str) -> tuple[str, str] | None:
        """The module to import for a dotted name, and today's; None for one that stays."""
        if self._modules.is_root(name) and (today := self._modules.today(name)):
            return today, today
        if name.startswith("tensorflow.") and (today := self._modules.elsewhere(name)):
            return today.rpartition(".")[0], today
        return None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = dotted_name(node.func, self._names)
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("range", "xrange"):
            node.args = [_whole(argument) for argument in node.args]
        elif isinstance(node.func, ast.Name) and node.func.id == "__import__":
            return self._called_import(node)
        elif name == "importlib.import_module" and node.args:
            self._change_module(node, node.args[0])
        elif name in _OF_WINDOWS:
            node.func = _at(node.func, ast.Call(_helper(figures.without_windows), [node.func], []))
        elif name in _OF_BYTES:
            node.func = _at(node.func, ast.Call(_helper(leniency.with_bytes), [node.func], []))
        elif self._pickles and isinstance(node.func, ast.Attribute) and node.func.attr == "write":
            node.func = _at(node.func, ast.Call(_helper(leniency.writing), [node.func], []))
        elif name in _FROM_BYTES and node.args:
            _read_bytes(node.args[0])
        elif name.startswith("tensorflow.") and name.rpartition(".")[2] in _CONVOLUTIONS:
            self._name_strides(node, name)
        return node

    def _called_import(self, node: ast.Call) -> ast.expr:
        first = _beginning(node.args[0]) if node.args else None
        whole = self._modules.today(str(first.value).partition(".")[0]) if first else None
        of_parts = len(node.args) > 3 or any(keyword.arg == "fromlist" for keyword in node.keywords)
        if not first or not (of_parts or whole):
            return node
        self._change_module(node, node.args[0])
        return node if of_parts or not whole else _at(node, _attributes(node, whole))

    def _change_module(self, node: ast.Call, argument: ast.expr) -> None:
        first = _beginning(argument)
        today = self._modules.today(str(first.value)) if first else None
        if first and today:
            self._say(node.lineno, f"import of {first.value!s} takes {today}")
            first.value = today

    def _name_strides(self, node: ast.Call, name: str) -> None:
        """Say which arguments these are, before they are taken for those of a layer of Keras 1."""
        clear = len(node.args) <= 4 and not any(isinstance(argument, ast.Starred) for argument in node.args)
        if not clear or not self._modules.today(name):
            return
        for keyword, argument in zip(("strides", "padding"), node.args[2:], strict=False):
            node.keywords.append(_at(argument, ast.keyword(keyword, argument)))
            self._say(node.lineno, f"argument {ast.unparse(argument)} of {name} is its {keyword}")
        del node.args[2:]

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult):
            if _is_sequence(node.left):
                node.right = _whole(node.right)
            elif _is_sequence(node.right):
                node.left = _whole(node.left)
            elif _may_repeat(node.left, node.right) or _may_repeat(node.right, node.left):
                return _at(node, ast.Call(_helper(leniency.multiplied), [node.left, node.right], []))
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and _divides(node.value) and not _calls(node.target):
            target = ast.parse(ast.unparse(node.target), mode="eval").body  # the same, to be read
            for part in ast.walk(target):
                _at(node.target, part)
            node.value = _at(node.value, ast.Call(_helper(leniency.factor), [target, node.value], []))
        return node

    def visit_Slice(self, node: ast.Slice) -> ast.AST:
        self.generic_visit(node)
        for part in ("lower", "upper", "step"):
            bound = getattr(node, part)
            if bound and _divides(bound):
                setattr(node, part, _whole(bound))
        return node


def _read_bytes(node: ast.expr) -> None:
    """Let ``file.read()`` give the bytes of a file that was opened as text."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "read":
        node.func = _at(node.func, ast.Call(_helper(leniency.reading), [node.func], []))


def _at(node: ast.AST, new: Node) -> Node:
    return ast.copy_location(new, node)


def _module(called: ast.expr, dotted: str) -> ast.expr:
    """An expression that imports a module, needs no name for it and gives it."""
    return _attributes(ast.Call(ast.Name("__import__", ast.Load()), [called], []), dotted)


def _attributes(first: ast.expr, dotted: str) -> ast.expr:
    for part in dotted.split(".")[1:]:
        first = ast.Attribute(first, part, ast.Load())
    return first


def _helper(function: Callable[..., object]) -> ast.expr:
    module = function.__module__
    return ast.Attribute(_module(ast.Constant(module), module), function.__name__, ast.Load())


def _whole(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant | ast.Starred):
        return node
    return _at(node, ast.Call(_helper(leniency.whole), [node], []))


def _divides(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Div) for inner in ast.walk(node))


def _may_repeat(sequence: ast.expr, number: ast.expr) -> bool:
    """Whether the product may be a list that is repeated as often as a division says: nobody knows before it runs."""
    return _divides(number) and not isinstance(sequence, ast.Constant)


def _calls(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        return _is_sequence(node.left) or _is_sequence(node.right)
    return isinstance(node, ast.List | ast.Tuple | ast.ListComp | ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _beginning(node: ast.expr) -> ast.Constant | None:
    """The text that an expression such as ``'keras.applications.' + name`` begins with."""
    match node:
        case ast.Constant(value=str()):
            return node
        case ast.BinOp(left=first, op=ast.Add() | ast.Mod()) | ast.JoinedStr(values=[first, *_]):
            return _beginning(first)
        case ast.Call(func=ast.Attribute(value=first, attr="format")):
            return _beginning(first)
    return None
