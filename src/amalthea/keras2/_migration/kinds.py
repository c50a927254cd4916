"""What the expressions of a script are, as far as its own text tells: models, layers, batches, optimizers."""

from typing import Literal

import libcst as cst

from .script import Script, argument, method
from .todays_names import todays_name

Kind = Literal["functional", "sequential", "model", "layer", "layers", "batches", "history", "optimizer"]

_FLOWS = ("flow", "flow_from_directory", "flow_from_dataframe")
_LOADERS = ("load_model", "model_from_json", "model_from_config", "clone_model")


def kinds(script: Script, node: cst.CSTNode, depth: int = 0) -> set[Kind]:
    """All that an expression can be; empty if nothing tells."""
    if depth > 8:
        return set()
    if isinstance(node, cst.Call):
        return _of_call(script, node)
    if isinstance(node, cst.Attribute) and node.attr.value == "layers":
        return {"layers"}
    if isinstance(node, cst.Attribute) and node.attr.value == "optimizer":
        return {"optimizer"}
    if isinstance(node, cst.Subscript) and "layers" in kinds(script, node.value, depth + 1):
        whole = isinstance(node.slice[0].slice, cst.Slice)
        return {"layers"} if whole else {"layer"}
    found: set[Kind] = set()
    for value in script.values(node):
        found |= kinds(script, value, depth + 1)
    for place in script.assigned(node):
        found |= _of_loop(script, place, depth)
    return found


def is_(script: Script, node: cst.CSTNode, *wanted: Kind) -> bool:
    """Whether an expression is for certain one of these."""
    found = kinds(script, node)
    return bool(found) and found <= set(wanted)


def flow(script: Script, node: cst.CSTNode) -> cst.Call | None:
    """The call that made batches of pictures; None if there are several, or none that is known."""
    if isinstance(node, cst.Call):
        return node if method(node) in _FLOWS else None
    found = [flow(script, value) for value in script.values(node)]
    known = [call for call in found if call is not None]
    return known[0] if len(known) == 1 == len(found) else None


def is_constructor(script: Script, call: cst.Call) -> bool:
    """Whether a call builds one of the networks of ``keras.applications``."""
    name = script.imported(call.func)
    return ".applications." in f".{name}" and name.rpartition(".")[2][:1].isupper()


def _of_call(script: Script, call: cst.Call) -> set[Kind]:
    if method(call) in _FLOWS:
        return {"batches"}
    if method(call) in ("fit", "fit_generator"):
        return {"history"}
    if method(call) in ("get_layer",):
        return {"layer"}
    name = script.imported(call.func)
    last = name.rpartition(".")[2]
    if is_constructor(script, call):
        return {"functional"}
    if last in _LOADERS:
        return {"model"}
    today = todays_name(name) if name else None
    if today is None:
        return set()
    if today.name in ("keras.Model", "keras.models.Model"):
        whole = argument(call, "outputs", 1) or argument(call, "output")
        return {"functional"} if whole else {"model"}
    if today.name in ("keras.Sequential", "keras.models.Sequential"):
        return {"sequential"}
    if today.name.startswith("keras.optimizers."):
        return {"optimizer"}
    return {"layer"} if today.name.startswith("keras.layers.") and last[:1].isupper() and last != "Input" else set()


def _of_loop(script: Script, place: cst.CSTNode, depth: int) -> set[Kind]:
    """Of ``layer`` in ``for layer in model.layers`` and in ``for i, layer in enumerate(model.layers)``."""
    for outer in script.around(place):
        if isinstance(outer, cst.For | cst.CompFor):
            looped = outer.iter
            if isinstance(looped, cst.Call) and isinstance(looped.func, cst.Name) and looped.func.value == "enumerate":
                if not isinstance(outer.target, cst.Tuple) or outer.target.elements[-1].value is not place:
                    return set()
                looped = looped.args[0].value
            return {"layer"} if "layers" in kinds(script, looped, depth + 1) else set()
        if isinstance(outer, cst.BaseStatement):
            break
    return set()
