"""Estimators of scikit-learn around models: the arguments of ``fit`` that they are given, and those in grids."""

from collections.abc import Mapping

import libcst as cst

from .._running.module_names import TREE
from .._spelling import Spelling
from .._training.arguments import FIT
from .script import Script
from .todays_names import Today, todays_name

_SPELLING = Spelling(renamed=FIT.renamed, without_effect=FIT.without_effect)


def with_arguments_of_fit(today: Today) -> Today:
    """``KerasClassifier(build_fn=…, nb_epoch=2)`` takes the arguments of the model's ``fit``."""
    return today._replace(spelling=_SPELLING) if today.name.startswith(f"{TREE}.wrappers.") else today


def names_in_grids(script: Script) -> Mapping[cst.CSTNode, str]:
    """Old names of these arguments as keys of dictionaries, by which searches and ``fit_params`` give them."""
    if not _has_wrappers(script):
        return {}
    keys = [arg.keyword for call in script.find(cst.Call) if script.code(call.func) == "dict" for arg in call.args]
    keys += [element.key for element in script.find(cst.DictElement)]
    found = {}
    for key in keys:
        name = key.value if isinstance(key, cst.Name) and isinstance(script.parent(key), cst.Arg) else _text(key)
        step, separator, last = name.rpartition("__")
        if last in FIT.renamed:
            found[key] = f"{step}{separator}{FIT.renamed[last]}"
    return found


def _text(key: cst.CSTNode | None) -> str:
    return str(key.evaluated_value) if isinstance(key, cst.SimpleString) else ""


def _has_wrappers(script: Script) -> bool:
    """Whether the script makes such estimators, of functions that do not take the old names themselves."""
    if any(parameter.name.value in FIT.renamed for parameter in script.find(cst.Param)):
        return False
    names = [todays_name(script.imported(call.func)) for call in script.find(cst.Call) if script.imported(call.func)]
    return any(today is not None and with_arguments_of_fit(today) is not today for today in names)
