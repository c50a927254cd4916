"""What ``model.predict`` takes, as the arrays that a runner takes. Imports no framework: tensors are duck-typed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from .runners import TensorSpec

Arrays = list[NDArray[Any]]


def batches_in(x: Any) -> Iterator[Any] | None:
    """The inputs in each batch of a generator, data loader, ``PyDataset`` or ``tf.data.Dataset``; None for all else.

    As in Keras, a batch that is a tuple or list is ``(inputs,)``, ``(inputs, targets)`` or ``(inputs, targets,
    weights)``.
    """
    if isinstance(x, str | list | tuple | dict) or _is_tensor(x):
        return None
    if hasattr(x, "num_batches") and hasattr(x, "__getitem__"):
        # A PyDataset; Python would iterate over it for ever, because its __getitem__ may know no end.
        return (_without_targets(x[number]) for number in range(x.num_batches))
    return map(_without_targets, x) if isinstance(x, Iterable) else None


def as_arrays(x: Any, names: Sequence[str], specs: Sequence[TensorSpec], model: str) -> Arrays:
    """One array for each input, checked against the shapes that the network takes.

    Args:
        x: for one input an array, tensor or nested lists; for several a list, a tuple, or a dictionary by name.
        names: of the inputs.
        specs: of the inputs, in the same order.
        model: its name, for messages.

    Raises:
        ArgumentError: something is missing, is no numbers, or has another shape.
    """
    if isinstance(x, dict):
        if missing := [name for name in names if name not in x]:
            raise ArgumentError(
                f"{model}: input {', '.join(map(repr, missing))} is missing; given were {', '.join(map(repr, x))}."
            )
        parts = [x[name] for name in names]
    elif len(specs) > 1:
        if not isinstance(x, list | tuple) or len(x) != len(specs):
            given = f"{len(x)} of them" if isinstance(x, list | tuple) else f"a {type(x).__name__}"
            raise ArgumentError(
                f"{model} takes {len(specs)} inputs, given was {given}. Give a list of {len(specs)} arrays, or a "
                f"dictionary with {', '.join(map(repr, names))}."
            )
        parts = list(x)
    else:
        # Keras takes an array for the only input in a list of one, too.
        alone = isinstance(x, list | tuple) and len(x) == 1 and np.ndim(_array(x[0], model)) == len(specs[0].shape)
        parts = [x[0] if alone else x]
    arrays = [_fitting(_array(part, model), spec, model) for part, spec in zip(parts, specs, strict=True)]
    counts = [len(array) for array in arrays]
    if len(set(counts)) > 1:
        raise ArgumentError(f"{model}: the inputs must have equal lengths, given were {', '.join(map(str, counts))}.")
    return arrays


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "__array__") or hasattr(x, "numpy")


def _without_targets(batch: Any) -> Any:
    return batch[0] if isinstance(batch, list | tuple) and 0 < len(batch) <= 3 else batch


def _array(x: Any, model: str) -> NDArray[Any]:
    if hasattr(x, "detach"):
        x = x.detach().cpu()  # of torch, which gives NumPy neither gradients nor the memory of a GPU
        x = x.float() if x.is_floating_point() else x  # nor its bfloat16
    try:
        # The tensors of Keras' OpenVINO backend have no __array__.
        array = np.asarray(x if hasattr(x, "__array__") or not hasattr(x, "numpy") else x.numpy())
        return array.astype(np.float32) if array.dtype.kind == "V" else array  # bfloat16 of JAX and TensorFlow
    except (TypeError, ValueError) as problem:
        raise ArgumentError(f"{model}: the input is no array of numbers: {problem}.") from problem


def _fitting(array: NDArray[Any], spec: TensorSpec, model: str) -> NDArray[Any]:
    if array.dtype.kind not in "biuf":
        raise ArgumentError(f"{model}: the input must be real numbers; given was an array of type {array.dtype}.")
    rank = len(spec.shape)
    # As Keras does: a last axis of length 1 may be missing, or be one too many.
    if array.ndim == rank - 1 and rank > 1 and spec.shape[-1] == 1:
        array = array[..., np.newaxis]
    elif array.ndim == rank + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if len(array.shape) != rank or any(
        wanted not in (None, size) for wanted, size in zip(spec.shape[1:], array.shape[1:], strict=True)
    ):
        expected = ", ".join("any" if size is None else str(size) for size in spec.shape[1:])
        advice = " A single one needs an axis in front: x[None]." if array.ndim == rank - 1 else ""
        raise ArgumentError(
            f"{model}: input {spec.name!r} takes arrays of shape (batch, {expected}); given was {array.shape}.{advice}"
        )
    return _pixels(array, spec, model) if spec.dtype == "uint8" else array


def _pixels(array: NDArray[Any], spec: TensorSpec, model: str) -> NDArray[Any]:
    """Refuse what would lose its meaning as bytes: pictures that are scaled already."""
    whole = array.dtype.kind in "iu"
    if whole and (array.dtype == np.uint8 or not array.size or (array.min() >= 0 and array.max() <= 255)):
        return array
    given = f"whole numbers from {array.min()} to {array.max()}" if whole else f"an array of type {array.dtype}"
    raise ArgumentError(
        f"{model}: input {spec.name!r} takes pictures as they are decoded, RGB in [0, 255] of type uint8, and scales "
        f"them itself; given was {given}."
    )
