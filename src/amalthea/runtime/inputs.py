"""What ``model.predict`` takes, as the arrays that a runner takes. Imports no framework: tensors are duck-typed."""

import os
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
    if isinstance(x, str | bytes | list | tuple | dict) or _is_tensor(x):
        return None
    if hasattr(x, "num_batches") and hasattr(x, "__getitem__"):
        if x.num_batches is None:
            raise ArgumentError(
                f"A {type(x).__name__} whose num_batches is None has no end. Give it a __len__, or some of its "
                "batches: (data[number] for number in range(100))."
            )
        # A PyDataset; Python would iterate over it for ever, because its __getitem__ may know no end.
        return (_without_targets(x[number]) for number in range(x.num_batches))
    return map(_without_targets, x) if isinstance(x, Iterable) else None


def parts_of(x: Any, names: Sequence[str], specs: Sequence[TensorSpec], model: str) -> list[Any]:
    """What was given for each input, as it was given.

    Args:
        x: for one input an array, tensor or nested lists; for several a list, a tuple, or a dictionary by name.
        names: of the inputs.
        specs: of the inputs, in the same order.
        model: its name, for messages.

    Raises:
        ArgumentError: another number of inputs, or one of them is missing.
    """
    if isinstance(x, dict):
        if missing := [name for name in names if name not in x]:
            raise ArgumentError(
                f"{model}: input {', '.join(map(repr, missing))} is missing; given were {', '.join(map(repr, x))}."
            )
        return [x[name] for name in names]
    if len(specs) == 1:
        # Keras takes an array for the only input in a list of one, too.
        alone = isinstance(x, list | tuple) and len(x) == 1 and np.ndim(array_of(x[0], model)) == len(specs[0].shape)
        return [x[0] if alone else x]
    if not isinstance(x, list | tuple) or len(x) != len(specs):
        given = f"{len(x)} of them" if isinstance(x, list | tuple) else f"a {type(x).__name__}"
        raise ArgumentError(
            f"{model} takes {len(specs)} inputs, given was {given}. Give a list of {len(specs)} arrays, or a "
            f"dictionary with {', '.join(map(repr, names))}."
        )
    return list(x)


def in_batches(parts: list[Any], size: int | None, model: str) -> Iterator[list[Any]]:
    """The inputs cut into batches, before they are converted; None leaves them whole.

    Args:
        parts: what was given for each input.
        size: pictures in a batch.
        model: its name, for messages.
    """
    if size is None:
        yield parts
        return
    # The tensors of Keras' OpenVINO backend would make a graph of each cut.
    cut = [
        part if isinstance(part, list | tuple) or hasattr(part, "__array__") else array_of(part, model)
        for part in parts
    ]
    lengths = {_length(part) for part in cut}
    count = lengths.pop()
    if lengths or count is None:  # ``as_arrays`` says what is wrong
        yield parts
        return
    for start in range(0, max(count, 1), size):
        yield [part[start : start + size] for part in cut]


def as_arrays(parts: Sequence[Any], specs: Sequence[TensorSpec], model: str) -> Arrays:
    """One array for each input, checked against the shapes that the network takes.

    Args:
        parts: what was given for each input.
        specs: of the inputs.
        model: its name, for messages.

    Raises:
        ArgumentError: something is no numbers, has another shape, or is no whole number where the input takes these.
    """
    arrays = [_fitting(array_of(part, model), spec, model) for part, spec in zip(parts, specs, strict=True)]
    counts = [len(array) for array in arrays]
    if len(set(counts)) > 1:
        raise ArgumentError(f"{model}: the inputs must have equal lengths, given were {', '.join(map(str, counts))}.")
    return arrays


def array_of(x: Any, model: str) -> NDArray[Any]:
    """An array of what may be a tensor of any framework, or nested lists.

    Raises:
        ArgumentError: it is no numbers, or its lists are not of equal lengths.
    """
    if hasattr(x, "detach"):
        x = x.detach().cpu()  # of torch, which gives NumPy neither gradients nor the memory of a GPU
        x = x.float() if x.is_floating_point() else x  # nor its bfloat16
    try:
        # The tensors of Keras' OpenVINO backend have no __array__.
        array = np.asarray(x if hasattr(x, "__array__") or not hasattr(x, "numpy") else x.numpy())
        return array.astype(np.float32) if array.dtype.kind == "V" else array  # bfloat16 of JAX and TensorFlow
    except (TypeError, ValueError) as problem:
        raise ArgumentError(f"{model}: the input is no array of numbers: {problem}.") from problem


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "__array__") or hasattr(x, "numpy")


def _length(part: Any) -> int | None:
    """The size of the first axis, of which a single number has none."""
    shape = getattr(part, "shape", None)
    if shape is None:
        return len(part)
    return int(shape[0]) if len(shape) else None


def _without_targets(batch: Any) -> Any:
    return batch[0] if isinstance(batch, list | tuple) and 0 < len(batch) <= 3 else batch


def _fitting(array: NDArray[Any], spec: TensorSpec, model: str) -> NDArray[Any]:
    check_real(array, model)
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
    if not np.issubdtype(spec.dtype, np.floating):
        _check_whole(array, spec, model)
    return array


def check_real(array: NDArray[Any], model: str) -> None:
    """Refuse what is no real number, such as text.

    Raises:
        ArgumentError: it is none.
    """
    if array.dtype.kind not in "biuf":
        advice = " Files go to predictor.predict_images(paths)." if _are_files(array) else ""
        raise ArgumentError(
            f"{model}: the input must be real numbers; given was an array of type {array.dtype}.{advice}"
        )


def _are_files(array: NDArray[Any]) -> bool:
    """Whether these are names of files, or what stands in them."""
    kind = array.dtype.kind
    return kind in "US" or (kind == "O" and any(isinstance(each, os.PathLike) for each in array.flat))


def _check_whole(array: NDArray[Any], spec: TensorSpec, model: str) -> None:
    """Refuse numbers that an input of whole ones would change: Keras cuts them off without a word."""
    low, high = (0, 1) if spec.dtype == "bool" else (np.iinfo(spec.dtype).min, np.iinfo(spec.dtype).max)
    whole = array.dtype.kind != "f" or bool((np.trunc(array) == array).all())
    if not array.size or (whole and low <= array.min() and array.max() <= high):
        return
    given = f"numbers from {array.min()} to {array.max()}" if whole else "numbers with a fraction"
    raise ArgumentError(
        f"{model}: input {spec.name!r} of type {spec.dtype} takes whole numbers in [{low}, {high}]; given were {given}."
    )
