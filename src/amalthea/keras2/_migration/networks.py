"""Models and layers: what was added to a finished network, shapes, classes that are predicted, the learning rate."""

import libcst as cst

from .imports import Imports
from .kinds import is_, is_constructor, kinds
from .script import Script, argument, expression, keyword, method, with_arguments, without
from .todays_names import todays_name

_SHAPES = {"input_shape": "shape", "batch_input_shape": "batch_shape", "input_dim": "shape"}

_OF_BATCHES = {"nb_sample": "samples", "nb_class": "num_classes"}


def put_on_top(script: Script, imports: Imports, original: cst.Expr, updated: cst.Expr) -> cst.BaseSmallStatement:
    """``model.add(top)`` on a finished network as the model of both."""
    call, new = original.value, updated.value
    if not isinstance(call, cst.Call) or not isinstance(new, cst.Call) or method(call) != "add" or len(call.args) != 1:
        return updated
    assert isinstance(call.func, cst.Attribute) and isinstance(new.func, cst.Attribute)
    if not is_(script, call.func.value, "functional"):
        return updated
    base, top = script.code(new.func.value), script.code(new.args[0].value)
    model = script.bound("keras.models.Model") or f"{imports.need('keras')}.Model"
    statement = cst.parse_statement(f"{base} = {model}({base}.input, {top}({base}.output))\n")
    assert isinstance(statement, cst.SimpleStatementLine)
    return statement.body[0]


def set_rate(script: Script, original: cst.Expr, updated: cst.Expr) -> cst.BaseSmallStatement:
    """``K.set_value(optimizer.lr, rate)`` as an assignment, and that of a variable as its method."""
    call, new = original.value, updated.value
    if not isinstance(call, cst.Call) or not isinstance(new, cst.Call) or len(call.args) != 2:
        return updated
    if not script.imported(call.func).endswith("keras.backend.set_value"):
        return updated
    variable, value = (script.code(arg.value) for arg in new.args)
    text = f"{variable} = {value}" if variable.endswith(".learning_rate") else f"{variable}.assign({value})"
    statement = cst.parse_statement(f"{text}\n")
    assert isinstance(statement, cst.SimpleStatementLine)
    return statement.body[0]


def with_input(
    script: Script, imports: Imports, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
) -> list[cst.SimpleStatementLine] | None:
    """``model.add(Layer(…, input_shape=shape))`` as two lines, the first for the input; None if it is none."""
    if (
        len(original.body) != 1
        or not isinstance(original.body[0], cst.Expr)
        or not isinstance(updated.body[0], cst.Expr)
    ):
        return None
    call, new = original.body[0].value, updated.body[0].value
    if not isinstance(call, cst.Call) or not isinstance(new, cst.Call) or method(call) != "add" or len(new.args) != 1:
        return None
    layer, place = new.args[0].value, call.args[0].value
    if not isinstance(layer, cst.Call) or not isinstance(place, cst.Call) or not _is_first(script, call):
        return None
    shape = _input_of(script, imports, place, layer)
    if shape is None:
        return None
    given, bare = shape
    before = cst.Expr(new.with_changes(args=[cst.Arg(given)]))
    after = cst.Expr(new.with_changes(args=[new.args[0].with_changes(value=bare)]))
    return [
        cst.SimpleStatementLine([before], leading_lines=updated.leading_lines),
        updated.with_changes(body=[after], leading_lines=[]),
    ]


def first_of_list(script: Script, imports: Imports, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``Sequential([Layer(…, input_shape=shape), …])`` with the input before the layers."""
    today = todays_name(script.imported(original.func)) if script.imported(original.func) else None
    if today is None or today.name.rpartition(".")[2] != "Sequential" or not original.args:
        return updated
    layers, new = original.args[0].value, updated.args[0].value
    if not isinstance(layers, cst.List) or not isinstance(new, cst.List) or not layers.elements:
        return updated
    place, layer = layers.elements[0].value, new.elements[0].value
    if not isinstance(place, cst.Call) or not isinstance(layer, cst.Call):
        return updated
    shape = _input_of(script, imports, place, layer)
    if shape is None:
        return updated
    given, bare = shape
    first = new.elements[0]
    comma = first.comma if isinstance(first.comma, cst.Comma) else cst.MaybeSentinel.DEFAULT
    elements = [cst.Element(given, comma=comma), first.with_changes(value=bare), *new.elements[1:]]
    return updated.with_changes(
        args=[updated.args[0].with_changes(value=new.with_changes(elements=elements)), *updated.args[1:]]
    )


def with_size(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """A network whose ``output_shape`` a head is built from, with the size of the pictures that it will get."""
    if not is_constructor(script, original) or not _top_is_left_out(script, original):
        return updated
    if argument(original, "input_shape") or argument(original, "input_tensor"):
        return updated
    name = _assigned_name(script, original)
    if not name or not any(_is_shape_of(script, arg, name) for arg in _input_shapes(script)):
        return updated
    sizes = {
        script.code(arg.value): arg.value for call in script.find(cst.Call) if (arg := argument(call, "target_size"))
    }
    size = next(iter(sizes.values()), None)
    if len(sizes) != 1 or not isinstance(size, cst.Tuple) or not _is_known_before(script, size, original):
        script.remark(
            original,
            f"a head is built from {name}.output_shape, which is not known without input_shape=(height, width, 3): "
            "give the size of your pictures.",
        )
        return updated
    values = ", ".join(script.code(element.value) for element in size.elements)
    return with_arguments(updated, [*updated.args, keyword("input_shape", expression(f"({values}, 3)"))])


def predicted(script: Script, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
    """``predict_proba`` and ``predict_classes``, which is a threshold for one output, and the best of several."""
    if method(original) not in ("predict_proba", "predict_classes") or not isinstance(updated.func, cst.Attribute):
        return updated
    assert isinstance(original.func, cst.Attribute)
    if method(original) == "predict_proba" and not is_(
        script, original.func.value, "sequential", "model", "functional"
    ):
        return updated  # scikit-learn's
    call = updated.with_changes(func=updated.func.with_changes(attr=cst.Name("predict")))
    if method(original) == "predict_proba":
        return call
    units = _units(script, original.func.value)
    if units == 1:
        return expression(f"({script.code(call)} > 0.5).astype('int32')")
    if units is None:
        script.remark(original, "predict_classes: argmax is right for several outputs; of one, write > 0.5 instead.")
    return expression(f"{script.code(call)}.argmax(axis=-1)")


def todays_attribute(script: Script, original: cst.Attribute, updated: cst.Attribute) -> cst.BaseExpression:
    """``layer.output_shape``, ``optimizer.lr``, ``x._keras_shape``, ``batches.nb_sample``, ``model.input``."""
    name, owner = original.attr.value, original.value
    if name == "lr" and is_(script, owner, "optimizer"):
        return updated.with_changes(attr=cst.Name("learning_rate"))
    if name == "_keras_shape" and not _is_target(script, original):
        return updated.with_changes(attr=cst.Name("shape"))
    if name in _OF_BATCHES and is_(script, owner, "batches"):
        return updated.with_changes(attr=cst.Name(_OF_BATCHES[name]))
    if name in ("input", "output") and is_(script, owner, "sequential"):
        return expression(f"{script.code(updated.value)}.{name}s[0]")
    if name in ("output_shape", "input_shape") and "layer" in kinds(script, owner) and not _is_target(script, original):
        return expression(f"{script.code(updated.value)}.{name.partition('_')[0]}.shape")
    return updated


def of_first_call(script: Script, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
    """``layer.get_output_at(0)`` and the like of the first call."""
    name = method(original)
    todays = {
        "get_input_at": "input",
        "get_input_shape_at": "input.shape",
        "get_output_at": "output",
        "get_output_shape_at": "output.shape",
    }
    if name not in todays or not isinstance(updated.func, cst.Attribute) or len(original.args) != 1:
        return updated
    if script.code(original.args[0].value) != "0":
        script.remark(
            original, f"{name}: Keras 3 keeps what the first call returned only; keep the tensor in a name.", "left"
        )
        return updated
    return expression(f"{script.code(updated.func.value)}.{todays[name]}")


def _input_of(
    script: Script, imports: Imports, original: cst.Call, layer: cst.Call
) -> tuple[cst.Call, cst.Call] | None:
    """The call of ``Input`` that a first layer stands for, and the layer without its shape."""
    today = todays_name(script.imported(original.func)) if script.imported(original.func) else None
    if today is None or not today.name.startswith(("keras.layers.", "amalthea.keras2.layers.")):
        return None
    last = today.name.rpartition(".")[2]
    if last in ("Input", "InputLayer"):
        return None
    for name, todays in _SHAPES.items():
        given = argument(layer, name)
        if given is None or (name == "input_dim" and last == "Embedding"):
            continue
        value = given.value
        if name == "input_dim":
            value = expression(f"({script.code(value)},)")
        new = script.bound("keras.layers.Input") or script.bound("keras.Input") or f"{imports.need('keras')}.Input"
        bare = with_arguments(layer, without(layer.args, [given]))
        return cst.Call(expression(new), [keyword(todays, value)]), bare
    return None


def _is_first(script: Script, call: cst.Call) -> bool:
    """Whether nothing was added to the same model before."""
    assert isinstance(call.func, cst.Attribute)
    owner, scope = script.code(call.func.value), script.scope(call)
    made = [
        script.line(node)
        for node in script.find(cst.Assign)
        if script.code(node.targets[0].target) == owner and script.line(node) < script.line(call)
    ]
    if not made or not is_(script, call.func.value, "sequential", "functional"):
        return False
    return not any(
        method(other) == "add"
        and script.code(other.func.value) == owner
        and script.scope(other) is scope
        and max(made) < script.line(other) < script.line(call)
        for other in script.find(cst.Call)
    )


def _top_is_left_out(script: Script, call: cst.Call) -> bool:
    given = argument(call, "include_top")
    return given is not None and script.code(given.value) == "False"


def _assigned_name(script: Script, call: cst.Call) -> str:
    outer = script.parent(call)
    if isinstance(outer, cst.Assign) and len(outer.targets) == 1:
        return script.code(outer.targets[0].target)
    return ""


def _input_shapes(script: Script) -> list[cst.Arg]:
    found = [argument(call, "input_shape") for call in script.find(cst.Call)]
    return [arg for arg in found if arg is not None]


def _is_shape_of(script: Script, arg: cst.Arg, name: str) -> bool:
    return script.code(arg.value).replace(" ", "") in (f"{name}.output_shape[1:]", f"{name}.output.shape[1:]")


def _is_known_before(script: Script, size: cst.Tuple, call: cst.Call) -> bool:
    """Whether a size can be written at an earlier place: its names have their values there."""
    for element in size.elements:
        if isinstance(element.value, cst.Integer):
            continue
        if not isinstance(element.value, cst.Name):
            return False
        scope = script.scope(call)
        nodes = [getattr(one, "node", None) for one in scope[element.value.value]] if scope else []
        if not nodes or any(node is None or script.line(node) >= script.line(call) for node in nodes):
            return False
    return True


def _units(script: Script, model: cst.BaseExpression) -> int | None:
    """How many outputs the last dense layer of a stack of layers has."""
    owner = script.code(model)
    added = [
        call.args[0].value
        for call in script.find(cst.Call)
        if method(call) == "add" and call.args and script.code(call.func.value) == owner
    ]
    for value in script.values(model):
        if isinstance(value, cst.Call) and value.args and isinstance(value.args[0].value, cst.List):
            added = [element.value for element in value.args[0].value.elements] + added
    for layer in reversed(added):
        if isinstance(layer, cst.Call) and script.imported(layer.func).endswith(".Dense"):
            units = argument(layer, "units", 0) or argument(layer, "output_dim")
            found = script.literal(units.value) if units else None
            return found if isinstance(found, int) else None
    return None


def _is_target(script: Script, node: cst.CSTNode) -> bool:
    return isinstance(script.parent(node), cst.AssignTarget)
