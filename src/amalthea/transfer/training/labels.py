"""Labels as a loss takes them, and how much each picture weighs in it."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError
from .batches import Rows


def checked_labels(labels: ArrayLike, features: Rows, suffix: keras.Model) -> NDArray[Any]:
    """As the loss of the model takes them.

    Raises:
        ArgumentError: they are not whole numbers, one for each row, from 0 up to the number of classes.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(features),) or not len(features):
        raise ArgumentError(
            f"Labels of shape {labels.shape} for {len(features)} pictures; needed is one label for each."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ArgumentError(f"Labels of type {labels.dtype}; allowed are whole numbers, each the place of a class.")
    outputs = suffix.output_shape[-1]
    classes = max(outputs, 2)
    outside = labels[(labels < 0) | (labels >= classes)]
    if len(outside):
        raise ArgumentError(
            f"Label {outside[0]}, but {suffix.name!r} has {classes} classes: allowed are 0 to {classes - 1}."
        )
    return labels.astype(np.int32) if outputs > 1 else labels.astype(np.float32)[:, None]


def weights_in_loss(
    labels: NDArray[Any], class_weight: str | Mapping[int, float] | None, own: NDArray[np.float32] | None
) -> NDArray[np.float32] | None:
    """The weight of each picture in the loss: that of its class, times its own; None: all the same."""
    if class_weight is None:
        return own
    found, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if isinstance(class_weight, str):
        weights = len(labels) / (len(found) * counts)
    else:
        if unknown := class_weight.keys() - set(found.tolist()):
            raise ArgumentError(f"class_weight names {sorted(unknown)}; there are pictures of {found.tolist()} only.")
        weights = np.array([class_weight.get(label, 1.0) for label in found.tolist()])
    of_classes = weights[places.reshape(-1)].astype(np.float32)
    return of_classes if own is None else of_classes * own
