"""``class_weight`` and ``sample_weight``, for each output of a model, as the weights of samples that Keras 3 takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from ...errors import ArgumentError
from .._spelling import advise, note
from .conversion import in_arrays

ClassWeights = Sequence[Mapping[int, float] | None]
"""By the number of a class, for each output of a model; None for one whose classes all weigh 1."""


def class_weights(model: Any, given: Any) -> ClassWeights | None:
    """What a user says that classes weigh; None where that is nothing, with advice where it never had an effect.

    Args:
        model: whose outputs have names.
        given: for a single output ``{0: 1.0, 1: 5.0}``; for several a list of such, or a dictionary by their names.

    Raises:
        ArgumentError: for an output that the model does not have.
    """
    names = _names_of_outputs(model)
    if given is None or (not np.ndim(given) and not given):
        return None
    if isinstance(given, Mapping) and any(isinstance(key, str) for key in given):
        if names and (unknown := sorted(map(str, given.keys() - set(names)))):
            raise ArgumentError(f"class_weight has no output {', '.join(unknown)}; the outputs are {', '.join(names)}.")
        each = [given.get(name) for name in names or given]
    elif isinstance(given, list | tuple) and all(part is None or isinstance(part, Mapping) for part in given):
        each = list(given)
        if len(each) != max(len(names), 1):
            raise ArgumentError(f"class_weight has {len(each)} members; {model.name} has {max(len(names), 1)} outputs.")
    else:
        each = [given]
    if len(names) > 1:
        note("class_weight by outputs is sample_weight today, an array for each output")
    found = [None if _is_idle(one, names if len(each) == 1 else ()) else one for one in each]
    return found if any(found) else None


def sample_weights(model: Any, y: Any, given: Any, by_class: ClassWeights | None) -> Any:
    """Weights of samples, in which those of their classes are; of several outputs a list with an array for each.

    Args:
        model: whose outputs have names.
        y: targets, a list for several outputs.
        given: ``sample_weight``: None, an array, or of several outputs a list or a dictionary by their names.
        by_class: of ``class_weights``.

    Raises:
        ArgumentError: targets that are no classes.
    """
    names, weights = _names_of_outputs(model), in_arrays(given)
    if len(names) < 2:
        if isinstance(weights, Mapping) and len(weights) == 1:
            [weights] = weights.values()
        return weights if by_class is None else _product(weights, _of_classes(y, by_class[0]))
    if (by_class is None and isinstance(weights, np.ndarray | None)) or not isinstance(y, list | tuple):
        return weights
    if isinstance(weights, Mapping):
        weights = [weights.get(name) for name in names]
    elif not isinstance(weights, list | tuple):
        weights = [weights] * len(names)
    products = [
        _product(one, _of_classes(targets, of_classes))
        for targets, one, of_classes in zip(y, weights, by_class or [None] * len(names), strict=True)
    ]
    ones = np.ones(len(y[0]), keras.config.floatx())
    return [ones if one is None else one for one in products]


def _names_of_outputs(model: Any) -> list[str]:
    return list(getattr(model, "output_names", None) or [])


def _is_idle(weight: Any, names: Sequence[str]) -> bool:
    """Whether ``class_weight`` never had an effect; with advice."""
    if weight is None or (isinstance(weight, Mapping) and len(names) < 2):
        return not weight
    shown = repr(weight) if isinstance(weight, str) else f"<{type(weight).__name__}>"
    of_several = f" of {len(names)} outputs" if len(names) > 1 else ""
    example = f"{{{names[0]!r}: {{0: 1, 1: 2}}}}" if of_several else "{0: 1, 1: 2}"
    advise(
        f"class_weight={shown}{of_several} has no effect, nor had it in Keras 1 and 2. Give a dictionary: {example}."
    )
    return True


def _of_classes(y: Any, weight: Mapping[int, float] | None) -> Any:
    if not weight:
        return None
    if not isinstance(y, np.ndarray) or y.ndim > 2:
        what = f"targets of shape {y.shape}" if hasattr(y, "shape") else type(y).__name__
        raise ArgumentError(f"class_weight is for classes, a number or a row each; not for {what}. Give sample_weight.")
    classes = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else np.ravel(y).round().astype(int)
    return np.asarray([weight.get(int(each), 1.0) for each in classes], keras.config.floatx())


def _product(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(one) * other
