"""A script as it was read: what its names stand for, where they get their values, and what is found out about it."""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import libcst as cst
from libcst import matchers
from libcst.metadata import (
    Assignment,
    BuiltinAssignment,
    GlobalScope,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    QualifiedNameProvider,
    QualifiedNameSource,
    Scope,
    ScopeProvider,
)

from .remarks import Kind, Remark
from .stars import given

_UNKNOWN = object()


class Script:
    """The syntax tree of a script, which is not changed, with all that can be asked about it.

    Args:
        tree: as libcst parsed it.
    """

    def __init__(self, tree: cst.Module) -> None:
        wrapper = MetadataWrapper(tree)
        self.tree = wrapper.module
        self.remarks: dict[Remark, None] = {}
        self._found: dict[tuple[type[cst.CSTNode], ...], list[cst.CSTNode]] = {}
        self._places = wrapper.resolve(PositionProvider)
        self._names: Mapping[cst.CSTNode, Any] = wrapper.resolve(QualifiedNameProvider)
        self._scopes = wrapper.resolve(ScopeProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._stars = given(list(self._star_imports().values()), self._unbound())

    def remark(self, node: cst.CSTNode, text: str, kind: Kind = "check") -> None:
        """Say something about the line of a node of the tree."""
        self.remarks[Remark(self.line(node), kind, " ".join(text.split()))] = None

    def line(self, node: cst.CSTNode) -> int:
        """The line that a node begins in."""
        return int(self._places[node].start.line)

    def code(self, node: cst.CSTNode) -> str:
        """A node, old or new, as it is written."""
        return self.tree.code_for_node(node)

    def parent(self, node: cst.CSTNode | None) -> cst.CSTNode | None:
        """The node around another one; None around the whole."""
        return None if node is None else self._parents.get(node)

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """All nodes around another one, from within."""
        outer = self.parent(node)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def find(self, *kinds: type[cst.CSTNode]) -> list[Any]:
        """All nodes of some kinds, in the order of the text."""
        if kinds not in self._found:
            self._found[kinds] = sorted((node for node in self._places if isinstance(node, kinds)), key=self._start)
        return self._found[kinds]

    def imported(self, node: cst.CSTNode) -> str:
        """The dotted name of what an import bound to this expression; empty if no import did."""
        names = self._names.get(node, ())
        names = names() if callable(names) else names
        found = {name.name for name in names if name.source is QualifiedNameSource.IMPORT}
        if self._stars and all(name.source is QualifiedNameSource.BUILTIN for name in names):
            return self._by_star(node)
        return found.pop() if len(found) == 1 else ""

    def names_by_star(self, line: cst.ImportFrom) -> list[str]:
        """What the script uses of what a star import of Keras gives it; empty for other imports."""
        module = self._star_imports().get(line, "")
        return sorted(name for name, dotted in self._stars.items() if dotted == f"{module}.{name}")

    def bound_names(self) -> set[str]:
        """Names that the script itself binds outside of functions and classes."""
        scopes = [scope for scope in set(self._scopes.values()) if isinstance(scope, GlobalScope)]
        return {assignment.name for scope in scopes for assignment in scope.assignments}

    def bound(self, dotted_name: str) -> str:
        """The name under which the script itself imports something; empty if it does not."""
        for line in self.find(cst.ImportFrom):
            if isinstance(line.names, cst.ImportStar) or line.module is None or line.relative:
                continue
            for alias in line.names:
                if f"{self.code(line.module)}.{alias.evaluated_name}" == dotted_name:
                    return str(alias.evaluated_alias or alias.evaluated_name)
        return next((name for name, dotted in self._stars.items() if dotted == dotted_name), "")

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """Where the names in an expression are looked up."""
        for outer in (node, *self.around(node)):
            if outer in self._scopes:
                return self._scopes[outer]
        return None

    def assigned(self, name: cst.CSTNode) -> list[cst.CSTNode]:
        """Every place that gives a name its value."""
        scope = self.scope(name)
        if scope is None or not isinstance(name, cst.Name):
            return []
        return [found.node for found in scope[name.value] if isinstance(found, Assignment)]

    def values(self, expression: cst.CSTNode) -> list[cst.BaseExpression]:
        """Every expression that is assigned to a name or attribute, anywhere in the script; not to parts of tuples."""
        if isinstance(expression, cst.Attribute):
            text = self.code(expression)
            assignments = [node for node in self.find(cst.Assign) if self.code(node.targets[0].target) == text]
            return [assignment.value for assignment in assignments]
        found = []
        for place in self.assigned(expression):
            value = self._value_at(place)
            if value is not None:
                found.append(value)
        return found

    def literal(self, expression: cst.CSTNode, default: Any = None) -> Any:
        """The value of a literal, or of a name that is always the same literal."""
        try:
            return ast.literal_eval(self.code(expression).strip())
        except (ValueError, SyntaxError):
            pass
        values = self.values(expression)
        if isinstance(expression, cst.Name) and values and len(values) == len(self.assigned(expression)):
            found = [self.literal(value, _UNKNOWN) for value in values if value is not expression]
            if found and all(type(one) is type(found[0]) and one == found[0] for one in found):
                return default if found[0] is _UNKNOWN else found[0]
        return default

    def _star_imports(self) -> dict[cst.ImportFrom, str]:
        """Lines ``from module import *`` → the module."""
        return {
            line: self.code(line.module)
            for line in self.find(cst.ImportFrom)
            if isinstance(line.names, cst.ImportStar) and line.module is not None and not line.relative
        }

    def _unbound(self) -> set[str]:
        """Names that the script uses, and binds nowhere."""
        scopes = [scope for scope in set(self._scopes.values()) if scope is not None]
        accesses = [access for scope in scopes for access in scope.accesses]
        return {
            self.code(access.node).partition(".")[0]
            for access in accesses
            if isinstance(access.node, cst.Name | cst.Attribute)
            and all(isinstance(one, BuiltinAssignment) for one in access.referents)
        }

    def _by_star(self, node: cst.CSTNode) -> str:
        tail = ""
        while isinstance(node, cst.Attribute):
            tail = f".{node.attr.value}{tail}"
            node = node.value
        first = self._stars.get(node.value) if isinstance(node, cst.Name) else None
        return f"{first}{tail}" if first else ""

    def _value_at(self, place: cst.CSTNode) -> cst.BaseExpression | None:
        """The value that an assignment gives to a name: also to one in a tuple that gets a tuple."""
        target = self.parent(place)
        if isinstance(target, cst.AssignTarget):
            assignment = self.parent(target)
            return assignment.value if isinstance(assignment, cst.Assign) else None
        if isinstance(target, cst.Element):
            several = self.parent(target)
            outer = self.parent(self.parent(several))
            if isinstance(several, cst.Tuple) and isinstance(outer, cst.Assign) and isinstance(outer.value, cst.Tuple):
                index = several.elements.index(target)
                if len(outer.value.elements) == len(several.elements):
                    return outer.value.elements[index].value
        return None

    def _start(self, node: cst.CSTNode) -> tuple[int, int]:
        start = self._places[node].start
        return start.line, start.column


def argument(call: cst.Call, name: str, place: int | None = None) -> cst.Arg | None:
    """An argument of a call by its name, or by its place if it has none."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
    if place is not None and place < len(call.args) and not any(arg.star for arg in call.args[: place + 1]):
        found = call.args[place]
        return found if found.keyword is None else None
    return None


def method(call: cst.Call) -> str:
    """The name of the method that a call calls; empty if it is none."""
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    """An argument by name."""
    return cst.Arg(value, keyword=cst.Name(name), equal=_EQUAL)


def without(args: Sequence[cst.Arg], left_out: Collection[cst.Arg]) -> list[cst.Arg]:
    """Arguments but for some; ends of lines and comments after those stay."""
    kept: list[cst.Arg] = []
    for arg in args:
        if arg not in left_out:
            kept.append(arg)
        elif kept and _ends_line(arg) and not _ends_line(kept[-1]):
            kept[-1] = kept[-1].with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)
    return kept


def with_arguments(call: cst.Call, args: list[cst.Arg]) -> cst.Call:
    """A call with other arguments, whose last one ends as the last one did."""
    if args and call.args and not _has_comment(args[-1]):
        last = call.args[-1]
        args[-1] = args[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return call.with_changes(args=args)


def _ends_line(arg: cst.Arg) -> bool:
    comma = arg.comma
    after_comma = isinstance(comma, cst.Comma) and isinstance(comma.whitespace_after, cst.ParenthesizedWhitespace)
    return after_comma or isinstance(arg.whitespace_after_arg, cst.ParenthesizedWhitespace)


def _has_comment(arg: cst.Arg) -> bool:
    return bool(matchers.findall(arg, matchers.Comment()))


_EQUAL = cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(""))

Expression = Callable[[str], cst.BaseExpression]
expression: Expression = cst.parse_expression
