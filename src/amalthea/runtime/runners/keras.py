"""Networks that cannot become a graph, by Keras itself."""

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import _keras
from ...errors import ArgumentError, UnsupportedLayerError
from .groups import in_groups
from .protocol import TensorSpec, check_rows

if TYPE_CHECKING:
    import keras


class KerasRunner:
    """A model on the backend of Keras, in inference; a ``Runner``. One thread computes at a time.

    It computes with the weights that the model has by then.

    Args:
        model: built; of any kind, also one that computes in a ``call`` of its own.

    Attributes:
        signature: names of the inputs and structure of the outputs, as ``_keras.signature`` gives them.

    Raises:
        ArgumentError: it is no model, or has no shapes yet.
        UnsupportedLayerError: it does not predict as Keras does.
    """

    def __init__(self, model: "keras.Model") -> None:
        import keras

        _keras.pin_openvino_precision()
        network = _keras.functional(model) or _around(model)
        self._name = model.name
        if own := _keras.own_prediction(model):
            raise UnsupportedLayerError(
                f"Model {model.name!r} of type {type(model).__name__} overrides {', '.join(own)}, by which it alone "
                "can answer. Keep model.predict for it."
            )
        # Flat on both sides, and not the user's own: what Keras compiles for it would stay with that.
        self._model = keras.Model(network.inputs, network.outputs, name=model.name)
        self._weights: list[Any] = []  # as they were when it last computed
        self._lock = Lock()
        self.threads = None
        self.unknown_from = tuple(frozenset[int]() for _ in network.outputs)  # Keras' own answer is the wanted one
        self.signature = _keras.signature(network)
        self.inputs = tuple(TensorSpec(port.name, tuple(port.shape), port.dtype) for port in network.inputs)
        self.outputs = tuple(TensorSpec(port.name, tuple(port.shape), _plain(port.dtype)) for port in network.outputs)

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """See ``Runner``."""
        return in_groups(self._computed, arrays)

    def _computed(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        import keras

        given = [np.asarray(array, spec.dtype) for array, spec in zip(arrays, self.inputs, strict=True)]
        try:
            with self._lock:
                self._weights = _keras.follow_weights(self._model, self._weights)
                found = keras.tree.flatten(self._model.predict_on_batch(given))
        except Exception as problem:  # whatever its layers raise
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise ArgumentError(f"Model {self._name!r} cannot compute arrays of shape {shapes}: {problem}") from problem
        answers = [np.asarray(answer, spec.dtype) for answer, spec in zip(found, self.outputs, strict=True)]
        check_rows(answers, len(arrays[0]))
        return answers


def _around(model: "keras.Model") -> Any:
    """A functional model with a model of another kind as its only layer."""
    import keras

    if not isinstance(model, keras.Model):
        raise ArgumentError(f"model={model!r} is a {type(model).__name__}; allowed is a keras.Model.")
    if not model.built:
        raise ArgumentError(f"Model {model.name!r} has no shapes yet. Give it an Input, or call model.build(shape).")
    if ports := getattr(model, "inputs", None):
        own = ports[0] if isinstance(model, keras.Sequential) else model.input
        given = keras.tree.map_structure(
            lambda port: keras.Input(batch_shape=port.shape, dtype=port.dtype, name=port.name), own
        )
    else:
        shape = (model.get_build_config() or {}).get("input_shape")
        if shape is None or any(isinstance(length, list | tuple) for length in shape):
            raise ArgumentError(
                f"Model {model.name!r} computes in a method of its own, and takes not a single tensor. Make it a "
                "functional model: keras.Model(inputs, model(inputs))."
            )
        given = keras.Input(batch_shape=(None, *shape[1:]))
    return keras.Model(given, model(given), name=model.name)


def _plain(dtype: str) -> str:
    """The type of an answer: half precisions become float32, as everywhere."""
    return "float32" if dtype in ("float16", "bfloat16") else dtype
