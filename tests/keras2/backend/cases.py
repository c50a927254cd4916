"""Calls of ``keras.backend`` that mean the same in Keras 2 and in amalthea.keras2, each a function of that module."""

from collections.abc import Callable
from typing import Any

import numpy as np

_random = np.random.default_rng(7)


def _numbers(*shape: int) -> np.ndarray:
    return _random.normal(size=shape).astype("float32")


ROWS = _numbers(3, 4)
OTHER = _numbers(3, 4)
SERIES = _numbers(2, 5, 3)
PICTURES = _numbers(2, 5, 6, 3)
CHANNELS_FIRST = np.moveaxis(PICTURES, -1, 1).copy()
VOLUMES = _numbers(2, 3, 4, 3, 2)
KERNEL = _numbers(3, 3, 3, 4)
DEPTHWISE = _numbers(3, 3, 3, 2)
POINTWISE = _numbers(1, 1, 6, 4)
PROBABILITIES = np.exp(ROWS) / np.exp(ROWS).sum(1, keepdims=True)
ONE_HOT = np.eye(4, dtype="float32")[[2, 0, 3]]
TRUTHS = (OTHER > 0).astype("float32")
SIGMOID = 1 / (1 + np.exp(-ROWS))

CASES: dict[str, Callable[[Any], Any]] = {
    "abs": lambda k: k.abs(ROWS),
    "all": lambda k: k.all(k.constant([[True, True], [False, True]], "bool"), axis=1),
    "any": lambda k: k.any(k.constant([[True, True], [False, False]], "bool"), axis=1),
    "arange": lambda k: k.arange(2, 11, 3),
    "arange of one number": lambda k: k.arange(4),
    "argmax": lambda k: k.argmax(ROWS),
    "argmin of columns": lambda k: k.argmin(ROWS, axis=0),
    "batch_dot": lambda k: k.batch_dot(k.constant(SERIES), k.constant(_PERMUTED)),
    "batch_dot of axes": lambda k: k.batch_dot(k.constant(SERIES), k.constant(SERIES), axes=(2, 2)),
    "batch_dot of one axis": lambda k: k.batch_dot(k.constant(ROWS), k.constant(OTHER), axes=1),
    "batch_dot of rows": lambda k: k.batch_dot(k.constant(SERIES), k.constant(_SHORT), axes=(2, 1)),
    "batch_dot of pictures": lambda k: k.batch_dot(k.constant(PICTURES), k.constant(SERIES), axes=(3, 2)),
    "batch_flatten": lambda k: k.batch_flatten(PICTURES),
    "batch_normalization": lambda k: k.batch_normalization(
        k.constant(PICTURES),
        k.constant(_vector(0)),
        k.abs(k.constant(_vector(1))),
        k.constant(_vector(2)),
        k.constant(_vector(3)),
    ),
    "batch_normalization of columns": lambda k: k.batch_normalization(
        k.constant(CHANNELS_FIRST),
        k.constant(_vector(0)),
        k.abs(k.constant(_vector(1))),
        k.constant(_vector(2)),
        k.constant(_vector(3)),
        axis=1,
    ),
    "bias_add": lambda k: k.bias_add(k.constant(PICTURES), k.constant(_vector(0))),
    "bias_add, channels first": lambda k: k.bias_add(
        k.constant(CHANNELS_FIRST), k.constant(_vector(0)), "channels_first"
    ),
    "bias_add at each place": lambda k: k.bias_add(k.constant(PICTURES), k.constant(PICTURES[0])),
    "bias_add at each place, channels first": lambda k: k.bias_add(
        k.constant(CHANNELS_FIRST), k.constant(PICTURES[0]), "channels_first"
    ),
    "binary_crossentropy": lambda k: k.binary_crossentropy(k.constant(TRUTHS), k.constant(SIGMOID)),
    "binary_crossentropy of logits": lambda k: k.binary_crossentropy(
        k.constant(TRUTHS), k.constant(ROWS), from_logits=True
    ),
    "cast": lambda k: k.cast(k.constant([1.7, -1.7]), "int32"),
    "categorical_crossentropy": lambda k: k.categorical_crossentropy(k.constant(ONE_HOT), k.constant(PROBABILITIES)),
    "categorical_crossentropy of what does not add up": lambda k: k.categorical_crossentropy(
        k.constant(ONE_HOT), k.constant(2 * PROBABILITIES)
    ),
    "categorical_crossentropy of logits": lambda k: k.categorical_crossentropy(
        k.constant(ONE_HOT), k.constant(ROWS), from_logits=True
    ),
    "clip": lambda k: k.clip(k.constant(ROWS), -0.5, 0.5),
    "clip the wrong way round": lambda k: k.clip(k.constant(ROWS), 0.5, -0.5),
    "concatenate": lambda k: k.concatenate([k.constant(ROWS), k.constant(OTHER)]),
    "concatenate rows": lambda k: k.concatenate([k.constant(ROWS), k.constant(OTHER)], axis=0),
    "constant": lambda k: k.constant(3, shape=(2, 2)),
    "conv1d": lambda k: k.conv1d(k.constant(SERIES), k.constant(KERNEL[0]), strides=2, padding="same"),
    "conv1d, causal": lambda k: k.conv1d(k.constant(SERIES), k.constant(KERNEL[0]), padding="causal", dilation_rate=2),
    "conv2d": lambda k: k.conv2d(k.constant(PICTURES), k.constant(KERNEL)),
    "conv2d, steps": lambda k: k.conv2d(k.constant(PICTURES), k.constant(KERNEL), (2, 2), "same"),
    "conv2d, dilated": lambda k: k.conv2d(k.constant(PICTURES), k.constant(KERNEL), dilation_rate=(2, 2)),
    "conv2d_transpose": lambda k: k.conv2d_transpose(
        k.constant(PICTURES), k.constant(_TURNED), (2, 10, 12, 4), (2, 2), "same"
    ),
    "conv2d_transpose, one less": lambda k: k.conv2d_transpose(
        k.constant(PICTURES), k.constant(_TURNED), (2, 9, 11, 4), (2, 2), "same"
    ),
    "conv2d_transpose, valid": lambda k: k.conv2d_transpose(
        k.constant(PICTURES), k.constant(_TURNED), (2, 7, 8, 4), (1, 1), "valid"
    ),
    "conv3d": lambda k: k.conv3d(k.constant(VOLUMES), k.constant(_CUBE)),
    "cos": lambda k: k.cos(k.constant(ROWS)),
    "cumprod": lambda k: k.cumprod(k.constant(ROWS)),
    "cumsum": lambda k: k.cumsum(k.constant(ROWS), axis=1),
    "depthwise_conv2d": lambda k: k.depthwise_conv2d(k.constant(PICTURES), k.constant(DEPTHWISE)),
    "dot": lambda k: k.dot(k.constant(ROWS), k.constant(OTHER.T)),
    "dot of series": lambda k: k.dot(k.constant(SERIES), k.constant(_vector(0, 3, 4))),
    "dot of two series": lambda k: k.dot(k.constant(SERIES), k.constant(_PERMUTED)),
    "elu": lambda k: k.elu(k.constant(ROWS), 0.7),
    "equal": lambda k: k.equal(k.round(k.constant(ROWS)), k.round(k.constant(OTHER))),
    "exp": lambda k: k.exp(k.constant(ROWS)),
    "expand_dims": lambda k: k.expand_dims(k.constant(ROWS)),
    "eye": lambda k: k.eye(3),
    "flatten": lambda k: k.flatten(k.constant(SERIES)),
    "foldl": lambda k: k.foldl(lambda before, row: 0.5 * before + row, k.constant(ROWS)),
    "foldl from a start": lambda k: k.foldl(lambda before, row: before * row, k.constant(ROWS), k.constant(OTHER[0])),
    "foldr": lambda k: k.foldr(lambda before, row: 0.5 * before + row, k.constant(ROWS)),
    "gather": lambda k: k.gather(k.constant(ROWS), k.constant([2, 0, 2], "int32")),
    "greater": lambda k: k.greater(k.constant(ROWS), k.constant(OTHER)),
    "hard_sigmoid": lambda k: k.hard_sigmoid(k.constant(ROWS * 3)),
    "in_top_k": lambda k: k.in_top_k(k.constant(ROWS), k.constant([1, 0, 3], "int32"), 2),
    "l2_normalize": lambda k: k.l2_normalize(k.constant(ROWS), axis=1),
    "local_conv1d": lambda k: k.local_conv1d(k.constant(SERIES), k.constant(_vector(0, 3, 9, 2)), (3,), (1,)),
    "local_conv2d": lambda k: k.local_conv2d(
        k.constant(PICTURES), k.constant(_vector(1, 6, 18, 4)), (3, 2), (1, 3), (3, 2)
    ),
    "log": lambda k: k.log(k.constant(PROBABILITIES)),
    "map_fn": lambda k: k.map_fn(lambda row: k.sum(row * row), k.constant(ROWS)),
    "max": lambda k: k.max(k.constant(ROWS), axis=1, keepdims=True),
    "maximum": lambda k: k.maximum(k.constant(ROWS), k.constant(OTHER)),
    "mean": lambda k: k.mean(k.constant(ROWS), axis=-1),
    "mean of truths": lambda k: k.mean(k.equal(k.argmax(k.constant(ROWS)), k.argmax(k.constant(OTHER)))),
    "min": lambda k: k.min(k.constant(ROWS)),
    "normalize_batch_in_training": lambda k: k.normalize_batch_in_training(
        k.constant(PICTURES), k.constant(_vector(0)), k.constant(_vector(1)), [0, 1, 2]
    )[0],
    "one_hot": lambda k: k.one_hot(k.constant([1, 3], "int32"), 4),
    "ones": lambda k: k.ones((2, 3)),
    "permute_dimensions": lambda k: k.permute_dimensions(k.constant(SERIES), (2, 0, 1)),
    "pool2d": lambda k: k.pool2d(k.constant(PICTURES), (2, 2), (2, 2), "same"),
    "pool2d, means": lambda k: k.pool2d(k.constant(PICTURES), (2, 2), (2, 2), "same", pool_mode="avg"),
    "pool2d, one step": lambda k: k.pool2d(k.constant(PICTURES), (3, 3)),
    "pool3d": lambda k: k.pool3d(k.constant(VOLUMES), (2, 2, 2), pool_mode="avg"),
    "pow": lambda k: k.pow(k.constant(PROBABILITIES), 1.5),
    "prod": lambda k: k.prod(k.constant(ROWS), axis=0),
    "relu": lambda k: k.relu(k.constant(ROWS)),
    "relu with all": lambda k: k.relu(k.constant(ROWS), alpha=0.1, max_value=0.8, threshold=0.2),
    "repeat": lambda k: k.repeat(k.constant(ROWS), 3),
    "repeat_elements": lambda k: k.repeat_elements(k.constant(ROWS), 2, 1),
    "reshape": lambda k: k.reshape(k.constant(SERIES), (-1, 3)),
    "resize_images": lambda k: k.resize_images(k.constant(PICTURES), 2, 3, "channels_last"),
    "resize_images, channels first": lambda k: k.resize_images(k.constant(CHANNELS_FIRST), 2, 3, "channels_first"),
    "resize_images, bilinear": lambda k: k.resize_images(k.constant(PICTURES), 2, 2, "channels_last", "bilinear"),
    "resize_volumes": lambda k: k.resize_volumes(k.constant(VOLUMES), 2, 1, 3, "channels_last"),
    "reverse": lambda k: k.reverse(k.constant(SERIES), (0, 2)),
    "rnn": lambda k: k.rnn(lambda x, states: (x + states[0], [x + states[0]]), k.constant(SERIES), [_zeros(k)])[1],
    "rnn, backwards": lambda k: k.rnn(
        lambda x, states: (x + 0.5 * states[0], [x + 0.5 * states[0]]), k.constant(SERIES), [_zeros(k)], True
    )[0],
    "rnn with a mask": lambda k: k.rnn(
        lambda x, states: (x + states[0], [x + states[0]]),
        k.constant(SERIES),
        [_zeros(k)],
        mask=k.constant(_MASK, "bool"),
    )[1],
    "round": lambda k: k.round(k.constant([0.5, 1.5, -0.2])),
    "separable_conv2d": lambda k: k.separable_conv2d(
        k.constant(PICTURES), k.constant(DEPTHWISE), k.constant(POINTWISE)
    ),
    "sigmoid": lambda k: k.sigmoid(k.constant(ROWS)),
    "sign": lambda k: k.sign(k.constant(ROWS)),
    "softmax": lambda k: k.softmax(k.constant(ROWS)),
    "softmax of columns": lambda k: k.softmax(k.constant(ROWS), axis=0),
    "softplus": lambda k: k.softplus(k.constant(ROWS)),
    "softsign": lambda k: k.softsign(k.constant(ROWS)),
    "sparse_categorical_crossentropy": lambda k: k.sparse_categorical_crossentropy(
        k.constant([2, 0, 3], "int32"), k.constant(PROBABILITIES)
    ),
    "spatial_2d_padding": lambda k: k.spatial_2d_padding(k.constant(PICTURES), ((1, 0), (2, 3))),
    "spatial_2d_padding, channels first": lambda k: k.spatial_2d_padding(
        k.constant(CHANNELS_FIRST), ((1, 0), (2, 3)), "channels_first"
    ),
    "spatial_3d_padding": lambda k: k.spatial_3d_padding(k.constant(VOLUMES), ((1, 1), (0, 1), (2, 0))),
    "sqrt": lambda k: k.sqrt(k.constant(ROWS)),
    "square": lambda k: k.square(k.constant(ROWS)),
    "squeeze": lambda k: k.squeeze(k.constant(ROWS[:1]), 0),
    "stack": lambda k: k.stack([k.constant(ROWS), k.constant(OTHER)], axis=1),
    "std": lambda k: k.std(k.constant(ROWS), axis=0),
    "sum": lambda k: k.sum(k.constant(SERIES), axis=(0, 2)),
    "switch": lambda k: k.switch(k.constant([[True], [False], [True]], "bool"), k.constant(ROWS), k.constant(OTHER)),
    "switch of one": lambda k: k.switch(k.constant(False, "bool"), lambda: k.constant(ROWS), lambda: k.constant(OTHER)),
    "tanh": lambda k: k.tanh(k.constant(ROWS)),
    "temporal_padding": lambda k: k.temporal_padding(k.constant(SERIES), (2, 1)),
    "tile": lambda k: k.tile(k.constant(ROWS), [2, 1]),
    "transpose": lambda k: k.transpose(k.constant(SERIES)),
    "truth below": lambda k: k.less_equal(k.constant(ROWS), 0.1),
    "var": lambda k: k.var(k.constant(ROWS), axis=1),
    "zeros_like": lambda k: k.zeros_like(k.constant(ROWS)),
    "ctc_batch_cost": lambda k: k.ctc_batch_cost(
        k.constant([[0, 1], [2, 2]]), k.constant(_CHANCES), k.constant([[6], [5]]), k.constant([[2], [1]])
    ),
}


def _vector(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape or (3,)).astype("float32")


def _zeros(k: Any) -> Any:
    return k.constant(np.zeros((2, 3), "float32"))


_MASK = np.array([[1, 0, 1, 1, 0], [0, 1, 1, 0, 0]], bool)
_PERMUTED = np.moveaxis(SERIES, 1, 2).copy()
_SHORT = _vector(5, 2, 3)
_TURNED = np.moveaxis(KERNEL, 2, 3).copy()
_CUBE = _vector(6, 2, 2, 2, 2, 3)
_CHANCES = np.exp(_vector(8, 2, 6, 4))
_CHANCES /= _CHANCES.sum(-1, keepdims=True)
