"""Keys of a history, which Keras 3 names as ``compile`` was told to, and of the configuration of an optimizer."""

from collections.abc import Mapping

import libcst as cst

from .kinds import is_
from .script import Script, argument, method

_WATCHING = ("EarlyStopping", "ReduceLROnPlateau")
_KEYS = {"acc": "accuracy", "accuracy": "acc"}


def key_names(script: Script) -> Mapping[cst.CSTNode, str]:
    """Texts in the script by which something is asked under another key than Keras 3 uses."""
    given = _metrics(script)
    rates = {text: "learning_rate" for text in script.find(cst.SimpleString) if _is_rate_of_optimizer(text, script)}
    return {**rates, **_keys_of_histories(script, given.pop())} if len(given) == 1 else rates


def _is_rate_of_optimizer(text: cst.SimpleString, script: Script) -> bool:
    """Of ``optimizer.get_config()['lr']``."""
    outer = next((each for each in script.around(text) if isinstance(each, cst.Subscript)), None)
    asked = outer.value if outer is not None and text.evaluated_value == "lr" else None
    return isinstance(asked, cst.Call) and isinstance(asked.func, cst.Attribute) and method(asked) == "get_config"


def _keys_of_histories(script: Script, todays: str) -> dict[cst.CSTNode, str]:
    """Texts by which a history is asked, or watched.

    Args:
        script: the script.
        todays: what its ``compile`` calls accuracy.
    """
    old = _KEYS[todays]
    found: dict[cst.CSTNode, str] = {}
    for text in script.find(cst.SimpleString):
        name = str(text.evaluated_value)
        if name in (old, f"val_{old}") and _is_key(script, text):
            found[text] = name.replace(old, todays)
        elif (f"{{{old}" in name or f"{{val_{old}" in name) and _is_path(script, text):
            new = name.replace(f"{{{old}:", f"{{{todays}:").replace(f"{{val_{old}:", f"{{val_{todays}:")
            new = new.replace(f"{{{old}}}", f"{{{todays}}}").replace(f"{{val_{old}}}", f"{{val_{todays}}}")
            found[text] = new
    return found


def _metrics(script: Script) -> set[str]:
    """What every ``compile`` of the script calls accuracy."""
    found: set[str] = set()
    for call in script.find(cst.Call):
        metrics = argument(call, "metrics") if method(call) == "compile" else None
        names = script.literal(metrics.value) if metrics else None
        found |= {name for name in names or () if name in _KEYS}
    return found


def _is_key(script: Script, text: cst.SimpleString) -> bool:
    """Of ``history.history['acc']``, ``logs['acc']``, ``logs.get('acc')`` and ``monitor='val_acc'``."""
    for outer in script.around(text):
        if isinstance(outer, cst.Arg):
            call = script.parent(outer)
            if outer.keyword is not None:
                return outer.keyword.value == "monitor"
            if isinstance(call, cst.Call) and script.imported(call.func).rpartition(".")[2] in _WATCHING:
                return True
            if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and method(call) == "get":
                return _is_history(script, call.func.value)
            return False
        if isinstance(outer, cst.Subscript):
            return _is_history(script, outer.value)
        if isinstance(outer, cst.BaseStatement):
            break
    return False


def _is_history(script: Script, node: cst.BaseExpression) -> bool:
    text = script.code(node)
    if text in ("log", "logs") or text.endswith(".history"):
        return True
    values = script.values(node)
    return is_(script, node, "history") or any(script.code(value).endswith(".history") for value in values)


def _is_path(script: Script, text: cst.SimpleString) -> bool:
    """Of a name for ``ModelCheckpoint``."""
    return any(script.imported(call.func).endswith(".ModelCheckpoint") for call in script.find(cst.Call))
