"""What other packages no longer have where old scripts look for it: scikit-learn's joblib, h5py's values, a seed."""

from collections.abc import Sequence

import libcst as cst

from .._running.gone_elsewhere import OBJECTS, PICTURES
from .._running.optimizers_of_tensorflow import KINDS
from .dotted import dotted_name
from .imports import Imports
from .script import Script, argument, expression

# Where something was imported from → where it is today.
_MOVED = {
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
    "tensorflow.set_random_seed": "keras.utils.set_random_seed",
    "tensorflow.compat.v1.set_random_seed": "keras.utils.set_random_seed",
}


def lines(script: Script, line: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine] | None:
    """An import of something that moved, as today's lines; None if it is none, or stands beside other statements."""
    if len(line.body) != 1:
        return None
    part = line.body[0]
    if isinstance(part, cst.Import):
        names = [_whole(script, alias) for alias in part.names]
        return None if names == list(part.names) else [line.with_changes(body=[part.with_changes(names=names)])]
    if not isinstance(part, cst.ImportFrom) or isinstance(part.names, cst.ImportStar) or part.module is None:
        return None
    module = script.code(part.module)
    moved = [alias for alias in part.names if todays_place(f"{module}.{alias.evaluated_name}")]
    if not moved or part.relative:
        return None
    others = [alias for alias in part.names if alias not in moved]
    found: list[cst.BaseSmallStatement] = [_from(module, alias) for alias in moved]
    if others:
        found.append(part.with_changes(names=_listed(others)))
    first, *rest = found
    return [line.with_changes(body=[first]), *(cst.SimpleStatementLine([one]) for one in rest)]


def todays_attribute(
    script: Script, imports: Imports, original: cst.Attribute, updated: cst.Attribute
) -> cst.BaseExpression | None:
    """``dataset.value`` of an HDF5 file as ``dataset[()]``, ``tf.set_random_seed`` as Keras' own; None for others."""
    if script.imported(original) in _MOVED and script.imported(original).startswith("tensorflow."):
        return expression(f"{imports.need('keras')}.utils.set_random_seed")
    if original.attr.value != "value" or isinstance(script.parent(original), cst.AssignTarget):
        return None
    if _is_of_hdf5(script, original.value):
        return expression(f"{script.code(updated.value)}[()]")
    if _reads_hdf5(script) and not script.imported(original):
        what = script.code(original.value)
        script.remark(original, f"if {what} is a data set of h5py: {what}[()].")
    return None


def say_elsewhere(script: Script) -> None:
    """Remark on functions of ``scipy.misc``, optimizers of TensorFlow, and Python objects that NumPy would load."""
    for call in script.find(cst.Call):
        name = script.imported(call.func)
        if name.startswith("tensorflow.train.") and (kind := KINDS.get(name.rpartition(".")[2])):
            script.remark(call, f"{name} is gone: keras.optimizers.{kind[0]}.", "left")
        if name.startswith("scipy.misc.") and (today := PICTURES.get(name.rpartition(".")[2])):
            script.remark(call, f"{name} is gone: {today}.", "left")
        outer, allowed = script.parent(call), argument(call, "allow_pickle")
        if name == "numpy.load" and not allowed and isinstance(outer, cst.Attribute) and outer.attr.value == "item":
            script.remark(call, OBJECTS, "left")


def todays_place(name: str) -> str:
    """Where something that moved is today; empty for what did not.

    Example:
        >>> todays_place("sklearn.externals.joblib.dump"), todays_place("sklearn.svm.SVC")
        ('joblib.dump', '')
    """
    for old, today in _MOVED.items():
        if name == old or name.startswith(f"{old}."):
            return today + name.removeprefix(old)
    return ""


def _whole(script: Script, alias: cst.ImportAlias) -> cst.ImportAlias:
    today = todays_place(script.code(alias.name)) if alias.asname is not None else ""
    if not today:
        return alias
    asname = None if str(alias.evaluated_alias) == today else alias.asname
    return alias.with_changes(name=dotted_name(today), asname=asname)


def _from(module: str, alias: cst.ImportAlias) -> cst.BaseSmallStatement:
    home, _, name = todays_place(f"{module}.{alias.evaluated_name}").rpartition(".")
    new = cst.ImportAlias(cst.Name(name), asname=alias.asname)
    return cst.ImportFrom(dotted_name(home), [new]) if home else cst.Import([new])


def _listed(aliases: Sequence[cst.ImportAlias]) -> list[cst.ImportAlias]:
    return [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in aliases]


def _is_of_hdf5(script: Script, node: cst.CSTNode, depth: int = 0) -> bool:
    """Whether an expression is for certain something in a file that the script opened by ``h5py.File``."""
    if depth > 8:
        return False
    if isinstance(node, cst.Subscript):
        return _is_of_hdf5(script, node.value, depth + 1) or _is_file(script, node.value)
    values = script.values(node)
    return bool(values) and all(_is_of_hdf5(script, value, depth + 1) for value in values)


def _is_file(script: Script, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return script.imported(node.func) == "h5py.File"
    for outer in script.around(node):
        for item in outer.items if isinstance(outer, cst.With) else ():
            if item.asname is not None and script.code(item.asname.name) == script.code(node):
                return _is_file(script, item.item)
    values = script.values(node)
    return bool(values) and all(isinstance(value, cst.Call) and _is_file(script, value) for value in values)


def _reads_hdf5(script: Script) -> bool:
    return any(script.code(alias.name) == "h5py" for line in script.find(cst.Import) for alias in line.names)
