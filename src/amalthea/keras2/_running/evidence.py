"""Which Keras a script was written for, by the words in it."""

import ast
import re
from typing import NamedTuple

from .._spelling.era import Era

# Of Keras 1, which Keras 2 has renamed; a script with one of the others, too, only ever ran on Keras 2.
_FIRST = {
    *("nb_epoch", "samples_per_epoch", "nb_val_samples", "val_samples", "nb_worker", "max_q_size", "show_accuracy"),
    *("nb_filter", "nb_row", "nb_col", "border_mode", "dim_ordering", "concat_axis", "inner_init", "forget_bias_init"),
    *("W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "dropout_W", "dropout_U"),
    *("image_dim_ordering", "set_image_dim_ordering", "visualize_util"),
}
_SECOND = {
    *("epochs", "steps_per_epoch", "validation_steps", "max_queue_size", "use_multiprocessing", "workers"),
    *("filters", "kernel_size", "data_format", "use_bias", "units", "recurrent_dropout"),
    *("kernel_initializer", "bias_initializer", "recurrent_initializer", "kernel_regularizer", "bias_regularizer"),
    *("kernel_constraint", "bias_constraint", "image_data_format", "set_image_data_format"),
}
_CONVOLUTIONS = ("Convolution2D", "Conv2D")
# What only a call of Keras' own says: elsewhere, the words mean something else.
_FIRST_IN = {"Model": {"input", "output"}, "Dense": {"output_dim", "init"}, "Dropout": {"p"}, "merge": {"mode"}}
_SECOND_IN = {"Model": {"inputs", "outputs"}, "Dropout": {"rate"}}


class Evidence(NamedTuple):
    """What a script says of the Keras that it was written for.

    Attributes:
        era: that Keras, word: that tells, line: where it stands, 0 if there is none.
    """

    era: Era
    word: str
    line: int


def evidence(tree: ast.Module) -> Evidence:
    """The Keras that a script was written for: 2 also where nothing tells, since Keras 2 took most words of Keras 1.

    Example:
        >>> evidence(ast.parse("model.fit(x, y, nb_epoch=3)"))
        Evidence(era=1, word='nb_epoch', line=1)
    """
    found = [one for node in ast.walk(tree) for one in _words(node)]
    of_second = [one for one in found if one.era == 2]
    return min(of_second or found, key=lambda one: one.line, default=Evidence(2, "", 0))


def accuracy_asked_for(tree: ast.Module) -> str:
    """What a script calls the accuracy in a history: what it asks for, else ``accuracy`` with TensorFlow's Keras.

    Example:
        >>> accuracy_asked_for(ast.parse("plot(history.history['val_accuracy'])"))
        'accuracy'
    """
    nodes = list(ast.walk(tree))
    keys = [node.slice for node in nodes if isinstance(node, ast.Subscript)]
    asked = {getattr(key, "value", None) for key in keys if isinstance(key, ast.Constant)}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    asked.update(found for text in texts for found in re.findall(r"\bval_(acc|accuracy)\b", text))
    if "acc" in asked or "accuracy" in asked:
        return "acc" if "acc" in asked else "accuracy"
    return "accuracy" if any(map(_is_tensorflows_keras, nodes)) else "acc"


def _is_tensorflows_keras(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return bool(_of_tensorflow(node))
    return isinstance(node, ast.Attribute) and node.attr == "keras"


def _words(node: ast.AST) -> list[Evidence]:
    if isinstance(node, ast.Attribute):
        return _known(node.attr, node.lineno)
    if isinstance(node, ast.ImportFrom | ast.Import):
        sources = _sources(node)
        words = [found for name in sources for part in name.split(".") for found in _known(part, node.lineno)]
        return [*words, *(Evidence(2, name, node.lineno) for name in _of_tensorflow(node))]
    return _of_call(node) if isinstance(node, ast.Call) else []


def _sources(node: ast.Import | ast.ImportFrom) -> list[str]:
    before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    return [before + alias.name for alias in node.names]


def _of_tensorflow(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [name for name in _sources(node) if name.startswith("tensorflow.") and ".keras" in name]


def _of_call(call: ast.Call) -> list[Evidence]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    found: list[Evidence] = []
    for keyword in call.keywords:
        word = keyword.arg or ""
        found += _known(word, call.lineno)
        if word in _FIRST_IN.get(name, ()):
            found.append(Evidence(1, f"{name}({word}=)", call.lineno))
        if word in _SECOND_IN.get(name, ()):
            found.append(Evidence(2, f"{name}({word}=)", call.lineno))
    if name in _CONVOLUTIONS and len(call.args) > 1:
        sizes = call.args[1:3]
        if isinstance(sizes[0], ast.Tuple | ast.List):
            found.append(Evidence(2, f"{name}(…, ({ast.unparse(sizes[0]).strip('()[]')}))", call.lineno))
        elif len(sizes) == 2 and all(isinstance(getattr(size, "value", None), int) for size in sizes):
            found.append(Evidence(1, f"{name}(…, {', '.join(map(ast.unparse, sizes))})", call.lineno))
    return found


def _known(word: str, line: int) -> list[Evidence]:
    if word in _FIRST:
        return [Evidence(1, word, line)]
    return [Evidence(2, word, line)] if word in _SECOND else []
