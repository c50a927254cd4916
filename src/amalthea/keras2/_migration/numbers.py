"""Divisions that Python 2 made whole: lists that are repeated, and ranges."""

import libcst as cst

from .script import Script


def repeated(original: cst.BinaryOperation, updated: cst.BinaryOperation) -> cst.BinaryOperation:
    """``[0] * (n / 2)`` with a whole half."""
    if not isinstance(original.operator, cst.Multiply):
        return updated
    if isinstance(original.left, cst.List) and _is_division(original.right):
        return updated.with_changes(right=_whole(updated.right))
    if isinstance(original.right, cst.List) and _is_division(original.left):
        return updated.with_changes(left=_whole(updated.left))
    return updated


def ranged(script: Script, original: cst.Call, updated: cst.Call) -> cst.Call:
    """``range(n / 2)`` with a whole half; ``xrange`` is ``range``."""
    if script.code(original.func) not in ("range", "xrange"):
        return updated
    args = [
        new.with_changes(value=_whole(new.value)) if _is_division(old.value) else new
        for old, new in zip(original.args, updated.args, strict=True)
    ]
    return updated.with_changes(func=cst.Name("range"), args=args)


def _is_division(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide)


def _whole(node: cst.BaseExpression) -> cst.BaseExpression:
    assert isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide)
    divide = cst.FloorDivide(node.operator.whitespace_before, node.operator.whitespace_after)
    return node.with_changes(operator=divide)
