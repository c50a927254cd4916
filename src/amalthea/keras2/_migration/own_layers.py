"""Layers that a script defines itself."""

import libcst as cst

from .script import Script, keyword, method, with_arguments
from .todays_names import todays_name


def todays_method(script: Script, original: cst.FunctionDef, updated: cst.FunctionDef) -> cst.FunctionDef:
    """``get_output_shape_for`` of Keras 1, which is ``compute_output_shape`` since."""
    if original.name.value == "get_output_shape_for" and is_in_class(script, original, "keras."):
        return updated.with_changes(name=cst.Name("compute_output_shape"))
    return updated


def todays_weight(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``self.add_weight('kernel', shape)``: the shape comes first today."""
    if method(original) != "add_weight" or not original.args or not is_in_class(script, original, "keras."):
        return updated
    first = original.args[0]
    if first.keyword is not None or not isinstance(script.literal(first.value), str):
        return updated
    args = [keyword("name", updated.args[0].value)]
    rest = list(updated.args[1:])
    if rest and rest[0].keyword is None:
        args.append(keyword("shape", rest.pop(0).value))
    if any(arg.keyword is None for arg in rest):
        script.remark(original, "add_weight: give all its arguments by name; their order has changed.", "left")
        return updated
    return with_arguments(updated, [*args, *rest])


def is_in_class(script: Script, node: cst.CSTNode, bases: str) -> bool:
    """Whether something is in a class of the script that derives from one whose name of today begins like this."""
    for outer in script.around(node):
        if isinstance(outer, cst.ClassDef):
            names = [script.imported(base.value) for base in outer.bases]
            found = [todays_name(name) for name in names if name]
            return any(one is not None and one.name.startswith(bases) for one in found)
    return False
