"""How Keras 1 and 2 gave convolutions their kernels."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from .._spelling import Older, Spelling
from ._arguments import VALUES, WEIGHTS, WINDOW

_KERNEL_OF_KERAS_1 = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_POSITIONS = (
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "dilation_rate",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
)
LATER_OF_KERAS_1 = (
    "W_regularizer",
    "b_regularizer",
    "activity_regularizer",
    "W_constraint",
    "b_constraint",
    "bias",
)


def rows_and_columns(name: str, positional: Sequence[Any]) -> str:
    """What is said of ``Conv2D(32, 3, 3)``; with more arguments, it is Keras 1's."""
    if len(positional) > 3:
        return ""
    filters, rows, columns = positional
    return (
        f"{name}({filters}, {rows}, {columns}) is read as Keras 1 and 2 did, with a kernel of {rows} by {columns}; "
        f"tf.keras and Keras 3 would take the last number for strides. Write {name}({filters}, ({rows}, {columns}))."
    )


def _in_one(arguments: dict[str, Any]) -> dict[str, Any]:
    """The sides of a kernel, which Keras 1 had apart, as its size."""
    for sides in _KERNEL_OF_KERAS_1:
        if all(side in arguments for side in sides):
            arguments["kernel_size"] = tuple(arguments.pop(side) for side in sides)
    return arguments


def has_sides(number: int) -> Any:
    """Whether so many sides of a kernel are given apart, after the number of filters."""

    def applies(positional: Sequence[Any]) -> bool:
        sides, then = positional[1 : number + 1], positional[number + 1 : number + 2]
        ours = len(sides) == number and all(isinstance(side, Integral) for side in sides)
        return ours and tuple(then) not in (("same",), ("valid",))  # which follow the strides in Keras 2 and 3

    return applies


def third_is_a_name(positional: Sequence[Any]) -> bool:
    return len(positional) > 2 and isinstance(positional[2], str)


def _convolution(positions: Sequence[str], older: Older) -> Spelling:
    return Spelling(
        renamed={
            "nb_filter": "filters",
            "filter_length": "kernel_size",
            "subsample": "strides",
            "subsample_length": "strides",
            "atrous_rate": "dilation_rate",
            **WEIGHTS,
            **WINDOW,
        },
        values=VALUES,
        positions=positions,
        older=older,
        together=_in_one,
    )


IN_A_PLANE = ("nb_filter", "nb_row", "nb_col", "init", "activation", "weights", "border_mode", "subsample")
ALONG_A_LINE = ("nb_filter", "filter_length", "init", "activation", "weights", "border_mode", "subsample_length")
CONV1D = _convolution(_POSITIONS, Older((*ALONG_A_LINE, *LATER_OF_KERAS_1), third_is_a_name))
CONV2D = _convolution(
    _POSITIONS,
    Older((*IN_A_PLANE, "dim_ordering", *LATER_OF_KERAS_1), has_sides(2), rows_and_columns, ("Convolution2D",)),
)
CONV3D = _convolution(
    _POSITIONS,
    Older(
        ("nb_filter", *_KERNEL_OF_KERAS_1[1], *IN_A_PLANE[3:], "dim_ordering", *LATER_OF_KERAS_1),
        has_sides(3),
    ),
)

SEPARABLE = Spelling(
    renamed={
        "nb_filter": "filters",
        "filter_length": "kernel_size",
        "subsample": "strides",
        "b_regularizer": "bias_regularizer",
        "b_constraint": "bias_constraint",
        "bias": "use_bias",
        **WINDOW,
    },
    values=VALUES,
    older=Older(
        (
            *IN_A_PLANE,
            "depth_multiplier",
            "dim_ordering",
            "depthwise_regularizer",
            "pointwise_regularizer",
            "b_regularizer",
            "activity_regularizer",
            "depthwise_constraint",
            "pointwise_constraint",
            "b_constraint",
            "bias",
        ),
        has_sides(2),
        rows_and_columns,
        ("SeparableConvolution2D",),
    ),
)


def both_kernels(arguments: dict[str, Any]) -> dict[str, Any]:
    """An initializer of Keras 1, which was that of both kernels."""
    init = arguments.pop("init", None)
    if init is not None:
        arguments = {"depthwise_initializer": init, "pointwise_initializer": init, **arguments}
    return _in_one(arguments)
