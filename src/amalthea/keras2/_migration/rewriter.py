"""One walk through a script, in which every rule sees the lines that it is for."""

import libcst as cst

from .._data_formats import DATA_FORMATS_OF_KERAS_1
from . import callbacks, elsewhere, files, keys, merging, networks, numbers, wrappers
from .arguments import respelt
from .imports import Imports
from .optimizers import with_defaults_of_then, with_schedule
from .own_layers import todays_method, todays_weight
from .script import Script
from .todays_names import todays_name
from .training import todays_training

_NAMES_ONLY = (cst.ImportAlias, cst.ImportFrom, cst.Param, cst.AsName)


class Rewriter(cst.CSTTransformer):
    """Writes a script in today's spelling.

    Args:
        script: the script, whose remarks grow.
    """

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self._imports = Imports(script)
        self._imports.prepare()
        merging.rename(script, self._imports)
        self._keys = {**keys.key_names(script), **callbacks.told_names(script)}
        self._grids = wrappers.names_in_grids(script)
        self._opened = files.kept_open(script)
        self._weights = files.weight_names(script)
        self._models = files.model_names(script)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        script, imports = self._script, self._imports
        call = merging.todays_merge(script, imports, original_node, updated_node)
        if call is not updated_node:
            return call
        call = self._respelt(original_node, call)
        call = todays_training(script, imports, original_node, call)
        call = with_defaults_of_then(script, imports, original_node, call)
        call = todays_weight(script, original_node, call)
        call = networks.with_size(script, original_node, call)
        call = networks.first_of_list(script, imports, original_node, call)
        call = files.in_bytes(script, original_node, call)
        call = files.reopened(self._opened, original_node, call)
        call = files.whole_models(script, original_node, call)
        call = numbers.ranged(script, original_node, call)
        found = networks.predicted(script, original_node, call)
        return networks.of_first_call(script, original_node, found) if isinstance(found, cst.Call) else found

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        if any(isinstance(outer, _NAMES_ONLY) for outer in self._script.around(original_node)):
            return updated_node
        new = self._imports.expression(original_node) or elsewhere.todays_attribute(
            self._script, self._imports, original_node, updated_node
        )
        return networks.todays_attribute(self._script, original_node, updated_node) if new is None else new

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        outer = self._script.parent(original_node)
        if original_node in self._grids:
            return updated_node.with_changes(value=self._grids[original_node])
        if isinstance(outer, _NAMES_ONLY) or (isinstance(outer, cst.Arg) and outer.keyword is original_node):
            return updated_node
        if isinstance(outer, cst.Attribute) and outer.attr is original_node:
            return updated_node
        return self._imports.expression(original_node) or updated_node

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        return numbers.repeated(original_node, updated_node)

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.BaseExpression:
        name = str(original_node.evaluated_value)
        text = self._keys.get(original_node) or self._grids.get(original_node, name)
        text = files.weights_name(text) if original_node in self._weights else text
        text = files.model_name(text) if original_node in self._models else text
        return updated_node if text == name else files.with_text(original_node, text)

    def leave_Comparison(self, original_node: cst.Comparison, updated_node: cst.Comparison) -> cst.BaseExpression:
        """``K.image_dim_ordering() == 'th'``."""
        if not self._asks_for_format(original_node.left):
            return updated_node
        targets = [target.with_changes(comparator=_format(target.comparator)) for target in updated_node.comparisons]
        return updated_node.with_changes(comparisons=targets)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return todays_method(self._script, original_node, updated_node)

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.BaseSmallStatement:
        new = networks.put_on_top(self._script, self._imports, original_node, updated_node)
        return networks.set_rate(self._script, original_node, updated_node) if new is updated_node else new

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        lines = self._imports.lines(original_node)
        if lines is None:
            lines = elsewhere.lines(self._script, original_node)
        if lines is None:
            lines = networks.with_input(self._script, self._imports, original_node, updated_node)
        if lines is None:
            return updated_node
        return cst.FlattenSentinel(lines) if lines else cst.RemoveFromParent()

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        added = self._imports.added()
        if not added:
            return updated_node
        body = list(updated_node.body)
        place = next((number for number, line in enumerate(body) if _is_import(line)), None)
        if place is None:
            place = 1 if updated_node.get_docstring() else 0
        if place < len(body) and isinstance(body[place], cst.SimpleStatementLine):
            first = body[place]
            added[0] = added[0].with_changes(leading_lines=first.leading_lines)
            body[place] = first.with_changes(leading_lines=[])
        return updated_node.with_changes(body=[*body[:place], *added, *body[place:]])

    def _respelt(self, original: cst.Call, updated: cst.Call) -> cst.Call:
        name = self._script.imported(original.func)
        today = todays_name(name) if name else None
        if today is None or today.module:
            return updated
        if not today.name:
            self._script.remark(original, today.gone, "left")
            return updated
        if name.endswith(".set_image_dim_ordering") and updated.args:
            value = _format(updated.args[0].value)
            return updated.with_changes(args=[updated.args[0].with_changes(value=value)])
        call = respelt(self._script, original, updated, name, wrappers.with_arguments_of_fit(today))
        kind = today.name.rpartition(".")[2]
        if today.name.startswith("keras.optimizers."):
            call = with_schedule(self._script, self._imports, original, call, kind)
        return files.checkpoints(self._script, original, call) if kind == "ModelCheckpoint" else call

    def _asks_for_format(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and self._script.imported(node.func).endswith("image_dim_ordering")


def _format(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.SimpleString) and str(node.evaluated_value) in DATA_FORMATS_OF_KERAS_1:
        return files.with_text(node, DATA_FORMATS_OF_KERAS_1[str(node.evaluated_value)])
    return node


def _is_import(line: cst.BaseStatement | cst.BaseCompoundStatement) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(part, cst.Import) or (isinstance(part, cst.ImportFrom) and not _is_future(part))
        for part in line.body
    )


def _is_future(line: cst.ImportFrom) -> bool:
    return isinstance(line.module, cst.Name) and line.module.value == "__future__"
