"""Weights under which every part of a network matters.

Keras' initial weights prove nothing: with them MobileNet answers 0.001 for every class and every picture, and with all
its depthwise kernels zeroed it still does.
"""

import math
from collections.abc import Callable

import keras
import numpy as np

from amalthea import _keras


def set_live_weights(model: keras.Model, seed: int = 0) -> None:
    """Set every variable from one seeded draw that keeps the signal alive from picture to scores."""
    generator = np.random.default_rng(seed)
    for layer in model.layers:
        for weight in layer.weights:
            _keras.give_value(weight, _draw(generator, layer, weight.name, tuple(weight.shape)))
    _keras.initialize(model)


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Give a network the weights of its twin."""
    for variable, value in zip(target.weights, source.get_weights(), strict=True):
        _keras.give_value(variable, value)
    _keras.initialize(target)


def built_alive(build: Callable[[], keras.Model], seed: int = 0) -> keras.Model:
    """A model with live weights, made without the random ones, which take most of the time."""
    with _keras.no_initial_values():
        model = build()
    set_live_weights(model, seed)
    return model


def _draw(generator: np.random.Generator, layer: keras.Layer, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if name.endswith("kernel"):
        depthwise = name == "depthwise_kernel" or isinstance(layer, keras.layers.DepthwiseConv2D)
        inputs = math.prod(shape[:2] if depthwise else shape[:-1])
        gain = 1 if name == "pointwise_kernel" else 2  # no rectifier halves what it gets
        return generator.standard_normal(shape, dtype=np.float32) * np.float32(math.sqrt(gain / inputs))
    if name in ("gamma", "moving_variance"):
        return generator.uniform(0.5, 1.5, shape).astype(np.float32)
    return generator.standard_normal(shape, dtype=np.float32) * np.float32(0.1)


def two_pictures(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    """Two different batches of one scaled picture each, (2, *shape), values about [-2, 2]."""
    return np.random.default_rng(seed).standard_normal((2, *shape), dtype=np.float32)


def zero_one_layer(model: keras.Model) -> str:
    """Zero the weights of a convolution in the middle of the network, and return its name."""
    kinds = (keras.layers.Conv2D, keras.layers.SeparableConv2D)
    convolutions = [layer for layer in model.layers if isinstance(layer, kinds) and layer.weights]
    layer = convolutions[len(convolutions) // 2]
    layer.set_weights([np.zeros_like(array) for array in layer.get_weights()])
    return layer.name


def clearly_different(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two answers differ by more than rounding could make them."""
    return bool(np.abs(a - b).max() > 0.01 * max(a.std(), b.std()))
