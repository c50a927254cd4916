"""Pictures as they are decoded, at the beginning of a graph."""

from typing import Any

import numpy as np
import onnx

from ...catalog import ScalingSteps
from ...errors import ArgumentError
from .tensor import Constant, Tensor, apply, channels_second
from .writer import Writer


def add_pictures(model: Any, network: Any, scaling: ScalingSteps, writer: Writer) -> Tensor:
    """An input for pictures, uint8 (N, H, W, 3) RGB, and what becomes of it: the input that the model takes."""
    data_format = _data_format(model, network)
    [wanted] = network.inputs
    if "float" not in wanted.dtype:
        raise ArgumentError(
            f"Model {model.name!r} takes pictures of type {wanted.dtype}, as they are decoded, and scales them itself: "
            "give no scaling."
        )
    batch, *sides, channels = (wanted.shape[axis] for axis in _stored(data_format))
    pictures = writer.add_input(wanted.name, (batch, *sides, channels), "uint8")
    # The model may count its axes in another order than the pictures.
    pixels = Tensor(pictures.origin, _stored(data_format), wanted.shape)
    return writer.write(_scaled(pixels, scaling, data_format), "scaling", wanted.shape)


def _scaled(pixels: Tensor, scaling: ScalingSteps, data_format: str) -> Tensor:
    """The steps of ``amalthea.images.scale``, in its order, while the channels come last."""
    x = pixels
    if scaling.reverse_channels:
        x = apply("Gather", x, Constant.integers(2, 1, 0), axis=3)
    x = apply("Cast", x, to=onnx.TensorProto.FLOAT)
    if scaling.divisor != 1:
        x = apply("Div", x, Constant.number(scaling.divisor))
    if any(scaling.mean):
        x = apply("Sub", x, _by_channel(scaling.mean))
    if set(scaling.deviation) != {1}:
        x = apply("Div", x, _by_channel(scaling.deviation))
    # Only now, though a number takes four bytes by now: OpenVINO computes with the channels last by itself, and turns
    # numbers that a convolution takes without moving them. Turned as bytes, MobileNet of alpha 0.25 is 8 % slower.
    return x.stored(channels_second(data_format, 4))


def _by_channel(values: tuple[float, float, float]) -> Constant:
    """A number for each channel, which is the last axis."""
    return Constant(np.array(values, np.float32))


def _stored(data_format: str) -> tuple[int, ...]:
    """The model's axes in the order of pictures: batch, rows, columns, channels."""
    return (0, 1, 2, 3) if data_format == "channels_last" else (0, 2, 3, 1)


def _data_format(model: Any, network: Any) -> str:
    """Where the model's only input has the three colours."""
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    if len(shapes) == 1 and len(shapes[0]) == 4:
        if shapes[0][3] == 3:
            return "channels_last"
        if shapes[0][1] == 3:
            return "channels_first"
    raise ArgumentError(
        f"Model {model.name!r} takes {', '.join(map(str, shapes))}; scaling is for models with a single input, "
        "pictures of three channels: (None, rows, columns, 3) or (None, 3, rows, columns)."
    )
