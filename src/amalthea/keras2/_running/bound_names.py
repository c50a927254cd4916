"""What the names in a module stand for, as far as its imports tell."""

import ast
from collections.abc import Mapping


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Name → dotted name of what an import anywhere in the module binds to it.

    Example:
        >>> imported_names(ast.parse("import tensorflow as tf, keras.layers; from numpy import save as keep"))
        {'tf': 'tensorflow', 'keras': 'keras', 'keep': 'numpy.save'}
    """
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted_name(node: ast.expr, names: Mapping[str, str]) -> str:
    """The dotted name of what an expression such as ``tf.keras.layers`` stands for; empty if no import tells."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := dotted_name(node.value, names)):
        return f"{owner}.{node.attr}"
    return ""
