"""What runs without an error today, and may mean something else than its author did."""

from math import degrees

import libcst as cst

from .._running.figures import has_windows
from .kinds import is_constructor, kinds
from .script import Script, argument, method

# Networks whose layers old scripts count: their layers without the top, and where the last block begins.
_LAYERS = {"VGG16": (19, 15), "VGG19": (22, 17)}


def say_traps(script: Script) -> None:
    """Remark on every line of a script that a person must look at."""
    for call in script.find(cst.Call):
        _shear(script, call)
        _steps(script, call)
        _tail(script, call)
        _popped(script, call)
    for node in script.find(cst.Subscript):
        _slice(script, node)
    for node in script.find(cst.Attribute):
        _attribute(script, node)
    for node in script.find(cst.Assign):
        _thawed(script, node)
    _rescaling(script)
    _figures(script)


def _shear(script: Script, call: cst.Call) -> None:
    given = argument(call, "shear_range")
    value = script.literal(given.value) if given else None
    if isinstance(value, int | float) and 0 < value < 1 and script.imported(call.func).endswith("ImageDataGenerator"):
        script.remark(
            given.value if given else call,
            f"shear_range={value} is {value} degrees. Until Keras 2.1.2 it was radians: {degrees(value):.4g} degrees.",
        )


def _steps(script: Script, call: cst.Call) -> None:
    for name in ("steps_per_epoch", "validation_steps", "steps"):
        given = argument(call, name)
        if given is not None and isinstance(given.value, cst.Name) and "sample" in given.value.value:
            script.remark(
                given.value,
                f"{name}={given.value.value} counts batches, not samples: divide it by the size of a batch.",
            )


def _tail(script: Script, call: cst.Call) -> None:
    if method(call) not in ("predict_generator", "predict"):
        return
    given = argument(call, "steps", 1 if method(call) == "predict_generator" else None) or argument(call, "val_samples")
    number = given.value if given else None
    if isinstance(number, cst.BinaryOperation) and isinstance(number.operator, cst.FloorDivide | cst.Divide):
        whole = script.literal(number.left), script.literal(number.right)
        if all(isinstance(one, int) and one for one in whole) and whole[0] % whole[1] == 0:
            return
        script.remark(
            number,
            f"{script.code(number)} batches leave out the last pictures where it does not come out even; "
            "leave steps out to predict all of them.",
        )


def _popped(script: Script, call: cst.Call) -> None:
    if method(call) == "pop" and isinstance(call.func, cst.Attribute) and "layers" in kinds(script, call.func.value):
        script.remark(
            call,
            "layers.pop() takes nothing out of the network: make keras.Model(model.input, model.layers[-2].output).",
            "left",
        )


def _slice(script: Script, node: cst.Subscript) -> None:
    part = node.slice[0].slice
    if not isinstance(part, cst.Slice) or not isinstance(node.value, cst.Attribute) or part.upper is None:
        return
    end = script.literal(part.upper)
    if node.value.attr.value != "layers" or not isinstance(end, int):
        return
    names = {script.imported(call.func).rpartition(".")[2] for call in _bases(script)}
    for name in names & _LAYERS.keys():
        count, block = _LAYERS[name]
        if end > count:
            script.remark(
                node,
                f"{script.code(node)} is every layer of {name}, which has {count} without its top: nothing of it would "
                f"train. Did you mean {block}, where the last block begins?",
            )


def _attribute(script: Script, node: cst.Attribute) -> None:
    name = node.attr.value
    if name == "metrics_names":
        script.remark(
            node, "metrics_names is ['loss', 'compile_metrics'] today: evaluate(…, return_dict=True) names them."
        )
    elif name == "uses_learning_phase":
        script.remark(node, "uses_learning_phase is gone: call the model with training=True or False.", "left")
    elif name in ("inbound_nodes", "outbound_nodes") and not script.imported(node):
        script.remark(node, f"{name} is private in Keras 3: layer._{name}.", "left")
    elif name in ("to_yaml", "model_from_yaml"):
        script.remark(node, f"{name} is gone: use to_json and model_from_json.", "left")
    elif name in ("output_shape", "input_shape"):
        _shape(script, node)


def _shape(script: Script, node: cst.Attribute) -> None:
    known = kinds(script, node.value)
    own = isinstance(node.value, cst.Name) and node.value.value == "self"
    if not known and not own:
        what = script.code(node.value)
        script.remark(node, f"if {what} is a layer and no model: {what}.{node.attr.value.partition('_')[0]}.shape.")


def _thawed(script: Script, node: cst.Assign) -> None:
    """``layer.trainable = …`` between the ``compile`` and the ``fit`` of a model."""
    target = node.targets[0].target
    if not isinstance(target, cst.Attribute) or target.attr.value != "trainable":
        return
    calls = [call for call in script.find(cst.Call) if method(call) in ("compile", "fit", "fit_generator")]
    last: dict[str, str] = {}  # model → what was last called of it
    for call in calls:
        assert isinstance(call.func, cst.Attribute)
        model, name, line = script.code(call.func.value), method(call), script.line(call)
        if line < script.line(node):
            last[model] = name
        elif name == "compile":
            last.pop(model, None)
        elif last.pop(model, None) is not None:
            script.remark(
                node,
                f"{model} was compiled before: Keras 1 and 2 kept to what was trainable then, Keras 3 does not. "
                f"Compile {model} again where this is meant for it; else set it back before {model}.{name}.",
            )


def _rescaling(script: Script) -> None:
    names = {script.imported(base.func).rpartition(".")[2] for base in _bases(script)}
    if not names:
        return
    for call in script.find(cst.Call):
        given = argument(call, "rescale")
        if given is not None and script.imported(call.func).endswith("ImageDataGenerator"):
            script.remark(
                given.value,
                f"the weights of {', '.join(sorted(names))} want what their own preprocess_input makes: "
                "preprocessing_function=preprocess_input instead of rescale.",
            )


def _figures(script: Script) -> None:
    """Windows, of which there are none on a machine without a display."""
    calls = [(script.imported(call.func), call) for call in script.find(cst.Call)]
    for name, call in calls:
        wanted = argument(call, "backend", 0) or argument(call, "arg", 0) or argument(call, "newbackend", 0)
        backend = script.literal(wanted.value) if wanted else None
        if name in ("matplotlib.use", "matplotlib.pyplot.switch_backend") and has_windows(backend):
            script.remark(call, f"{backend} needs a display: on a machine without one, delete this line.")
    shown = [call for name, call in calls if name in ("matplotlib.pyplot.show", "pylab.show")]
    for call in shown[:1]:
        script.remark(call, f"{script.code(call.func)} needs a display: without one, plt.savefig('figure.png') draws.")


def _bases(script: Script) -> list[cst.Call]:
    """Calls that build a network with ImageNet's weights."""
    found = []
    for call in script.find(cst.Call):
        if is_constructor(script, call):
            weights = argument(call, "weights")
            if weights is None or script.literal(weights.value) == "imagenet":
                found.append(call)
    return found
