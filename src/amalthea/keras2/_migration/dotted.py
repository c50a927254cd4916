"""Dotted names, and imports of them, as nodes of a syntax tree."""

import libcst as cst


def dotted_name(name: str) -> cst.Attribute | cst.Name:
    """A dotted name as it stands in an import."""
    found = cst.parse_expression(name)
    assert isinstance(found, cst.Attribute | cst.Name)
    return found


def first_name(node: cst.BaseExpression) -> str:
    """What a dotted name begins with; empty if it begins with no name."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def import_for(name: str) -> str:
    """What must be imported for a dotted name to be found."""
    return "keras" if name.startswith("keras.") else name.rpartition(".")[0]


def import_as(module: str, name: str) -> cst.Import:
    """``import module as name``."""
    return cst.Import([cst.ImportAlias(dotted_name(module), asname=as_name(name) if name != module else None)])


def as_name(name: str) -> cst.AsName:
    """``as name``."""
    return cst.AsName(cst.Name(name))
