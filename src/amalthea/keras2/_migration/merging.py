"""``merge`` of Keras 1, one name for all layers of several inputs."""

import libcst as cst

from .._running.module_names import TREE
from .imports import Imports
from .script import Script, argument, keyword, with_arguments

_MODES = {
    "ave": "average",
    "concat": "concatenate",
    "dot": "dot",
    "max": "maximum",
    "mul": "multiply",
    "sum": "add",
}
_HOMES = ("keras.engine", "keras.engine.topology", "keras.layers", "keras.legacy.layers")
_KEPT = f"{TREE}.layers.merge"
# Parts of imports and parameters; and what has a module of this name, as Keras 2 had one.
_NO_USES = (cst.ImportAlias, cst.AsName, cst.Param, cst.Attribute)
_AXES = {"concat": ("concat_axis", "axis"), "dot": ("dot_axes", "axes")}


def is_merge(script: Script, node: cst.BaseExpression) -> bool:
    """Whether an expression is this function."""
    name = script.imported(node)
    return name.rpartition(".")[2] == "merge" and name.rpartition(".")[0] in _HOMES


def rename(script: Script, imports: Imports) -> None:
    """Leave the function out of the imports, where every call of it is rewritten; else import it from where it is."""
    names: set[str] = set()
    kept: set[str] = set()
    for node in script.find(cst.Name):
        outer = script.parent(node)
        if isinstance(outer, _NO_USES) or (isinstance(outer, cst.Arg) and outer.keyword is node):
            continue
        if is_merge(script, node):
            names.add(node.value)
            if not isinstance(outer, cst.Call) or outer.func is not node or _mode(script, outer) not in _MODES:
                kept.add(node.value)
    for name in names:
        imports.keep(name, _KEPT) if name in kept else imports.drop(name)


def todays_merge(script: Script, imports: Imports, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``merge([a, b], mode='concat', concat_axis=3)`` as ``keras.layers.concatenate([a, b], axis=3)``."""
    if not is_merge(script, original.func):
        return updated
    mode = _mode(script, original)
    inputs = argument(updated, "inputs", 0)
    if mode not in _MODES or inputs is None:
        given = argument(original, "mode", 1)
        what = script.code(given.value) if given else repr(mode)
        script.remark(
            original,
            f"merge(mode={what}) is not in Keras 3; {_KEPT} is what it was. Write it with keras.layers.Lambda or "
            "keras.ops.",
        )
        if isinstance(original.func, cst.Attribute):
            imports.need(_KEPT.rpartition(".")[0])
            return updated.with_changes(func=cst.parse_expression(_KEPT))
        return updated
    args = [inputs.with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT)]
    old, today = _AXES.get(mode, ("", ""))
    axis = argument(updated, old, 2 if mode == "concat" else 3) if old else None
    if axis is not None:
        args.append(keyword(today, axis.value))
    elif mode == "dot":
        args.append(keyword("axes", cst.parse_expression("-1")))
    label = argument(updated, "name")
    if label is not None:
        args.append(label)
    module = imports.need("keras")
    return with_arguments(updated, args).with_changes(func=cst.parse_expression(f"{module}.layers.{_MODES[mode]}"))


def _mode(script: Script, call: cst.Call) -> str:
    given = argument(call, "mode", 1)
    return str(script.literal(given.value, "")) if given else "sum"
