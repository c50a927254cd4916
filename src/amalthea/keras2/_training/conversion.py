"""What a user gives as inputs and targets, as arrays such as Keras 3 takes."""

from typing import Any

import keras
import numpy as np


def in_arrays(data: Any, parts: int = 1) -> Any:
    """The same with arrays of NumPy where there were tensors, tables or lists of numbers; None stays.

    Args:
        data: an array, or a structure of some.
        parts: of a model, as its inputs; a list for several has one member for each, of numbers or not.
    """
    if isinstance(data, dict):
        return {name: in_arrays(part) for name, part in data.items()}
    if isinstance(data, list | tuple) and (parts > 1 or not _of_numbers(data)):
        members = [in_arrays(part) for part in data]
        return members if isinstance(data, list) else tuple(members)
    return _array(data)


def inputs_of(model: Any, x: Any) -> Any:
    """Inputs of a model; floats as Keras reckons with, which its own arrays are made, too."""
    arrays = in_arrays(x, len(getattr(model, "inputs", None) or "1"))
    return keras.tree.map_structure(_in_floats_of_keras, in_tuples(arrays))


def targets_of(model: Any, y: Any) -> Any:
    """Targets for the outputs of a model, as Keras 1 and 2 gave them to losses and metrics.

    Single numbers stand in a column, all are numbers of the kind that the model returns, and a dictionary is a list by
    the names of the outputs. Keras 3 hands whole numbers and booleans to the metrics of a user, which fail at them.
    """
    names = getattr(model, "output_names", None) or []
    if isinstance(y, dict) and len(names) > 1 and not isinstance(model.output, dict):
        y = [y[name] for name in names]
    elif isinstance(y, dict) and list(y) == list(names) and not isinstance(model.output, dict):
        [y] = y.values()
    dtype = dtype_of_targets(model)
    return keras.tree.map_structure(lambda array: _as_target(array, dtype), in_arrays(y, len(names)))


def dtype_of_targets(model: Any) -> str:
    """That of the outputs, but not less exact than Keras reckons losses: classes are numbers of any size."""
    outputs = getattr(model, "outputs", None) or []
    return str(keras.backend.result_type(keras.config.floatx(), *(tensor.dtype for tensor in outputs)))


def in_tuples(part: Any) -> Any:
    """The same without lists, for TensorFlow takes these for arrays."""
    return tuple(part) if isinstance(part, list) else part


def with_targets_as_columns(model: Any, data: Any) -> Any:
    """A data set of TensorFlow whose targets are what those of arrays are; anything else stays.

    TensorFlow would join targets of two ranks, of a data set and of arrays, in one function for a shape of unknown
    rank, on which no loss works.
    """
    kind = getattr(data, "element_spec", None)
    if not isinstance(kind, tuple) or len(kind) not in (2, 3) or not hasattr(data, "map"):
        return data
    import tensorflow as tf

    dtype = dtype_of_targets(model)

    def as_target(tensor: Any) -> Any:
        if not isinstance(tensor, tf.Tensor) or not _is_number(tensor.dtype):
            return tensor
        return tf.cast(tensor[:, None] if tensor.shape.rank == 1 else tensor, dtype)

    return data.map(lambda x, y, *weights: (x, tf.nest.map_structure(as_target, y), *weights))


def _of_numbers(part: Any) -> bool:
    while isinstance(part, list | tuple) and part:
        part = part[0]
    return (np.isscalar(part) and not isinstance(part, str | bytes)) or getattr(part, "shape", None) == ()


def _array(part: Any) -> Any:
    if part is None or isinstance(part, np.ndarray) or hasattr(part, "toarray"):  # sparse ones are for Keras
        return part
    if keras.ops.is_tensor(part):
        return keras.ops.convert_to_numpy(part)
    return np.asarray(part) if hasattr(part, "shape") or _of_numbers(part) else part


def _is_number(dtype: Any) -> bool:
    return bool(dtype.is_integer or dtype.is_floating or dtype.is_bool)


def _in_floats_of_keras(array: Any) -> Any:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        return array
    return array.astype(keras.config.floatx(), copy=False)


def _as_target(array: Any, dtype: str) -> Any:
    if not isinstance(array, np.ndarray):
        return array
    column = array[:, None] if array.ndim == 1 else array
    return column.astype(dtype, copy=False) if column.dtype.kind in "biuf" else column
