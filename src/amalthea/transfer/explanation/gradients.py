"""Gradients of scores by a feature map, on each backend of Keras that computes any."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from .division import Divided

Tensor = Any  # of the backend
Pull = Callable[[Tensor], Tensor]
Passed = tuple[Tensor, Tensor, Tensor, Pull]


class Slopes(NamedTuple):
    """A picture's way through a classifier.

    Attributes:
        map: the feature map of one picture, shape (1, ...).
        scores: shape (1, k).
        by: from a weight for each of the scores before their softmax, shape (1, k), to the gradient of their weighted
            sum by the map, of the map's shape. To be called once.
    """

    map: NDArray[np.float32]
    scores: NDArray[np.float32]
    by: Callable[[NDArray[np.float32]], NDArray[np.float32]]


def computes_gradients() -> bool:
    """Whether Keras runs on a backend that does."""
    return keras.config.backend() in _BACKENDS


def slopes(divided: Divided, pixels: NDArray[np.float32]) -> Slopes:
    """The gradients that a classifier has for a picture; it computes as it predicts, without dropout.

    Args:
        divided: the classifier, around the feature map.
        pixels: shape (1, H, W, 3), or (1, 3, H, W), scaled as the network expects.
    """
    found, scores, raw, pull = _BACKENDS[keras.config.backend()](divided, ops.convert_to_tensor(pixels))

    def by(weights: NDArray[np.float32]) -> NDArray[np.float32]:
        return _array(pull(ops.convert_to_tensor(weights, dtype=raw.dtype)))

    return Slopes(_array(found), _array(scores), by)


def _passed_through(divided: Divided, pixels: Tensor) -> list[Tensor]:
    """The feature map, and what else the rest needs; Keras returns a single one alone."""
    return keras.tree.flatten(divided.front(pixels, training=False))  # type: ignore[no-any-return]


def _of_tensorflow(divided: Divided, pixels: Tensor) -> Passed:
    import tensorflow as tf

    found, *others = _passed_through(divided, pixels)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(found)
        scores, raw = divided.back([found, *others], training=False)
    return found, scores, raw, lambda weights: tape.gradient(raw, found, output_gradients=weights)


def _of_torch(divided: Divided, pixels: Tensor) -> Passed:
    import torch

    with torch.no_grad():
        found, *others = _passed_through(divided, pixels)
    with torch.enable_grad():
        found = found.detach().requires_grad_()
        scores, raw = divided.back([found, *others], training=False)
    return found, scores, raw, lambda weights: torch.autograd.grad(raw, found, weights)[0]


def _of_jax(divided: Divided, pixels: Tensor) -> Passed:
    import jax

    found, *others = _passed_through(divided, pixels)

    def rest(given: Tensor) -> tuple[Tensor, Tensor]:
        scores, raw = divided.back([given, *others], training=False)
        return raw, scores

    raw, pull, scores = jax.vjp(rest, found, has_aux=True)
    return found, scores, raw, lambda weights: pull(weights)[0]


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.asarray(ops.convert_to_numpy(tensor), np.float32)


_BACKENDS: dict[str, Callable[[Divided, Tensor], Passed]] = {
    "tensorflow": _of_tensorflow,
    "torch": _of_torch,
    "jax": _of_jax,
}
