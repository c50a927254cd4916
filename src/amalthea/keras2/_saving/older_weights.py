"""Weights as older Keras kept them, in today's order of axes.

Keras 1 kept the kernels of models with channels first as (filters, channels, height, width), one-dimensional ones with
an axis of length 1, transposed ones with the last axes exchanged, and one array a gate of recurrent layers. Its files
have no attribute ``keras_version``. Theano turned kernels by 180 degrees before it applied them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from ...weights import StoredLayer, StoredTensor
from .._spelling import advise

_FROM_THEANO = {3: (2, 1, 0), 4: (2, 3, 1, 0), 5: (2, 3, 4, 1, 0)}
# Which of Keras 1's gates (input, cell, forget, output), three arrays each, come first today.
_LSTM_GATES, _GRU_GATES = (0, 2, 1, 3), (0, 1, 2)


def as_today(
    layers: Sequence[keras.Layer],
    stored: Sequence[StoredLayer],
    texts: Mapping[str, str],
    *,
    by_name: bool,
    reshape: bool,
) -> list[StoredLayer]:
    """The layers of a file, each with its arrays in the order of axes that the layer wants which gets them.

    Args:
        layers: those of the model that have weights.
        stored: those of the file that have arrays.
        texts: of the file: ``keras_version`` and ``backend``.
        by_name: whether layers find each other by name or by order.
        reshape: whether arrays with as many numbers as are wanted get the shape.
    """
    named = {layer.name: layer for layer in layers}
    wanted = [named.get(one.name) for one in stored] if by_name else list(layers)
    old = _Older(keras1="keras_version" not in texts, theano=texts.get("backend") == "theano")
    translated = [
        one if layer is None else replace(one, tensors=tuple(old.converted(layer, list(one.tensors))))
        for layer, one in zip(wanted, stored, strict=True)
    ]
    if old.turned:
        advise(
            f"The kernels of {', '.join(old.turned[:3])} … are in Theano's order of axes and were brought into "
            "today's. If a dense layer follows a Flatten, its rows are in Theano's order still."
        )
    if reshape:
        translated = [
            one if layer is None else _reshaped(layer, one) for layer, one in zip(wanted, translated, strict=True)
        ]
    return translated


class _Older:
    """What is known of the Keras that wrote a file, and what was found in it.

    Attributes:
        turned: names of layers whose kernels have Theano's order, though the model has channels last.
    """

    def __init__(self, *, keras1: bool, theano: bool) -> None:
        self._keras1 = keras1
        self._theano = theano
        self.turned: list[str] = []

    def converted(self, layer: Any, tensors: list[StoredTensor]) -> list[StoredTensor]:
        """The arrays of a layer, or of all layers within it."""
        if isinstance(layer, keras.Model):
            return self._of_model(layer, tensors)
        if isinstance(layer, keras.layers.Bidirectional):
            half = len(tensors) // 2
            forward, backward = layer.forward_layer, layer.backward_layer
            return [*self.converted(forward, tensors[:half]), *self.converted(backward, tensors[half:])]
        if isinstance(layer, keras.layers.TimeDistributed):
            return self.converted(layer.layer, tensors)
        if self._keras1 and isinstance(layer, keras.layers.LSTM) and len(tensors) == 12:
            return _gates_together(tensors, _LSTM_GATES)
        if self._keras1 and isinstance(layer, keras.layers.GRU) and len(tensors) == 9:
            return _gates_together(tensors, _GRU_GATES)
        if _is_convolution(layer) and tensors:
            return [self._kernel(layer, tensors[0]), *tensors[1:]]
        return tensors

    def _of_model(self, model: Any, tensors: list[StoredTensor]) -> list[StoredTensor]:
        """A model within the model has the trainable arrays of all its layers first."""
        if len(tensors) != len(model.weights):
            return tensors
        boundary = len(model.trainable_weights)
        trained, others = iter(tensors[:boundary]), iter(tensors[boundary:])
        found_trained: list[StoredTensor] = []
        found_others: list[StoredTensor] = []
        for layer in model.layers:
            first = [next(trained) for _ in layer.trainable_weights]
            converted = self.converted(layer, [*first, *(next(others) for _ in layer.non_trainable_weights)])
            found_trained += converted[: len(first)]
            found_others += converted[len(first) :]
        return [*found_trained, *trained, *found_others, *others]

    def _kernel(self, layer: Any, tensor: StoredTensor) -> StoredTensor:
        shape = tuple(layer.weights[0].shape)
        if self._keras1:
            tensor = _of_keras1(layer, tensor)
        if tensor.shape != shape and len(tensor.shape) in _FROM_THEANO:
            turned = _transposed(tensor, _FROM_THEANO[len(tensor.shape)])
            if turned.shape == shape:
                self.turned.append(layer.name)
                tensor = turned
        if self._theano:
            space = tuple(slice(None, None, -1) for _ in shape[:-2])
            tensor = _changed(tensor, tensor.shape, lambda array: array[space])
        return tensor


def _is_convolution(layer: Any) -> bool:
    kinds = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose")
    depthwise = (keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return isinstance(layer, tuple(getattr(keras.layers, kind) for kind in kinds)) and not isinstance(layer, depthwise)


def _of_keras1(layer: Any, tensor: StoredTensor) -> StoredTensor:
    rank, first = len(tensor.shape), layer.data_format == "channels_first"
    if isinstance(layer, keras.layers.Conv1D) and rank == 4:
        (length,) = layer.kernel_size
        if tensor.shape[:2] != (length, 1) or tensor.shape[3] != layer.filters:
            tensor = _transposed(tensor, (2, 3, 1, 0))  # before Keras 1.2: (filters, channels, length, 1)
        return _changed(tensor, (tensor.shape[0], *tensor.shape[2:]), lambda array: array[:, 0])
    if isinstance(layer, keras.layers.Conv2DTranspose) and rank == 4:
        return _transposed(tensor, (2, 3, 0, 1) if first else (0, 1, 3, 2))
    return _transposed(tensor, _FROM_THEANO[rank]) if first and rank in (4, 5) else tensor


def _gates_together(tensors: list[StoredTensor], order: tuple[int, ...]) -> list[StoredTensor]:
    """Kernel, recurrent kernel and bias, each with the numbers of all gates side by side."""
    merged = []
    for part in range(3):
        gates = [tensors[3 * gate + part] for gate in order]
        width = sum(gate.shape[-1] for gate in gates)
        merged.append(replace(gates[0], shape=(*gates[0].shape[:-1], width), read=_side_by_side(gates)))
    return merged


def _side_by_side(gates: list[StoredTensor]) -> Callable[[], np.ndarray]:
    return lambda: np.concatenate([gate.read() for gate in gates], axis=-1)


def _transposed(tensor: StoredTensor, axes: tuple[int, ...]) -> StoredTensor:
    return _changed(tensor, tuple(tensor.shape[axis] for axis in axes), lambda array: array.transpose(axes))


def _changed(tensor: StoredTensor, shape: tuple[int, ...], change: Callable[[np.ndarray], np.ndarray]) -> StoredTensor:
    return replace(tensor, shape=shape, read=lambda: change(tensor.read()))


def _reshaped(layer: keras.Layer, stored: StoredLayer) -> StoredLayer:
    shapes = [tuple(variable.shape) for variable in layer.weights]
    if len(shapes) != len(stored.tensors):
        return stored
    tensors = [
        _changed(tensor, shape, lambda array, shape=shape: array.reshape(shape))  # type: ignore[misc]
        if np.prod(shape, dtype=int) == np.prod(tensor.shape, dtype=int)
        else tensor
        for tensor, shape in zip(stored.tensors, shapes, strict=True)
    ]
    return replace(stored, tensors=tuple(tensors))
