"""What callbacks are told, ``params`` and ``logs``: Keras 3 tells less than Keras 1 and 2 did."""

from collections.abc import Callable, Mapping

import libcst as cst

from .kinds import is_
from .own_layers import is_in_class
from .script import Script, method

_RENAMED = {"nb_epoch": "epochs"}
_GONE = {
    "nb_sample": "hand the number of samples to __init__",
    "samples": "hand the number of samples to __init__",
    "batch_size": "hand the size of a batch to __init__",
    "metrics": "their names are the keys of logs",
    "do_validation": "where there is validation, logs have keys that begin with val_",
}
_OF_HISTORY = {"metrics": "their names are the keys of {}.history"}
_OF_BATCHES = {"size": "hand the size of a batch to __init__", "batch": "it is the argument before logs"}
_ON_BATCHES = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")

_Test = Callable[[Script, cst.BaseExpression], bool]


def told_names(script: Script) -> Mapping[cst.CSTNode, str]:
    """Texts by which a script asks ``params`` of a callback or history for what has another name today."""
    return {
        text: _RENAMED[str(text.evaluated_value)]
        for text in script.find(cst.SimpleString)
        if str(text.evaluated_value) in _RENAMED and _asked(script, text, _is_params) is not None
    }


def say_untold(script: Script) -> None:
    """Remark on every line that asks for what Keras 3 does not tell."""
    for text in script.find(cst.SimpleString):
        name = str(text.evaluated_value)
        if name in _GONE and (asked := _asked(script, text, _is_params)) is not None:
            owner, instead = script.code(asked).removesuffix(".params"), _GONE[name]
            if owner != "self" and name in _OF_HISTORY and script.code(asked).endswith(".params"):
                instead = _OF_HISTORY[name].format(owner)
            _say(script, text, asked, "Keras 3 tells verbose, epochs and steps only", instead)
        elif name in _OF_BATCHES and (asked := _asked(script, text, _is_logs)) is not None:
            _say(script, text, asked, "Keras 3 tells loss and metrics only", _OF_BATCHES[name])


def _say(script: Script, text: cst.SimpleString, asked: cst.BaseExpression, what: str, instead: str) -> None:
    script.remark(text, f"{script.code(asked)}[{script.code(text)}]: {what}; {instead}.", "left")


def _asked(script: Script, text: cst.SimpleString, is_it: _Test) -> cst.BaseExpression | None:
    """What is asked for a key, if it is that: ``params['nb_epoch']``, ``params.get('nb_epoch')``."""
    for outer in script.around(text):
        if isinstance(outer, cst.Subscript):
            return outer.value if is_it(script, outer.value) else None
        if isinstance(outer, cst.Call):
            if method(outer) != "get" or not outer.args or outer.args[0].value is not text:
                return None
            assert isinstance(outer.func, cst.Attribute)
            return outer.func.value if is_it(script, outer.func.value) else None
        if isinstance(outer, cst.BaseStatement):
            break
    return None


def _is_params(script: Script, node: cst.BaseExpression) -> bool:
    """Of a callback of the script, in its methods, or of what ``fit`` returned."""
    if isinstance(node, cst.Name):
        values = script.values(node)
        return bool(values) and all(isinstance(value, cst.Attribute) and _is_params(script, value) for value in values)
    if not isinstance(node, cst.Attribute) or node.attr.value != "params":
        return False
    if script.code(node.value) == "self":
        return is_in_class(script, node, "keras.callbacks.")
    return script.code(node.value).endswith(".history") or is_(script, node.value, "history")


def _is_logs(script: Script, node: cst.BaseExpression) -> bool:
    """Of a method that is told of batches."""
    if script.code(node) not in ("log", "logs") or not is_in_class(script, node, "keras.callbacks."):
        return False
    return any(isinstance(outer, cst.FunctionDef) and outer.name.value in _ON_BATCHES for outer in script.around(node))
