"""Products of matrices and the like."""

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Any

from ..tensor import Constant, Tensor, apply
from ..unsupported import unsupported
from .operands import Operand


def matmul(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``Matmul``: of the last two axes; the others go side by side."""
    ranks = [_rank(each) for each in (x1, x2)]
    tensors = [each for each in (x1, x2) if isinstance(each, Tensor)]
    # Where one has fewer axes, its first would meet another one than the pictures, or take part in the product.
    alone = any(_rank(each) < (2 if each is x1 and len(tensors) == 1 else 3) for each in tensors)
    if alone or (len(tensors) == 2 and ranks[0] != ranks[1]) or not _same_for_all(x1, x2):
        shapes = " and ".join(str(_shape(each)) for each in (x1, x2))
        raise unsupported(operation, f"it multiplies {shapes}, which mixes the pictures of a batch")
    rank = max(ranks) - ranks.count(1)
    return apply("MatMul", _plain(x1), _plain(x2), axes=tuple(range(rank)))


def dot(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``Dot``: over the last axis of one and the last but one of the other."""
    if 0 in (_rank(x1), _rank(x2)):
        x, number = (x1, x2) if isinstance(x1, Tensor) else (x2, x1)
        return apply("Mul", x, number)
    return _contracted(operation, x1, x2, [_rank(x1) - 1], [max(_rank(x2) - 2, 0)])


def tensordot(operation: Any, x1: Operand, x2: Operand) -> Tensor:
    """``Tensordot``."""
    if isinstance(operation.axes, int):
        count = operation.axes
        return _contracted(operation, x1, x2, range(_rank(x1) - count, _rank(x1)), range(count))
    one, other = ([axes] if isinstance(axes, int) else axes for axes in operation.axes)
    return _contracted(operation, x1, x2, one, other)


def einsum(operation: Any, *operands: Operand) -> Tensor:
    """``Einsum``, if all tensors begin with the axis of the pictures, and the result does."""
    return summed(operation, operation.subscripts, *operands)


def _contracted(operation: Any, x1: Operand, x2: Operand, one: Iterable[int], other: Iterable[int]) -> Tensor:
    """Over some axes of both; of the others, those of ``x1`` come first."""
    first = list(ascii_lowercase[: _rank(x1)])
    second = list(ascii_lowercase[_rank(x1) : _rank(x1) + _rank(x2)])
    rest = [*first, *second]
    for axis, partner in zip(one, other, strict=True):
        rest.remove(second[partner])
        rest.remove(first[axis])
        second[partner] = first[axis]
    return summed(operation, f"{''.join(first)},{''.join(second)}->{''.join(rest)}", x1, x2)


def summed(operation: Any, equation: str, *operands: Operand) -> Tensor:
    """Sums of products, as an equation of Einstein's kind says.

    Raises:
        UnsupportedLayerError: they mix the pictures of a batch.
    """
    equation = equation.replace(" ", "")
    terms, arrow, result = equation.partition("->")
    by_operand = list(zip(terms.split(","), operands, strict=True))
    batches = {term[:1] for term, each in by_operand if isinstance(each, Tensor)}
    batch = result[:1]
    constant = any(batch in term for term, each in by_operand if not isinstance(each, Tensor))
    repeated = any(term.count(batch) > 1 for term, _ in by_operand) and batch != "."
    # Axes that the equation leaves to "...", the first of which must be that of the pictures.
    spread = {_rank(each) - len(term.replace(".", "")) for term, each in by_operand if isinstance(each, Tensor)}
    if not arrow or batches != {batch} or constant or repeated or (batch == "." and (len(spread) > 1 or 0 in spread)):
        raise unsupported(operation, f"its equation {equation} mixes the pictures of a batch")
    rank = len(result.replace(".", "")) + (max(spread) if "." in result else 0)
    return apply("Einsum", *(_plain(each) for each in operands), equation=equation, axes=tuple(range(rank)))


def _same_for_all(*operands: Operand) -> bool:
    """Whether the numbers beside a tensor do not differ from picture to picture."""
    rank = max(_rank(each) for each in operands if isinstance(each, Tensor))
    shapes = [each.source.shape for each in operands if isinstance(each, Constant)]
    return all(len(shape) <= 2 or len(shape) < rank or (len(shape) == rank and shape[0] == 1) for shape in shapes)


def _rank(each: Operand) -> int:
    return len(each.axes) if isinstance(each, Tensor) else each.source.ndim


def _shape(each: Operand) -> Any:
    return each.shape if isinstance(each, Tensor) else each.source.shape


def _plain(each: Operand) -> Operand:
    return each.plain() if isinstance(each, Tensor) else each
