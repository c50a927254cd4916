"""What the processor can do in float32, and what a network asks of it."""

import math
from collections.abc import Callable

import keras
import numpy as np
import openvino
import openvino.opset13 as ops

from benchmarks.measure import in_turn

SIDE = 2048  # of the matrices
CONVOLUTIONS = ((3, 56, 64), (3, 28, 128), (3, 14, 256), (1, 56, 256), (1, 28, 512))  # kernel, side of map, channels
PICTURES = 8
ROUNDS = 9


def float32_limits() -> dict[str, float]:
    """Operations a second of OpenVINO's product of two large matrices, and of the fastest of some convolutions."""
    calls, work = {"matrix product": _product()}, {"matrix product": 2 * SIDE**3}
    for kernel, side, channels in CONVOLUTIONS:
        name = f"convolution {kernel} × {kernel}, {side} px, {channels} channels"
        calls[name] = _convolution(kernel, side, channels)
        work[name] = 2 * PICTURES * side**2 * kernel**2 * channels**2
    seconds = in_turn(calls, ROUNDS)
    rates = {name: work[name] / min(times) for name, times in seconds.items()}
    return {
        "matrix product": rates.pop("matrix product"),
        "convolution": max(rates.values()),
    }


def multiply_adds(model: keras.Model) -> int:
    """Multiplications of one picture in convolutions and dense layers."""
    layers = keras.layers
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.SeparableConv2D):
            kernels = math.prod(layer.depthwise_kernel.shape) + math.prod(layer.pointwise_kernel.shape)
            total += kernels * math.prod(layer.output.shape[1:3])
        elif isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
            total += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
        elif isinstance(layer, layers.Dense):
            total += math.prod(layer.kernel.shape)
    return total


def _product() -> Callable[[], object]:
    left = ops.parameter([SIDE, SIDE], np.float32)
    right = ops.constant(np.ones((SIDE, SIDE), np.float32))
    return _request(ops.matmul(left, right, False, False), left)


def _convolution(kernel: int, side: int, channels: int) -> Callable[[], object]:
    picture = ops.parameter([PICTURES, channels, side, side], np.float32)
    weights = ops.constant(np.ones((channels, channels, kernel, kernel), np.float32))
    pad = [kernel // 2] * 2
    return _request(ops.convolution(picture, weights, [1, 1], pad, pad, [1, 1]), picture)


def _request(result: openvino.Node, parameter: openvino.Node) -> Callable[[], object]:
    model = openvino.Model([result], [parameter])
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    request = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
    request.input_tensors[0].data[...] = 1
    return request.infer
