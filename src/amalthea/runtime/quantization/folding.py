"""Normalisation behind a convolution, made part of it."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

_EPSILON = 1e-5  # of ONNX, where a node says nothing


def fold_normalization(model: "onnx.ModelProto") -> None:
    """Multiply what ``BatchNormalization`` does right behind a ``Conv`` into the weights of that convolution.

    Every runtime does so when it loads a graph, but not through weights in whole numbers: between a convolution of
    those and what follows, a normalisation would stay a step of its own, in floating point. And the range of a channel
    is known only after it.

    Args:
        model: changed in place. What several nodes read remains as it is.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    producers = {name: node for node in graph.node for name in node.output}
    uses = Counter([name for node in graph.node for name in node.input] + [port.name for port in graph.output])
    for node in list(graph.node):
        convolution = producers.get(node.input[0]) if node.op_type == "BatchNormalization" else None
        if convolution is None or convolution.op_type != "Conv" or uses[node.input[0]] > 1:
            continue
        if {*convolution.input[1:], *node.input[1:]} <= weights.keys():
            _fold(graph, convolution, node, weights)
    used = {name for node in graph.node for name in node.input}
    for name in weights.keys() - used:
        graph.initializer.remove(weights[name])


def _fold(
    graph: "onnx.GraphProto",
    convolution: "onnx.NodeProto",
    normalization: "onnx.NodeProto",
    weights: dict[str, "onnx.TensorProto"],
) -> None:
    from onnx import numpy_helper

    # In float64, so that the only rounding is the last.
    kernel, *bias = (numpy_helper.to_array(weights[name]).astype(np.float64) for name in convolution.input[1:])
    factor, summand = _steps(normalization, weights)
    folded = {
        "kernel": kernel * factor.reshape(-1, *[1] * (kernel.ndim - 1)),
        "bias": summand + sum(bias) * factor,
    }
    # Under names of their own, because another convolution may share the kernel.
    names = [f"{normalization.output[0]}/{part}" for part in folded]
    graph.initializer.extend(
        numpy_helper.from_array(array.astype(np.float32), name)
        for name, array in zip(names, folded.values(), strict=True)
    )
    convolution.input[1:] = names
    convolution.output[0] = normalization.output[0]
    graph.node.remove(normalization)


def _steps(
    normalization: "onnx.NodeProto", weights: dict[str, "onnx.TensorProto"]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a normalisation multiplies each channel with, and what it adds then."""
    from onnx import numpy_helper

    scale, shift, mean, variance = (
        numpy_helper.to_array(weights[name]).astype(np.float64) for name in normalization.input[1:]
    )
    epsilon = next((entry.f for entry in normalization.attribute if entry.name == "epsilon"), _EPSILON)
    factor = scale / np.sqrt(variance + epsilon)
    return factor, shift - mean * factor
