"""Arguments of a call in today's spelling, by the tables that ``amalthea.keras2`` itself goes by when a script runs."""

import ast
import inspect
import warnings
from dataclasses import replace
from typing import Any

import libcst as cst

from ...errors import AmaltheaError
from .._spelling import Spelling, translated
from .script import Script, expression, keyword, with_arguments, without
from .todays_names import Today, offered

# What the tables add for a script that runs as it did, and what today's spelling does without.
_ONLY_WHEN_RUN = ("compat", "epsilon", "verbose")


class UnclearError(Exception):
    """A value that only the running script knows."""


class Unknown:
    """An expression whose value only the running script knows: it is handed on, and must not be looked into."""

    def __init__(self, node: cst.BaseExpression) -> None:
        self.node = node

    def _refuse(self, *_: Any) -> Any:
        raise UnclearError

    __bool__ = __len__ = __iter__ = __getitem__ = __add__ = __mul__ = __neg__ = __int__ = __float__ = _refuse


class _KnownInt(int):
    """The number that a name in the script always stands for, with the name."""

    node: cst.BaseExpression


class _KnownText(str):
    """The text that a name in the script always stands for, with the name."""

    node: cst.BaseExpression


def respelt(script: Script, original: cst.Call, updated: cst.Call, name: str, today: Today) -> cst.Call:
    """A call with today's arguments.

    Args:
        script: for what is unclear, which is remarked.
        original: the call as it stands in the script.
        updated: the same, with whatever was rewritten inside it.
        name: the dotted name that the script calls by.
        today: what that is today.

    Returns:
        The call itself where nothing is to be changed, or cannot be.
    """
    spelling = today.spelling
    if spelling is None or any(arg.star for arg in original.args):
        return updated
    given = [_value(script, old.value, new.value) for old, new in zip(original.args, updated.args, strict=True)]
    count = sum(arg.keyword is None for arg in original.args)
    named = {arg.keyword.value: value for arg, value in zip(original.args, given, strict=True) if arg.keyword}
    if name.startswith("tensorflow.") and spelling.older and spelling.older.applies(given[:count]):
        return _with_strides(updated)
    positional = given[:count]
    last = name.rpartition(".")[2]
    spelling = _order_made_certain(spelling, positional, is_old=last != today.name.rpartition(".")[2])
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            in_order, by_name = translated(last, spelling, positional, named)
        for one in said:
            script.remark(original, str(one.message))
        by_name = _needed(by_name, _names(spelling, original, positional, len(in_order)), today)
        by_name = {name: value for name, value in by_name.items() if name not in spelling.without_effect}
        return _rewritten(script, original, updated, spelling, today, positional, in_order, by_name)
    except UnclearError:
        script.remark(original, f"{last}: its arguments are known when it runs only; write them as today.", "left")
    except (AmaltheaError, TypeError, ValueError, AttributeError) as error:
        script.remark(original, str(error), "left")
    return updated


def _with_strides(call: cst.Call) -> cst.Call:
    """``Conv2D(32, 3, 3)`` of ``tensorflow.keras``, which never had the order of Keras 1."""
    strides = call.args[2]
    return call.with_changes(
        args=[*call.args[:2], keyword("strides", strides.value).with_changes(comma=strides.comma), *call.args[3:]]
    )


def _order_made_certain(spelling: Spelling, positional: list[Any], *, is_old: bool) -> Spelling:
    """Where the order is that of Keras 1 by the name alone, since the numbers are known when the script runs only."""
    older = spelling.older
    if older is None or not is_old or not any(isinstance(value, Unknown) for value in positional):
        return spelling
    supposed = [1 if isinstance(value, Unknown) else value for value in positional]
    if not older.applies(positional) and older.applies(supposed):
        return replace(spelling, older=replace(older, applies=lambda _: True, advice=None))
    return spelling


def _value(script: Script, original: cst.BaseExpression, updated: cst.BaseExpression) -> Any:
    """The value of a literal, or of a name that always stands for one; tuples and lists of these."""
    if isinstance(original, cst.Tuple | cst.List) and isinstance(updated, cst.Tuple | cst.List):
        values = [_value(script, old.value, new.value) for old, new in _pairs(original, updated)]
        return tuple(values) if isinstance(original, cst.Tuple) else values
    try:
        value = ast.literal_eval(script.code(original).strip())
        if value is None or isinstance(value, bool | int | float | str):
            return value
    except (ValueError, SyntaxError):
        value = script.literal(original)
        known = {int: _KnownInt, str: _KnownText}.get(type(value))
        if known is not None:
            found = known(value)
            found.node = updated
            return found
    return Unknown(updated)


def _pairs(
    original: cst.Tuple | cst.List, updated: cst.Tuple | cst.List
) -> list[tuple[cst.BaseElement, cst.BaseElement]]:
    return list(zip(original.elements, updated.elements, strict=True))


def _needed(by_name: dict[str, Any], given: list[str], today: Today) -> dict[str, Any]:
    """Without what the table adds although Keras 3 has it by itself, or only a running old script wants it."""
    own = _parameters(today)
    return {
        name: value
        for name, value in by_name.items()
        if name in given or not (name in _ONLY_WHEN_RUN or (name in own and _same(own[name], value)))
    }


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _parameters(today: Today) -> dict[str, Any]:
    """Today's arguments in their order, with their defaults."""
    found = (offered(today.name) if today.name else None) or today.old
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return {}
    return {name: parameter.default for name, parameter in signature.parameters.items() if name != "self"}


def _rewritten(
    script: Script,
    original: cst.Call,
    call: cst.Call,
    spelling: Spelling,
    today: Today,
    positional: list[Any],
    in_order: tuple[Any, ...],
    by_name: dict[str, Any],
) -> cst.Call:
    """The call, with the nodes of its arguments kept wherever their values are."""
    own = _parameters(today)
    names = [_as_keras_says(name, today, own) for name in _names(spelling, call, positional, len(in_order))]
    nodes = {name: arg for name, arg in zip(names, call.args, strict=True) if name}
    befores = {name: arg.value for name, arg in zip(names, original.args, strict=True)}
    keywords = {name for name, arg in zip(names, call.args, strict=True) if arg.keyword}
    by_name = {_as_keras_says(name, today, own): value for name, value in by_name.items()}
    gone = [arg for name, arg in zip(names, call.args, strict=True) if name and name not in by_name]
    rest = without(call.args, gone)
    nodes |= {name: arg for name, arg in zip([n for n in names if not n or n in by_name], rest, strict=True) if name}
    args = list(call.args[: len(in_order)])
    leading: list[str] = []
    for name in _order(own, spelling) if not in_order else ():
        if len(leading) == len(positional) or name not in by_name or name in keywords:
            break
        leading.append(name)
    order = [*leading, *(name for name in names if name in by_name and name not in leading)]
    order += [name for name in by_name if name not in order]
    for name in dict.fromkeys(order):
        kept = nodes.get(name)
        value = _node(script, by_name[name], befores.get(name), kept)
        if name in leading:
            args.append(kept.with_changes(value=value, keyword=None) if kept and not kept.keyword else cst.Arg(value))
        elif kept is not None and kept.keyword is not None:
            args.append(kept.with_changes(value=value, keyword=cst.Name(name)))
        else:
            args.append(keyword(name, value))
    if not call.args and not args:
        return call
    return with_arguments(call, args)


def _order(own: dict[str, Any], spelling: Spelling) -> list[str]:
    """Today's order of arguments; that of then for classes that do not tell."""
    return list(own) if own.keys() - {"args", "kwargs"} else list(spelling.positions)


def _names(spelling: Spelling, call: cst.Call, positional: list[Any], kept: int) -> list[str]:
    """Today's name of each argument in the script; empty where it has no single one."""
    older = spelling.older
    in_older_order = older is not None and positional and older.applies(positional)
    order = older.positions if older is not None and in_older_order else spelling.positions
    names = []
    for place, arg in enumerate(call.args):
        if arg.keyword is not None:
            old = arg.keyword.value
        else:
            old = order[place] if place < len(order) and place >= kept else ""
        names.append(spelling.renamed.get(old, old))
    return names


def _as_keras_says(name: str, today: Today, own: dict[str, Any]) -> str:
    """Where a function in the tree calls an argument otherwise than Keras' function of that name: by its place."""
    if not own or name in own or today.old is None or isinstance(today.old, type) or "kwargs" in own:
        return name
    try:
        then = list(inspect.signature(today.old).parameters)
    except (TypeError, ValueError):
        return name
    place = then.index(name) if name in then else len(own)
    return list(own)[place] if place < len(own) else name


def _node(script: Script, value: Any, before: cst.BaseExpression | None, kept: cst.Arg | None) -> cst.BaseExpression:
    """The expression for a value; the one in the script, where that has the value."""
    node = getattr(value, "node", None)
    if isinstance(node, cst.BaseExpression):
        return node
    if kept is not None and before is not None and _has(script, before, kept.value, value):
        return kept.value
    if value is None or isinstance(value, bool | int | float | str):
        return expression(repr(value))
    if isinstance(value, tuple | list):
        elements = [cst.Element(_node(script, one, None, None)) for one in value]
        return cst.Tuple(elements) if isinstance(value, tuple) else cst.List(elements)
    raise UnclearError


def _has(script: Script, before: cst.BaseExpression, now: cst.BaseExpression, value: Any) -> bool:
    try:
        return _same(ast.literal_eval(script.code(before).strip()), value)
    except (ValueError, SyntaxError):
        return isinstance(now, cst.Tuple | cst.List) and isinstance(value, tuple | list) and _holds(now, value)


def _holds(node: cst.Tuple | cst.List, values: tuple[Any, ...] | list[Any]) -> bool:
    nodes = [element.value for element in node.elements]
    return isinstance(node, cst.Tuple) == isinstance(values, tuple) and nodes == [
        getattr(value, "node", None) for value in values
    ]
