"""Methods by which models train and predict: the ``*_generator`` ones, and numbers of samples instead of batches."""

from collections.abc import Mapping

import keras
import libcst as cst
from libcst.metadata import Assignment

from .._spelling import Spelling
from .._training import arguments
from .arguments import respelt
from .imports import Imports
from .kinds import flow, is_
from .script import Script, argument, expression, keyword, method, with_arguments, without
from .todays_names import Today

# Old method → today's, and the table of its arguments.
_METHODS: Mapping[str, tuple[str, Spelling]] = {
    "compile": ("compile", arguments.COMPILE),
    "evaluate": ("evaluate", arguments.EVALUATE),
    "evaluate_generator": ("evaluate", arguments.EVALUATE_GENERATOR),
    "fit": ("fit", arguments.FIT),
    "fit_generator": ("fit", arguments.FIT_GENERATOR),
    "predict": ("predict", arguments.PREDICT),
    "predict_generator": ("predict", arguments.PREDICT_GENERATOR),
}
# Old number of samples → today's number of batches, and what the batches come from.
_SAMPLES = {
    "samples_per_epoch": ("steps_per_epoch", "x"),
    "nb_val_samples": ("validation_steps", "validation_data"),
    "val_samples": ("steps", "x"),
}
_STEPS = dict(_SAMPLES.values())


def todays_training(script: Script, imports: Imports, original: cst.Call, updated: cst.Call) -> cst.Call:
    """A call of a model's method with today's name and arguments."""
    old = method(original)
    if old not in _METHODS or not isinstance(updated.func, cst.Attribute) or not _is_a_models(script, original, old):
        return updated
    name, spelling = _METHODS[old]
    today = Today(f"keras.Model.{name}", getattr(keras.Model, name), spelling)
    call = respelt(script, original, updated, f"keras.Model.{old}", today)
    assert isinstance(call.func, cst.Attribute)
    call = call.with_changes(func=call.func.with_changes(attr=cst.Name(name)))
    call = _in_batches(script, imports, original, call)
    call = _in_whole_numbers(script, imports, call)
    if name == "fit":
        call = _in_their_order(script, original, call)
        call = _without_idle_weights(script, original, call)
    return call


def _is_a_models(script: Script, call: cst.Call, name: str) -> bool:
    """Not the ``fit`` of scikit-learn or of an ``ImageDataGenerator``."""
    if name.endswith("_generator"):
        return True
    assert isinstance(call.func, cst.Attribute)
    if is_(script, call.func.value, "functional", "sequential", "model"):
        return True
    words = {arg.keyword.value for arg in call.args if arg.keyword}
    return bool(words & {"nb_epoch", "epochs", "validation_data", "validation_split", "loss", "steps_per_epoch"})


def _in_batches(script: Script, imports: Imports, original: cst.Call, call: cst.Call) -> cst.Call:
    """Numbers of samples, which Keras 1 counted, as numbers of batches."""
    args = list(call.args)
    for place, arg in enumerate(args):
        if arg.keyword is None or arg.keyword.value not in _SAMPLES:
            continue
        name, source = _SAMPLES[arg.keyword.value]
        batches = argument(call, source, 0 if source == "x" else None)
        old = argument(original, arg.keyword.value)
        size = _batch_size(script, _original_of(script, original, batches)) if batches else None
        if size is None:
            what = script.code(arg.value)
            script.remark(
                original,
                f"{arg.keyword.value}={what} counted samples, {name} counts batches: divide it by the size of a batch.",
            )
            value = arg.value
        else:
            value = _quotient(script, imports, (old or arg).value, arg.value, size)
        args[place] = (old or arg).with_changes(value=value, keyword=cst.Name(name), comma=arg.comma)
    return call.with_changes(args=args)


def _quotient(
    script: Script,
    imports: Imports,
    original: cst.BaseExpression,
    samples: cst.BaseExpression,
    size: cst.BaseExpression,
) -> cst.BaseExpression:
    """Samples over the size of a batch; rounded up, unless it is known to come out even."""
    numbers = script.literal(original), script.literal(size)
    if all(isinstance(number, int) and number for number in numbers) and numbers[0] % numbers[1] == 0:
        return cst.BinaryOperation(_in_brackets(samples), cst.FloorDivide(), size)
    imports.need("math")
    return cst.Call(expression("math.ceil"), [cst.Arg(cst.BinaryOperation(_in_brackets(samples), cst.Divide(), size))])


def _original_of(script: Script, call: cst.Call, batches: cst.Arg) -> cst.BaseExpression:
    """The node in the script itself that an argument was written as, about which can be asked."""
    text = script.code(batches.value)
    return next((arg.value for arg in call.args if script.code(arg.value) == text), batches.value)


def _batch_size(script: Script, batches: cst.BaseExpression) -> cst.BaseExpression | None:
    """What says how many samples a batch has: the number or name that the batches were made with, if it is in reach."""
    made = flow(script, batches)
    if made is None:
        return expression(f"{script.code(batches)}.batch_size") if is_(script, batches, "batches") else None
    given = argument(made, "batch_size")
    if given is not None and isinstance(given.value, cst.Integer):
        return given.value
    if given is not None and isinstance(given.value, cst.Name):
        here = {id(node) for node in _assignments(script, batches, given.value.value)}
        if here and here == {id(node) for node in script.assigned(given.value)}:
            return given.value
    return expression(f"{script.code(batches)}.batch_size") if isinstance(batches, cst.Name) else None


def _assignments(script: Script, near: cst.CSTNode, name: str) -> list[cst.CSTNode]:
    scope = script.scope(near)
    return [] if scope is None else [one.node for one in scope[name] if isinstance(one, Assignment)]


def _in_brackets(node: cst.BaseExpression) -> cst.BaseExpression:
    simple = isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Integer | cst.Float | cst.Subscript)
    return node if simple or node.lpar else node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _in_whole_numbers(script: Script, imports: Imports, call: cst.Call) -> cst.Call:
    """Numbers of batches rounded up, as Keras 2 did with those that were divided."""
    args = list(call.args)
    for place, arg in enumerate(args):
        is_number = arg.keyword is not None and arg.keyword.value in _STEPS
        if is_number and isinstance(arg.value, cst.BinaryOperation) and isinstance(arg.value.operator, cst.Divide):
            imports.need("math")
            bare = arg.value.with_changes(lpar=[], rpar=[])
            args[place] = arg.with_changes(value=cst.Call(expression("math.ceil"), [cst.Arg(bare)]))
    return call.with_changes(args=args)


def _without_idle_weights(script: Script, original: cst.Call, call: cst.Call) -> cst.Call:
    """Without ``class_weight='auto'``, with which training is an error today, as it is with weights by outputs."""
    written, given = argument(original, "class_weight"), argument(call, "class_weight")
    if written is not None and _by_outputs(script, written.value):
        script.remark(
            written.value,
            f"class_weight={script.code(written.value)}: Keras 3 takes weights of classes for a single output only. "
            "Give sample_weight, a list with an array for each output.",
            "left",
        )
    if written is None or given is None or not isinstance(script.literal(written.value), str):
        return call
    script.remark(written.value, f"class_weight={script.code(written.value)} never had an effect, and is left out.")
    return with_arguments(call, without(call.args, [given]))


def _by_outputs(script: Script, weights: cst.BaseExpression) -> bool:
    """Whether ``class_weight`` has a dictionary for each of several outputs."""
    found = [weights, *script.values(weights)]
    keys = [
        part.key
        for one in found
        if isinstance(one, cst.Dict)
        for part in one.elements
        if isinstance(part, cst.DictElement)
    ]
    parts = [part.value for one in found if isinstance(one, cst.List) for part in one.elements]
    return any(isinstance(script.literal(key), str) for key in keys) or any(
        isinstance(part, cst.Dict) for part in parts
    )


def _in_their_order(script: Script, original: cst.Call, call: cst.Call) -> cst.Call:
    """Batches that were made with ``shuffle=False`` keep their order."""
    batches = argument(original, "generator") or argument(original, "x", 0)
    made = flow(script, batches.value) if batches else None
    given = argument(made, "shuffle") if made is not None else None
    if given is None or script.code(given.value) != "False" or argument(call, "shuffle"):
        return call
    return with_arguments(call, [*call.args, keyword("shuffle", cst.Name("False"))])
