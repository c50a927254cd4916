"""Making a classifier as sure as it is right, by the weights of its last layer: temperature scaling."""

from logging import getLogger
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import _keras
from ...errors import ArgumentError, warn
from ..calibration import check_calibration, reliability, temperature_of
from ..training.watching import WeightsCopy, restore
from .crossing import Extraction
from .labelled import Samples
from .learning import answers

if TYPE_CHECKING:
    import keras


def calibrate(model: "keras.Model", samples: Samples, extraction: Extraction) -> float:
    """Divide the scores of a model by the temperature that suits some pictures best; says in the log what that changes.

    Args:
        model: ends in a dense layer with a softmax, or with one sigmoid. The weights of that layer are changed.
        samples: pictures that it did not learn from.
        extraction: how they cross its frozen part.

    Returns:
        The temperature; 1 where every answer is right.

    Raises:
        ArgumentError: too few pictures, or a model that ends otherwise.
        ImageError, MissingFileError: a file is no usable picture, and ``on_error`` is ``"raise"``.
    """
    check_calibration(len(samples.labels))
    labels, scores = _scores(model, samples, extraction)
    check_calibration(len(labels))  # without those that are no usable pictures
    if not np.isfinite(scores).all():
        raise ArgumentError("Some scores are no finite numbers: the network's weights may have grown beyond all.")
    if (scores.argmax(axis=1) == labels).all():
        warn(
            f"All {len(labels)} pictures are answered right, which does not tell how sure is too sure: the "
            "probabilities stay as they are. Calibrate with more pictures, or with harder ones."
        )
        return 1.0
    temperature = temperature_of(labels, scores)
    before, after = (reliability(labels, _softmax(scores / divisor)).error for divisor in (1, temperature))
    divided = WeightsCopy(_last_call(model).operation)
    divided.values = [weights / temperature for weights in divided.values]
    restore([divided])  # all of them or none, also at Ctrl-C
    getLogger(__package__).info(
        "Calibrated with %d pictures: temperature %.3f, expected calibration error %.4f (before: %.4f).",
        len(labels),
        temperature,
        after,
        before,
    )
    return temperature


def _scores(
    model: "keras.Model", samples: Samples, extraction: Extraction
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels, and what the softmax gets: shape (N, k). Of one sigmoid, 0 for the first of two classes."""
    labels, found, _ = answers(_without_activation(model), samples, extraction)
    scores = found.astype(np.float64)
    if model.output_shape[-1] == 1:  # of which ``answers`` makes two columns
        scores[:, 0] = 0
    return labels, scores


def _without_activation(model: "keras.Model") -> "keras.Model":
    """A model that shares all but the last layer, whose weights it copies."""
    import keras

    call = _last_call(model)
    layer = call.operation
    linear = keras.layers.Dense.from_config({**layer.get_config(), "activation": "linear"})
    scores = linear(call.inputs[0])
    linear.set_weights(layer.get_weights())
    return keras.Model(model.inputs, scores)


def _last_call(model: "keras.Model") -> Any:
    """The call that returns the probabilities.

    Raises:
        ArgumentError: it is none of a dense layer with a softmax or a sigmoid.
    """
    import keras

    call = next(call for call in _keras.calls(model) if any(each is model.outputs[0] for each in call.outputs))
    layer = call.operation
    activations = keras.activations.softmax, keras.activations.sigmoid
    if _keras.kind_of(layer) is not keras.layers.Dense or layer.activation not in activations:
        raise ArgumentError(
            f"{model.name} ends in {layer.name!r}, a {type(layer).__name__}; only a dense layer with a softmax or a "
            "sigmoid can be calibrated. Calibrate the parts of an ensemble before they are joined."
        )
    return call


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
