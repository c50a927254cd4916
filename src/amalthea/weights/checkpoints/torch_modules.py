"""How layers of Keras are made of modules of PyTorch: which tensors, in which order, and what is done to them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import isqrt, prod

import numpy as np

from ..stored import Layout, StoredTensor
from .checkpoint import Recipe

# What PyTorch's BatchNorm2d adds to a variance where nobody says otherwise.
EPSILON = 1e-5


def unbiased(module: str) -> Recipe:
    """A convolution without bias."""
    return Recipe((f"{module}.weight",))


def biased(module: str) -> Recipe:
    """A convolution or dense layer with bias."""
    return Recipe((f"{module}.weight", f"{module}.bias"))


def zero_biased(module: str) -> Recipe:
    """A convolution that has a bias in Keras alone: zeros."""

    def make(kernel: StoredTensor) -> tuple[StoredTensor, ...]:
        bias = StoredTensor(
            f"{module}.bias",
            kernel.shape[:1],
            np.dtype("float32"),
            Layout.KERAS,
            lambda: np.zeros(kernel.shape[:1], "float32"),
        )
        return kernel, bias

    return Recipe((f"{module}.weight",), make)


def dense(module: str) -> Recipe:
    """A dense layer; some makers write it as a 1 x 1 convolution."""

    def make(kernel: StoredTensor, bias: StoredTensor) -> tuple[StoredTensor, ...]:
        shape = kernel.shape[:2]
        _require(len(shape) == 2 and prod(kernel.shape) == prod(shape))
        return replace(kernel, shape=shape, read=lambda: kernel.read().reshape(shape)), bias

    return Recipe((f"{module}.weight", f"{module}.bias"), make)


def dense_after_flatten(module: str, channels: int) -> Recipe:
    """The dense layer on flattened square feature maps; PyTorch flattens channel by channel, Keras pixel by pixel."""

    def make(kernel: StoredTensor, bias: StoredTensor) -> tuple[StoredTensor, ...]:
        _require(len(kernel.shape) > 1)
        units, inputs = kernel.shape[0], prod(kernel.shape[1:])
        side = isqrt(inputs // channels)
        _require(inputs == side * side * channels)

        def by_pixel() -> np.ndarray:
            return kernel.read().reshape(units, channels, side, side).transpose(2, 3, 1, 0).reshape(inputs, units)

        return replace(kernel, shape=(inputs, units), layout=Layout.KERAS, read=by_pixel), bias

    return Recipe((f"{module}.weight", f"{module}.bias"), make)


def normalisation(module: str, epsilon: float = EPSILON) -> Recipe:
    """Batch normalisation.

    Args:
        module: its name.
        epsilon: what Keras' layer adds to the variance. If it is not PyTorch's, the difference is taken off the moving
            variance, so that the sum, and with it every answer, is the same.
    """
    change = partial(np.add, EPSILON - epsilon)

    def make(*tensors: StoredTensor) -> tuple[StoredTensor, ...]:
        *others, variance = tensors
        return (*others, variance if epsilon == EPSILON else _changed(variance, change))

    return Recipe(tuple(f"{module}.{name}" for name in ("weight", "bias", "running_mean", "running_var")), make)


def scaled_by_norm(convolution: str, norm: str) -> Recipe:
    """A convolution without bias that takes over the scale of the normalisation after it, which has none in Keras."""

    def make(kernel: StoredTensor, gamma: StoredTensor) -> tuple[StoredTensor, ...]:
        _require(gamma.shape == kernel.shape[:1])
        return (_changed(kernel, lambda array: array * gamma.read()[:, None, None, None]),)

    return Recipe((f"{convolution}.weight", f"{norm}.weight"), make)


def unscaled(norm: str) -> Recipe:
    """Batch normalisation after ``scaled_by_norm``: the mean is scaled as the kernel is; the variance stays.

    gamma (kernel x - mean) = (gamma kernel) x - (gamma mean), for every gamma, zero and negative ones included.
    """

    def make(*tensors: StoredTensor) -> tuple[StoredTensor, ...]:
        gamma, beta, mean, variance = tensors
        _require(gamma.shape == mean.shape)
        return beta, _changed(mean, lambda array: array * gamma.read()), variance

    return Recipe(tuple(f"{norm}.{name}" for name in ("weight", "bias", "running_mean", "running_var")), make)


def _require(possible: bool) -> None:
    if not possible:
        raise ValueError("shapes that no such module has")


def _changed(tensor: StoredTensor, change: Callable[[np.ndarray], np.ndarray]) -> StoredTensor:
    """The same tensor, its numbers changed when they are read."""
    return replace(tensor, read=lambda: change(tensor.read()))
