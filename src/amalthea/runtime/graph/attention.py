"""Attention over one axis, without masks."""

import math
from typing import Any

from .dense import einsum_dense
from .tensor import Constant, Tensor, apply
from .unsupported import unsupported


def attention(layer: Any, query: Tensor, value: Tensor, key: Tensor | None = None) -> Tensor:
    """``Attention`` by dot products."""
    if layer.score_mode != "dot":
        raise unsupported(layer, f"its score_mode is {layer.score_mode!r}, not 'dot'")
    if len(query.axes) != 3:
        raise unsupported(layer, f"its query has the shape {query.shape}; three axes are known")
    scores = apply("MatMul", query.plain(), (value if key is None else key).stored((0, 2, 1)))
    if layer.scale is not None:
        scores = apply("Mul", scores, Constant(layer.scale))
    return apply("MatMul", apply("Softmax", scores, axis=-1), value.plain())


def multi_head_attention(layer: Any, query: Tensor, value: Tensor, key: Tensor | None = None) -> Tensor:
    """``MultiHeadAttention`` over the middle one of three axes."""
    settings = layer.get_config()
    if len(query.axes) != 3:
        raise unsupported(layer, f"its query has the shape {query.shape}; three axes are known")
    for name in ("use_gate", "sliding_window"):
        if settings.get(name):
            raise unsupported(layer, f"it was built with {name}={settings[name]}")
    if tuple(settings["attention_axes"]) != (1,):
        raise unsupported(layer, f"it was built with attention_axes={settings['attention_axes']}")
    key = value if key is None else key
    # Each (batch, place, head, number), which is stored as (batch, head, place, number).
    by_head = (0, 2, 1, 3)
    queries = einsum_dense(layer.query_dense, query).stored(by_head)
    keys = einsum_dense(layer.key_dense, key).stored((0, 2, 3, 1))
    values = einsum_dense(layer.value_dense, value).stored(by_head)
    queries = apply("Mul", queries, Constant.number(1 / math.sqrt(layer.key_dim)))
    shares = apply("Softmax", apply("MatMul", queries, keys), axis=-1)
    return einsum_dense(layer.output_dense, apply("MatMul", shares, values))
