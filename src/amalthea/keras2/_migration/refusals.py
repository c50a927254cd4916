"""What Keras 3 refuses when the script comes to it, and only a person can mend."""

import libcst as cst

from .._models.resnet50_names import todays_names
from .._training.updates import UPDATES
from .files import checkpoint, texts_in, weights_name, written
from .kinds import is_, kinds
from .own_layers import is_in_class
from .script import Script, argument, method
from .todays_names import todays_name

_OF_MODELS = (".h5", ".hdf5", ".keras")  # the second of which is written as the first


def say_refusals(script: Script) -> None:
    """Remark on every line of a script that ends it today."""
    for call in script.find(cst.Call):
        _path(script, call)
        _label(script, call)
        _layer_of_resnet50(script, call)
    for node in script.find(cst.Attribute):
        _attribute(script, node)
    for function in script.find(cst.FunctionDef):
        if function.name.value == "get_updates" and is_in_class(script, function, "keras.optimizers."):
            script.remark(function, UPDATES, "left")


def _path(script: Script, call: cst.Call) -> None:
    """Of models and weights: what Keras 3 wants the names of their files to end in."""
    whole = checkpoint(script, call)
    others = [name for name in texts_in(script, whole) if not name.endswith(_OF_MODELS)] if whole is not None else []
    if whole is not None and others:
        script.remark(
            whole,
            f"ModelCheckpoint writes models into files whose names end in .keras only: {script.code(whole)}.",
            "left",
        )
    path = written(script, call)
    if path is None:
        return
    names = [weights_name(name) for name in texts_in(script, path)]
    if names and all(name.endswith(".weights.h5") for name in names):
        return
    what = "are written" if not names else "must be written"
    script.remark(
        path,
        f"weights {what} into files whose names end in .weights.h5 only: {script.code(path)}.",
        "left" if names else "check",
    )


def _label(script: Script, call: cst.Call) -> None:
    given = argument(call, "name")
    today = todays_name(script.imported(call.func)) if given and script.imported(call.func) else None
    if given is None or today is None or not today.name.startswith(("keras.", "amalthea.keras2.layers.")):
        return
    texts = texts_in(script, given.value, whole=True)
    if any("/" in text for text in texts):
        script.remark(given.value, f"name={script.code(given.value)}: Keras 3 refuses names with a slash.", "left")


def _layer_of_resnet50(script: Script, call: cst.Call) -> None:
    given = argument(call, "name", 0) if method(call) == "get_layer" else None
    old = script.literal(given.value) if given else None
    today = todays_names().get(old) if isinstance(old, str) else None
    makes_one = any(script.imported(other.func).endswith(".ResNet50") for other in script.find(cst.Call))
    if today is not None and makes_one:
        script.remark(call, f"get_layer({old!r}): if this is of ResNet50, the layer is {today!r} today.")


def _attribute(script: Script, node: cst.Attribute) -> None:
    name, owner = node.attr.value, script.code(node.value)
    if name in ("trainable_weights", "non_trainable_weights") and owner == "self":
        if isinstance(script.parent(node), cst.AssignTarget) and is_in_class(script, node, "keras."):
            script.remark(node, f"self.{name} cannot be set: make each weight by self.add_weight in build.", "left")
    elif name == "validation_data" and owner in ("self", "self.model"):
        is_read = not isinstance(script.parent(node), cst.AssignTarget)
        if is_read and is_in_class(script, node, "keras.callbacks."):
            script.remark(node, f"{owner}.{name}: Keras 3 tells callbacks no data; hand it to __init__.", "left")
    elif name in ("input", "output") and "model" in kinds(script, node.value):
        script.remark(node, f"if {owner} is Sequential, Keras 3 has {owner}.{name}s[0] only.")
    elif name in ("nb_sample", "nb_class") and not is_(script, node.value, "batches"):
        todays = "samples" if name == "nb_sample" else "num_classes"
        script.remark(node, f"if {owner} are batches of pictures: {owner}.{todays}.")
