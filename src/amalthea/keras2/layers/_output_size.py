"""The size of what a transposed convolution returns, which Keras 1 wanted to be told."""

from typing import Any

from ...errors import ArgumentError


def output_padding(layer: Any, input_shape: Any, wanted: tuple[int | None, ...]) -> tuple[int, ...] | None:
    """What a transposed convolution must add at the border to return the shape that is wanted.

    Args:
        layer: with ``kernel_size``, ``strides``, ``padding``, ``data_format``.
        input_shape: with the batch.
        wanted: with the batch; None where any size will do.

    Returns:
        As Keras 3 takes it; None where its own size is the one that is wanted, or the size of the inputs is open.

    Raises:
        ArgumentError: no border leads to that shape.
    """
    first = 2 if layer.data_format == "channels_first" else 1
    places = range(first, first + len(layer.kernel_size))
    if any(input_shape[place] is None for place in places):
        return None
    usual = layer.compute_output_shape(input_shape)
    if all(wanted[place] in (None, usual[place]) for place in places):
        return None
    padding = tuple(
        (usual[place] if wanted[place] is None else wanted[place])
        - ((input_shape[place] - 1) * stride + (kernel % 2 if layer.padding == "same" else kernel))
        for place, kernel, stride in zip(places, layer.kernel_size, layer.strides, strict=True)
    )
    if any(not 0 <= each < stride for each, stride in zip(padding, layer.strides, strict=True)):
        raise ArgumentError(
            f"{layer.name}: output_shape={wanted} cannot come from inputs of shape {tuple(input_shape)} with kernel "
            f"{layer.kernel_size}, strides {layer.strides} and padding {layer.padding!r}; it is {usual} without it."
        )
    return padding
