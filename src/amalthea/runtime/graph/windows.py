"""Attributes of the operators that slide a window over a picture: convolutions and pooling."""

from typing import Any

from .tensor import Tensor, spatial_axes


def window(
    x: Tensor,
    data_format: str,
    padding: str,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...] | None = None,
) -> dict[str, Any]:
    """The window in ONNX's words.

    Args:
        x: what the window slides over.
        padding: ``"valid"``, or ``"same"`` as TensorFlow defines it: the odd pixel goes after the picture.
        data_format: of ``x``.
        size: of the window in pixels, one number for each spatial axis, as for strides and dilations.
        strides: from one window to the next.
        dilations: from one pixel of the window to the next; None for an operator without them.
    """
    attributes: dict[str, Any] = {"kernel_shape": size, "strides": strides}
    if dilations is not None:
        attributes["dilations"] = dilations
    if padding == "valid":
        return attributes
    sides = [x.shape[axis] for axis in spatial_axes(data_format, len(x.axes))]
    spans = [(length - 1) * dilation + 1 for length, dilation in zip(size, dilations or [1] * len(size), strict=True)]
    missing = [_missing(*numbers) for numbers in zip(sides, spans, strides, strict=True)]
    if None in missing:
        # ONNX's rule counts like ours; dilated windows, on which runtimes disagree, have no strides in Keras.
        return attributes | {"auto_pad": "SAME_UPPER"}
    before = [number // 2 for number in missing if number is not None]
    after = [number - number // 2 for number in missing if number is not None]
    return attributes | {"pads": (*before, *after)}


def _missing(side: int | None, span: int, stride: int) -> int | None:
    """Pixels to add to a side so that every stride begins a window; None where that depends on an unknown side."""
    if 1 in (span, stride):
        return span - 1
    if side is None:
        return None
    steps = -(-side // stride)
    return max((steps - 1) * stride + span - side, 0)
