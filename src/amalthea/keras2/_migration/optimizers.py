"""Optimizers: those named by a text whose defaults have changed, and rates that fall with time."""

from inspect import signature
from typing import Any

import keras
import libcst as cst

from .imports import Imports
from .kinds import is_
from .script import Script, argument, expression, keyword, method, with_arguments, without
from .todays_names import todays_name

_CLASSES = ("Adadelta", "Adagrad", "Adam", "Adamax", "Nadam", "RMSprop", "SGD")


def with_defaults_of_then(script: Script, imports: Imports, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``compile(optimizer='adadelta')`` with the rate that this stood for."""
    if method(original) != "compile":
        return updated
    given, new = argument(original, "optimizer", 0), argument(updated, "optimizer", 0)
    name = script.literal(given.value) if given else None
    kind = next((one for one in _CLASSES if isinstance(name, str) and one.lower() == name.lower()), None)
    if kind is None or given is None or new is None or not isinstance(given.value, cst.SimpleString):
        return updated
    then = _defaults_of_then(kind)
    if not then:
        return updated
    others = ", ".join(f"{name}={value!r}" for name, value in then.items())
    value = expression(f"{imports.need('keras')}.optimizers.{kind}({others})")
    args = [arg.with_changes(value=value) if arg is new else arg for arg in updated.args]
    return updated.with_changes(args=args)


def with_schedule(script: Script, imports: Imports, original: cst.Call, call: cst.Call, kind: str) -> cst.Call:
    """An optimizer with the schedule that its ``decay`` stood for, unless something else sets its rate.

    Args:
        script: of the call.
        imports: get what is needed besides.
        original: the call as it stands in the script.
        call: in today's spelling otherwise.
        kind: the class of the optimizer.
    """
    call = _with_floats(script, original, call)
    decay = argument(call, "decay")
    if decay is None:
        return call
    call = with_arguments(call, without(call.args, [decay]))
    if script.literal(decay.value) in (0, 0.0):
        return call
    what = f"decay={script.code(decay.value)}"
    setter = _sets_rates(script)
    if setter:
        script.remark(
            original,
            f"{what} is left out: in Keras 3 it is a schedule, with which {setter} is an error. "
            "Let that lower the rate, or take keras.optimizers.schedules.InverseTimeDecay instead of it.",
        )
        return call
    script.remark(
        original,
        f"{what} is a schedule today: nothing else can set the rate then, such as LearningRateScheduler, "
        "ReduceLROnPlateau or a callback.",
    )
    rate = argument(call, "learning_rate", 0)
    default = _defaults_of_then(kind).get("learning_rate", _defaults(kind)["learning_rate"])
    start = script.code(rate.value) if rate else repr(default)
    schedule = expression(
        f"{imports.need('keras')}.optimizers.schedules.InverseTimeDecay"
        f"({start}, decay_steps=1, decay_rate={script.code(decay.value)})"
    )
    if rate is None:
        return with_arguments(call, [keyword("learning_rate", schedule), *call.args])
    return call.with_changes(args=[arg.with_changes(value=schedule) if arg is rate else arg for arg in call.args])


def _with_floats(script: Script, original: cst.Call, call: cst.Call) -> cst.Call:
    """``momentum=0`` as 0.0, for Keras 3 refuses whole numbers."""
    given = argument(call, "momentum", 1)
    if given is None or not isinstance(script.literal(given.value), int):
        return call
    if not isinstance(given.value, cst.Integer):
        script.remark(
            original, f"momentum={script.code(given.value)}: Keras 3 refuses whole numbers; 0.0 is one.", "left"
        )
        return call
    value = cst.Float(f"{given.value.value}.0")
    return call.with_changes(args=[arg.with_changes(value=value) if arg is given else arg for arg in call.args])


def _sets_rates(script: Script) -> str:
    """What sets the rate of an optimizer while it trains, as the script says it; empty if nothing does."""
    for call in script.find(cst.Call):
        name = script.imported(call.func)
        last = name.rpartition(".")[2]
        if last in ("LearningRateScheduler", "ReduceLROnPlateau"):
            return last
        if name.endswith("backend.set_value") and call.args and _is_rate(call.args[0].value):
            return script.code(call)
    for node in script.find(cst.Assign, cst.AugAssign):
        target: Any = node.targets[0].target if isinstance(node, cst.Assign) else node.target
        if _is_rate(target) and is_(script, target.value, "optimizer"):
            return f"{script.code(target)} = …"
    return ""


def _is_rate(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value in ("lr", "learning_rate")


def _defaults_of_then(kind: str) -> dict[str, Any]:
    """The defaults that are others today."""
    today = todays_name(f"keras.optimizers.{kind}")
    then = today.spelling.defaults if today and today.spelling else {}
    now = _defaults(kind)
    return {name: value for name, value in then.items() if name in now and now[name] != value}


def _defaults(kind: str) -> dict[str, Any]:
    parameters = signature(getattr(keras.optimizers, kind)).parameters
    return {name: parameter.default for name, parameter in parameters.items()}
