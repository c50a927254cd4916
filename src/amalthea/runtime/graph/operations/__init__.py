"""Operations of ``keras.ops`` in a graph: a converter for each, grouped by what they do.

A converter gets the operation, then its arguments as they stand in the call, with tensors of the graph in place of
Keras'; it returns a tensor, or a list of them.
"""

from typing import Any

import numpy as np

from .... import _keras
from ..tensor import Constant, Tensor, apply, cast
from ..unsupported import unsupported
from .operands import operand, type_in_graph
from .table import COMPUTING, OTHERS

__all__ = ["converted", "narrowed"]

_COMPUTED_IN = {"bool": "int32", "uint8": "int32"}  # types in which not every runtime computes


def converted(operation: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], dtype: str) -> Any:
    """What an operation returns.

    Args:
        operation: of Keras.
        arguments: of the call, with tensors of the graph.
        keywords: likewise.
        dtype: Keras' type of the (first) result.

    Raises:
        UnsupportedLayerError: it cannot be expressed.
    """
    name = _keras.operation_name(operation)
    if name in OTHERS:
        return OTHERS[name](operation, *arguments, **keywords)
    if name not in COMPUTING:
        raise unsupported(operation, "the runtime has no converter for this type")
    wanted = type_in_graph(operation, dtype)
    computed = _COMPUTED_IN.get(wanted, wanted)
    arguments, keywords = (_operands(operation, given, computed) for given in (arguments, keywords))
    result = COMPUTING[name](operation, *arguments, **keywords)
    return result if computed == wanted else narrowed(result, wanted)


def _operands(operation: Any, given: Any, dtype: str) -> Any:
    """Tensors and numbers in one type, in whatever lists and dictionaries they come."""
    if isinstance(given, dict):
        return {name: _operands(operation, value, dtype) for name, value in given.items()}
    if isinstance(given, list | tuple) and (not given or _holds_tensors(given)):
        return [_operands(operation, value, dtype) for value in given]
    return None if given is None else operand(operation, given, dtype)


def _holds_tensors(given: Any) -> bool:
    return any(
        isinstance(value, Tensor) or (isinstance(value, list | tuple) and _holds_tensors(value)) for value in given
    )


def narrowed(x: Tensor, dtype: str) -> Tensor:
    """Bytes begin again at 0 beyond 255, as they do in Keras."""
    if dtype == "bool":
        return cast(x, dtype)
    return cast(apply("Mod", x, Constant(np.array(256, np.int32))), dtype)
