"""Operations in a graph against the same ones that the backend computes at once."""

import keras
import numpy as np

from amalthea.runtime import to_onnx
from tests.runtime.agreement import answers_of_graph


def assert_same(functions, *arrays, permuted=False):
    """Each function of one or more tensors gives the same numbers in every runtime.

    Args:
        functions: by name; each returns a tensor, or a list of them.
        arrays: what they get, with pictures along the first axis.
        permuted: whether the tensors are stored with their axes in another order than Keras counts them.
    """
    keras.utils.clear_session(free_memory=False)
    turned = [permuted and array.ndim > 2 for array in arrays]
    given = [turned_around(array) if turn else array for array, turn in zip(arrays, turned, strict=True)]
    inputs = [keras.Input(array.shape[1:], dtype=str(array.dtype)) for array in given]
    tensors = [back(port) if turn else port for port, turn in zip(inputs, turned, strict=True)]
    expected = expected_of(functions, arrays)
    names = [name for name, values in expected.items() for _ in values]
    graph = to_onnx(keras.Model(inputs, keras.tree.flatten([functions[name](*tensors) for name in expected])))
    wanted = [value for values in expected.values() for value in values]
    for runtime, answers in answers_of_graph(graph, given).items():
        assert len(answers) == len(wanted)
        for name, found, right in zip(names, answers, wanted, strict=True):
            assert found.shape == right.shape, (name, runtime, found.shape, right.shape)
            scale = max(1.0, float(np.abs(right).max(initial=0)))
            difference = np.abs(found.astype(np.float64) - right.astype(np.float64)).max(initial=0)
            assert difference <= 2e-5 * scale, (name, runtime, difference)
    return graph


def turned_around(array):
    """The last axis becomes the second one."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def back(tensor):
    """The second axis becomes the last one; nothing is moved for that in the graph."""
    rank = len(tensor.shape)
    return keras.layers.Permute((*range(2, rank), 1))(tensor)


def expected_of(functions, arrays):
    """What Keras' backend computes."""
    tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
    return {
        name: [keras.ops.convert_to_numpy(value) for value in keras.tree.flatten(function(*tensors))]
        for name, function in functions.items()
    }
