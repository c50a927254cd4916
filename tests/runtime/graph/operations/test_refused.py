"""Operations that a graph cannot express, and above all those that mix the pictures of a batch."""

import keras
import numpy as np
import pytest
from keras import ops

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import numbers

pytestmark = [
    pytest.mark.single_backend,
    # Keras 3.15.1 in tensordot, about shapes of which the batch is open
    pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`"),
]

MIXING = {
    "mean of all": lambda x: ops.mean(x),
    "mean of pictures": lambda x: ops.mean(x, axis=0),
    "sum of pictures": lambda x: ops.sum(x, axis=(0, 1)),
    "from the end": lambda x: ops.max(x, axis=-4),
    "softmax": lambda x: ops.softmax(x, axis=0),
    "softmax of all": lambda x: ops.softmax(x, axis=None),
    "normalize": lambda x: ops.normalize(x, axis=0),
    "norm": lambda x: ops.norm(x),
    "argmax": lambda x: ops.argmax(x),
    "cumsum": lambda x: ops.cumsum(x, axis=0),
    "flip": lambda x: ops.flip(x),
    "roll": lambda x: ops.roll(x, 1, axis=0),
    "transpose": lambda x: ops.transpose(x),
    "swapaxes": lambda x: ops.swapaxes(x, 0, 1),
    "moveaxis": lambda x: ops.moveaxis(x, 1, 0),
    "reshape": lambda x: ops.reshape(x, (-1, 5)),
    "ravel into": lambda x: ops.reshape(x, (-1,)),
    "expand_dims": lambda x: ops.expand_dims(x, 0),
    "first picture": lambda x: x[0],
    "all but the first picture": lambda x: x[1:, ...],
    "pictures backwards": lambda x: x[::-1, ...],
    "new first axis": lambda x: x[None, ...],
    "take": lambda x: ops.take(x, [0, 0], axis=0),
    "repeat": lambda x: ops.repeat(x, 2, axis=0),
    "tile": lambda x: ops.tile(x, (2, 1, 1, 1)),
    "tile more": lambda x: ops.tile(x, (2, 1, 1, 1, 1)),
    "pad": lambda x: ops.pad(x, 1),
    "concatenate": lambda x: ops.concatenate([x, x], axis=0),
    "stack": lambda x: ops.stack([x, x], axis=0),
    "split": lambda x: ops.split(x, [1], axis=0),
    "numbers of pictures": lambda x: x + numbers(2, 3, 4, 5),
    "more axes": lambda x: x + numbers(6, 2, 3, 4, 5),
    "other rank": lambda x: x * ops.mean(x, axis=(1, 2)),
    "matmul other rank": lambda x: ops.matmul(x, ops.swapaxes(ops.mean(x, axis=1), 1, 2)),
    "matmul stack": lambda x: ops.matmul(x, numbers(2, 3, 5, 6)),
    "tensordot": lambda x: ops.tensordot(x, x, axes=[[1, 2, 3], [1, 2, 3]]),
    "tensordot of pictures": lambda x: ops.tensordot(x, numbers(2, 7), axes=[[0], [0]]),
    "einsum": lambda x: ops.einsum("bhwc->hwc", x),
    "einsum of pictures": lambda x: ops.einsum("bhwc,b->bhwc", x, np.ones(2, np.float32)),
}

BEYOND = {
    "sort": (lambda x: ops.sort(x), "of type Sort cannot .*: the runtime has no converter"),
    "median": (lambda x: ops.median(x, axis=1), "of type Median cannot .*: the runtime has no converter"),
    "symmetric": (
        lambda x: ops.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)), mode="symmetric"),
        "of type Pad .*: its mode is 'symmetric', neither 'constant' nor 'reflect'",
    ),
    "initial": (lambda x: ops.max(x, axis=1, initial=3), "of type Max .*: it starts from 3"),
    "nuclear": (lambda x: ops.norm(x, ord="nuc", axis=(1, 2)), "of type Norm .*: its order is 'nuc' over 2 axes"),
    "picked by a tensor": (
        lambda x: ops.take(x, ops.argmax(x, axis=-1), axis=1),
        "of type Take .*: tensors pick from each other",
    ),
    "bounds": (
        lambda x: ops.clip(x, np.zeros(5, np.float32), 1),
        "of type Clip .*: its bounds are not the same for all numbers",
    ),
    "int8": (lambda x: ops.cast(x, "int8"), "of type Cast .*: its numbers are int8, which a graph does not compute"),
    "rms": (lambda x: ops.layer_normalization(x, rms_scaling=True), "of type LayerNorm .*: .* rms_scaling=True"),
}


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


@pytest.mark.parametrize("name", MIXING)
def test_what_mixes_pictures(name):
    """Answers would depend on the batch that a picture comes in, and runners choose batches as they like."""
    image = keras.Input((3, 4, 5))
    outputs = keras.tree.flatten(MIXING[name](image))
    kind = type(outputs[0]._keras_history.operation).__name__
    message = f"Operation '.*' of type {kind} cannot become part of a graph: .*(pictures|batch).*fallback=\"keras\""
    with pytest.raises(UnsupportedLayerError, match=message):
        to_onnx(keras.Model(image, outputs))


@pytest.mark.parametrize("name", BEYOND)
def test_what_has_no_converter(name):
    function, reason = BEYOND[name]
    image = keras.Input((3, 4, 5))
    with pytest.raises(UnsupportedLayerError, match=f"Operation .*{reason}"):
        to_onnx(keras.Model(image, function(image)))


@pytest.mark.filterwarnings("ignore:.*integers")
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: ops.round(x, -1), "of type Round .*: it rounds integers to decimals=-1"),
        (ops.relu6, "of type Relu6 .*: it gets integers; make them floating numbers first, by keras.ops.cast"),
        (ops.leaky_relu, "of type LeakyRelu .*: it gets integers"),
        (lambda x: ops.threshold(x, 2, 1), "of type Threshold .*: it gets integers"),
    ],
    ids=["round", "relu6", "leaky_relu", "threshold"],
)
def test_integers(function, reason):
    numbers_of_picture = keras.Input((5,), dtype="int32")
    with pytest.raises(UnsupportedLayerError, match=reason):
        to_onnx(keras.Model(numbers_of_picture, function(numbers_of_picture)))


def test_sizes_that_are_open():
    image = keras.Input((None, None, 3))
    for function, reason in (
        (lambda x: ops.reshape(x, (-1, 12, 3)), r"it makes \(-1, 12, 3\) of \(None, None, None, 3\), which may mix"),
        (lambda x: ops.roll(x, 1, axis=1), "the size of axis 1 is open"),
        (lambda x: ops.split(x, 2, axis=1), "it makes 2 equal parts of an axis of size None"),
    ):
        with pytest.raises(UnsupportedLayerError, match=reason):
            to_onnx(keras.Model(image, function(image)))


def test_an_operation_of_the_user():
    class Doubled(keras.Operation):
        def call(self, x):
            return 2 * x

        def compute_output_spec(self, x):
            return keras.KerasTensor(x.shape, x.dtype)

    class Add(Doubled):  # a name that Keras has, too
        pass

    features = keras.Input((3,))
    for kind in (Doubled, Add):
        with pytest.raises(UnsupportedLayerError, match=f"'own' of type {kind.__name__} cannot .* no converter"):
            to_onnx(keras.Model(features, kind(name="own")(features)))
