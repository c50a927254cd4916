"""A predictor takes generators and data sets, as ``model.predict`` does, and arrays in batches."""

import keras
import numpy as np
import pytest

import amalthea
from amalthea import _keras
from amalthea.errors import ArgumentError
from tests.runtime.agreement import numbers
from tests.runtime.small_models import assert_like_predict, assert_same, pair_model, picture_model


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    _keras.pin_openvino_precision()


BATCHES = [numbers(size, 6, 5, 2, seed=size) for size in (4, 4, 3)]
TARGETS = [np.zeros((len(batch), 3), np.float32) for batch in BATCHES]
WEIGHTS = [np.ones(len(batch), np.float32) for batch in BATCHES]


class Pictures(keras.utils.PyDataset):
    """An iterator in the manner of Keras 2: asked for a batch beyond its end, it begins again."""

    def __len__(self):
        return len(BATCHES)

    def __getitem__(self, number):
        return BATCHES[number % len(self)], TARGETS[number % len(self)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter(BATCHES),
        lambda: (batch for batch in BATCHES),
        lambda: ((batch,) for batch in BATCHES),
        lambda: zip(BATCHES, TARGETS, strict=True),
        lambda: zip(BATCHES, TARGETS, WEIGHTS, strict=True),
        lambda: ([batch, target] for batch, target in zip(BATCHES, TARGETS, strict=True)),
        lambda: ({"picture": batch} for batch in BATCHES),
        lambda: Pictures(workers=1),
    ],
    ids=["iterator", "generator", "alone", "targets", "weights", "lists", "dictionaries", "PyDataset"],
)
def test_batches(make):
    assert_like_predict(picture_model(), make(), np.concatenate(BATCHES))


def test_batches_of_several_inputs():
    model = pair_model()
    left, right = numbers(10, 4), numbers(10, 3)
    expected = model.predict([left, right], verbose=0)
    predictor = amalthea.predictor(model)
    parts = [slice(0, 4), slice(4, 10)]
    assert_same(predictor(((left[part], right[part]), None) for part in parts), expected)
    assert_same(predictor(({"left": left[part], "right": right[part]},) for part in parts), expected)


def test_data_sets_of_the_backend():
    pictures, targets = np.concatenate(BATCHES), np.concatenate(TARGETS)
    if keras.config.backend() == "tensorflow":
        import tensorflow

        data = tensorflow.data.Dataset.from_tensor_slices((pictures, targets)).batch(4)
        assert_like_predict(picture_model(), data)
    elif keras.config.backend() == "torch":
        from torch import tensor
        from torch.utils.data import DataLoader, TensorDataset

        data = DataLoader(TensorDataset(tensor(pictures), tensor(targets)), batch_size=4)
        assert_like_predict(picture_model(), data)
    else:
        pytest.skip("neither TensorFlow nor torch")


@pytest.mark.parametrize("size", [1, 2, 5, 9, np.int64(3)])
def test_arrays_in_batches(size):
    model, pictures = picture_model(), numbers(5, 6, 5, 2)
    predictor, expected = amalthea.predictor(model), model.predict(pictures, verbose=0)
    for x in (pictures, pictures.tolist(), list(pictures), [pictures], {"picture": pictures}):
        assert_same(predictor.predict(x, batch_size=size), expected)
    assert_same(predictor.predict(keras.ops.convert_to_tensor(pictures), batch_size=size), expected)
    assert predictor.predict(pictures[:0], batch_size=size).shape == (0, 3)


@pytest.mark.single_backend
def test_batches_bound_the_memory():
    """Only a batch at a time is read from what lies on a disk."""
    read = []

    class OnDisk:
        shape, dtype = (10, 6, 5, 2), np.dtype("float32")

        def __len__(self):
            return 10

        def __getitem__(self, rows):
            read.append((rows.start, rows.stop))
            return numbers(10, 6, 5, 2)[rows]

        def __array__(self, dtype=None, copy=None):
            raise AssertionError("all of it was read")

    model = picture_model()
    expected = model.predict(numbers(10, 6, 5, 2), verbose=0)
    assert_same(amalthea.predictor(model).predict(OnDisk(), batch_size=4), expected)
    assert read == [(0, 4), (4, 8), (8, 12)]


@pytest.mark.single_backend
@pytest.mark.filterwarnings("ignore:.*The structure of `inputs`")  # Keras' OpenVINO backend, about dictionaries
@pytest.mark.parametrize("outputs", ["list", "dict"])
def test_several_inputs_in_batches(outputs):
    model, left, right = pair_model("dict", outputs), numbers(5, 4), numbers(5, 3)
    given = {"left": left, "right": right}
    assert_same(amalthea.predictor(model).predict(given, batch_size=2), model.predict(given, verbose=0))
    with pytest.raises(ArgumentError, match="pair: the inputs must have equal lengths, given were 5, 4"):
        amalthea.predictor(model).predict([left, right[:4]], batch_size=2)


@pytest.mark.single_backend
@pytest.mark.parametrize("size", [0, -1, 2.0, "4", True], ids=repr)
def test_wrong_batch_sizes(size):
    with pytest.raises(ArgumentError, match=f"batch_size={size!r} must be a whole number above 0, or None"):
        amalthea.predictor(picture_model()).predict(numbers(2, 6, 5, 2), batch_size=size)


@pytest.mark.single_backend
def test_a_data_set_without_an_end():
    class Endless(Pictures):
        @property
        def num_batches(self):
            return None

    with pytest.raises(ArgumentError, match=r"A Endless whose num_batches is None has no end\. Give it a __len__"):
        amalthea.predictor(picture_model())(Endless(workers=1))
