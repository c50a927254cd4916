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
        padding: ``"valid"``, ``"same"`` as TensorFlow defines it: the odd pixel goes after the picture, or
            ``"causal"``: all go before it.
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
    spans = _spans(size, dilations or [1] * len(size))
    if padding == "causal":
        return attributes | {"pads": (*(span - 1 for span in spans), *(0 for _ in spans))}
    missing = [_missing(*numbers) for numbers in zip(sides, spans, strides, strict=True)]
    if None in missing:
        # ONNX's rule counts like ours; dilated windows, on which runtimes disagree, have no strides in Keras.
        return attributes | {"auto_pad": "SAME_UPPER"}
    return attributes | {"pads": _halves([number for number in missing if number is not None])}


def transposed_window(
    padding: str,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
    output_padding: tuple[int, ...] | None,
) -> dict[str, Any]:
    """The window of a transposed convolution in ONNX's words, as TensorFlow defines it.

    Every pixel but the last makes the picture longer by a stride; how much the last one adds, depends on the padding.
    Where that is less than the window spans, the rest is cut off at both ends, the odd pixel at the end of the picture.

    Args:
        padding: ``"valid"`` or ``"same"``.
        size: of the window in pixels, one number for each spatial axis, as for all that follow.
        strides: from one window to the next.
        dilations: from one pixel of the window to the next.
        output_padding: of the layer; None for its default.
    """
    spans = _spans(size, dilations)
    if output_padding is not None:
        last = [
            (span if padding == "valid" else span % 2) + more for span, more in zip(spans, output_padding, strict=True)
        ]
    elif padding == "valid":
        last = [max(span, stride) for span, stride in zip(spans, strides, strict=True)]
    else:
        last = list(strides)
    beyond = [span - added for span, added in zip(spans, last, strict=True)]
    return {
        "kernel_shape": size,
        "strides": strides,
        "dilations": dilations,
        "pads": _halves([max(number, 0) for number in beyond]),
        "output_padding": tuple(max(-number, 0) for number in beyond),
    }


def _spans(size: tuple[int, ...], dilations: Any) -> list[int]:
    """Pixels from the first to the last of a window."""
    return [(length - 1) * dilation + 1 for length, dilation in zip(size, dilations, strict=True)]


def _halves(numbers: list[int]) -> tuple[int, ...]:
    """What goes before the picture along each axis, then what goes after it."""
    return (*(number // 2 for number in numbers), *(number - number // 2 for number in numbers))


def _missing(side: int | None, span: int, stride: int) -> int | None:
    """Pixels to add to a side so that every stride begins a window; None where that depends on an unknown side."""
    if 1 in (span, stride):
        return span - 1
    if side is None:
        # A single pixel goes after the picture; where no window reaches it, it changes nothing.
        return 1 if span == 2 else None
    steps = -(-side // stride)
    return max((steps - 1) * stride + span - side, 0)
