"""What networks are made of: activations, losses, normalisation."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import keras
from keras import ops

from .._spelling.era import era
from .settings import normalize_data_format

__all__ = [
    "batch_normalization",
    "bias_add",
    "binary_crossentropy",
    "categorical_crossentropy",
    "ctc_batch_cost",
    "ctc_decode",
    "elu",
    "hard_sigmoid",
    "in_top_k",
    "normalize_batch_in_training",
    "relu",
    "softmax",
    "sparse_categorical_crossentropy",
]


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Numbers above a threshold, up to a greatest one; ``alpha`` times their distance to it below."""
    return keras.activations.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Numbers above 0; below, ``alpha * (exp(x) - 1)``."""
    return keras.activations.elu(x, alpha)


def softmax(x: Any, axis: int = -1) -> Any:
    """Numbers above 0 whose sum along an axis is 1."""
    return keras.activations.softmax(x, axis)


def hard_sigmoid(x: Any) -> Any:
    """``0.2 * x + 0.5``, brought between 0 and 1, as Keras 1 and 2 had it; that of Keras 3 rises by 1 / 6."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether the class of each row is among the k that are predicted best."""
    return ops.in_top_k(ops.cast(targets, "int32"), predictions, k=k)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """A bias added to each channel, or to each place and channel if it has one axis less than ``x``."""
    first = normalize_data_format(data_format) == "channels_first"
    spatial = len(x.shape) - 2
    lengths = tuple(bias.shape)
    if first and spatial > 0:
        lengths = (lengths[-1], *(lengths[:-1] or (1,) * spatial))
    return x + ops.reshape(bias, (1,) * (len(x.shape) - len(lengths)) + lengths)


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """``gamma * (x - mean) / sqrt(var + epsilon) + beta``, with one of each for every channel.

    Args:
        x: any shape.
        mean: as many numbers as there are channels, in any shape; likewise ``var``, and ``beta`` and ``gamma``, which
            may be None.
        axis: the channels.
    """
    lengths = [1] * len(x.shape)
    lengths[axis] = -1
    mean, var = ops.reshape(mean, lengths), ops.reshape(var, lengths)
    factor = ops.rsqrt(var + epsilon)
    if gamma is not None:
        factor = factor * ops.reshape(gamma, lengths)
    normal = (x - mean) * factor
    return normal if beta is None else normal + ops.reshape(beta, lengths)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Sequence[int], epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """A batch normalised by its own mean and variance, which are returned with it."""
    axes = [axis % len(x.shape) for axis in reduction_axes]
    mean, variance = ops.moments(x, axes)
    lengths = [1 if axis in axes else x.shape[axis] for axis in range(len(x.shape))]
    normal = (x - ops.reshape(mean, lengths)) * ops.rsqrt(ops.reshape(variance, lengths) + epsilon)
    if gamma is not None:
        normal = normal * ops.reshape(gamma, lengths)
    return (normal if beta is None else normal + ops.reshape(beta, lengths)), mean, variance


def _by_position_as_then(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: Keras 1, and 2 up to 2.0.8, gave the output first; a script for Keras 1 does."""

    @wraps(loss)
    def in_order(*positional: Any, **named: Any) -> Any:
        if era() == 1 and len(positional) > 1:
            positional = (positional[1], positional[0], *positional[2:])
        elif era() == 1 and positional and "target" in named:
            named["output"], positional = positional[0], ()
        return loss(*positional, **named)

    return in_order


@_by_position_as_then
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The loss of each row, of probabilities (or logits) against rows that add up to 1."""
    return ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@_by_position_as_then
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The loss of each row, of probabilities (or logits) against the number of the class."""
    labels = ops.cast(target, "int32")
    if len(labels.shape) == len(output.shape) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, -1)
    return ops.sparse_categorical_crossentropy(labels, output, from_logits=from_logits, axis=axis)


@_by_position_as_then
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The loss of each number, of probabilities (or logits) against 0 and 1."""
    return ops.binary_crossentropy(ops.cast(target, output.dtype), output, from_logits=from_logits)


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each row, shape (batch, 1); the last class is the blank.

    Args:
        y_true: classes, shape (batch, longest).
        y_pred: probabilities, shape (batch, time, classes).
        input_length: of the time that counts, shape (batch, 1).
        label_length: of the classes that count, shape (batch, 1).
    """
    logits = ops.log(y_pred + keras.config.epsilon())
    lengths = [ops.cast(ops.squeeze(length, -1), "int32") for length in (label_length, input_length)]
    loss = ops.ctc_loss(ops.cast(y_true, "int32"), logits, *lengths, mask_index=y_pred.shape[-1] - 1)
    return ops.expand_dims(loss, 1)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """The likeliest rows of classes; the last class is the blank.

    Args:
        y_pred: probabilities, shape (batch, time, classes).
        input_length: of the time that counts, shape (batch,).
        greedy: take the likeliest class of each time; else look for the likeliest rows, which are more exact.
        beam_width: how many rows are followed in looking.
        top_paths: how many are wanted; one if greedy.

    Returns:
        A list with a tensor for each of these, shape (batch, longest), which ends with -1 where a row is shorter; and
        how likely they are, by their logarithms.
    """
    decoded, scores = ops.ctc_decode(
        ops.log(ops.convert_to_tensor(y_pred) + keras.config.epsilon()),
        ops.cast(input_length, "int32"),
        strategy="greedy" if greedy else "beam_search",
        beam_width=beam_width,
        top_paths=top_paths,
        mask_index=y_pred.shape[-1] - 1,
    )
    return [decoded[place] for place in range(1 if greedy else top_paths)], scores
