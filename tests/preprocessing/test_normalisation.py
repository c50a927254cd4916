"""``standardize`` and ``fit``, bit by bit beside Keras' legacy copy where both do the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.images import picture_batches
from amalthea.preprocessing.image import ImageDataGenerator
from amalthea.preprocessing.image.moments import Moments
from tests.preprocessing.references import keras_legacy, photograph

pytestmark = pytest.mark.single_backend

LEARNT = ("mean", "std", "zca_whitening_matrix")
NORMAL = [
    {"rescale": 1 / 255},
    {"samplewise_center": True},
    {"samplewise_center": True, "samplewise_std_normalization": True, "rescale": 1 / 255},
    {"featurewise_center": True},
    {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255},
    {"featurewise_center": True, "zca_whitening": True, "rescale": 1 / 255},
]


@pytest.fixture
def pictures(test_data: Path) -> np.ndarray:
    """Six photographs, shape (6, 12, 10, 3), in [0, 255]."""
    return np.stack([photograph(test_data, 12, 10, number) for number in range(6)])


@pytest.mark.parametrize("arguments", NORMAL, ids=" ".join)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_fit_and_standardize_are_bit_equal(
    pictures: np.ndarray, arguments: dict[str, Any], dtype: str, data_format: str
) -> None:
    if data_format == "channels_first":
        pictures = np.moveaxis(pictures, 3, 1)
    before = pictures.copy()
    mine, theirs = (
        kind(**arguments, dtype=dtype, data_format=data_format)
        for kind in (ImageDataGenerator, keras_legacy.ImageDataGenerator)
    )
    for generator in (mine, theirs):
        generator.fit(pictures)
    np.testing.assert_array_equal(pictures, before)
    for name in LEARNT:
        one, other = getattr(mine, name), getattr(theirs, name)
        assert (one is None) == (other is None)
        if one is not None:
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            np.testing.assert_array_equal(one, other)
    for x in (pictures.astype(dtype), pictures[0].astype(dtype)):
        np.testing.assert_array_equal(mine.standardize(x.copy()), theirs.standardize(x.copy()))


def test_standardize_works_in_place_and_takes_whole_numbers() -> None:
    generator = ImageDataGenerator(rescale=0.5)
    pixels = np.full((2, 2, 3), 4.0)
    assert generator.standardize(pixels) is pixels
    assert pixels.max() == 2
    assert generator.standardize(np.full((2, 2, 3), 5, np.uint8)).dtype == "float32"


def test_the_function_comes_first() -> None:
    generator = ImageDataGenerator(preprocessing_function=lambda x: x + 1, rescale=10, samplewise_center=True)
    assert generator.standardize(np.array([[[1.0, 3.0]]])).tolist() == [[[-10, 10]]]


def test_the_function_may_return_anything_that_becomes_an_array(pictures: np.ndarray) -> None:
    for kind in (np.ndarray.tolist, keras.ops.convert_to_tensor):
        generator = ImageDataGenerator(preprocessing_function=kind, rescale=2)
        found = next(generator.flow(pictures, batch_size=6, shuffle=False))
        np.testing.assert_allclose(found, 2 * pictures, rtol=1e-6)

    def forgets(x: np.ndarray) -> None:
        x += 1

    for function in (forgets, lambda x: "picture"):
        with pytest.raises(
            ArgumentError, match=r"preprocessing_function=test_.*(forgets|lambda).* returned (None|pict)"
        ):
            ImageDataGenerator(preprocessing_function=function).standardize(pictures[0])


@pytest.mark.parametrize("argument", ["featurewise_center", "zca_whitening", "featurewise_std_normalization"])
def test_what_is_not_learnt_yet_is_told(argument: str) -> None:
    generator = ImageDataGenerator(**{"featurewise_center": True, argument: True})
    if argument != "featurewise_center":
        generator.featurewise_center = False
    with pytest.warns(AmaltheaWarning, match=f"{argument}=True does nothing until .* call its method fit first"):
        assert generator.standardize(np.ones((2, 2, 3))).max() == 1


def test_fit_runs_the_function_that_training_runs(pictures: np.ndarray) -> None:
    generator = ImageDataGenerator(featurewise_center=True, preprocessing_function=np.square, rescale=0.5)
    generator.fit(pictures)
    np.testing.assert_allclose(generator.mean.ravel(), np.square(pictures).mean((0, 1, 2)) / 2, rtol=1e-5)
    batch = next(generator.flow(pictures, batch_size=6))
    np.testing.assert_allclose(batch.mean((0, 1, 2)), 0, atol=1)  # of 10,000


def test_fit_on_transformed_pictures(pictures: np.ndarray) -> None:
    arguments = {"featurewise_center": True, "channel_shift_range": 100.0}
    plain, transformed, again = (ImageDataGenerator(**arguments) for _ in range(3))
    plain.fit(pictures)
    transformed.fit(pictures, augment=True, rounds=3, seed=5)
    again.fit(iter([pictures]), augment=True, rounds=3, seed=5)
    assert np.abs(plain.mean - transformed.mean).max() > 0.1
    np.testing.assert_allclose(again.mean, transformed.mean, rtol=1e-5)


def batches(pictures: np.ndarray) -> Iterator[Any]:
    """Batches alone, with labels, with other inputs and labels, and a single picture."""
    yield pictures[:2]
    yield pictures[2:3], np.zeros(1)
    yield [pictures[3:5], np.zeros((2, 7))], np.zeros(2)
    yield pictures[5]


class KnowsItsLength:
    """Endless, as the iterators of Keras are."""

    def __init__(self, pictures: np.ndarray) -> None:
        self.pictures = pictures

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[np.ndarray]:
        while True:
            yield self.pictures[:3]
            yield self.pictures[3:]


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_fit_streams_over_iterators(pictures: np.ndarray, data_format: str) -> None:
    if data_format == "channels_first":
        pictures = np.moveaxis(pictures, 3, 1)
    arguments: dict[str, Any] = {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255}
    whole = ImageDataGenerator(**arguments, data_format=data_format)
    whole.fit(pictures)
    before = pictures.copy()
    for source in (batches(pictures), KnowsItsLength(pictures)):
        streamed = ImageDataGenerator(**arguments, data_format=data_format)
        streamed.fit(source)
        for name in ("mean", "std"):
            one, other = getattr(streamed, name), getattr(whole, name)
            assert (one.shape, one.dtype) == (other.shape, other.dtype)
            np.testing.assert_allclose(one, other, rtol=1e-5)
    np.testing.assert_array_equal(pictures, before)


def test_fit_on_its_own_iterator_sees_plain_pictures_once(pictures: np.ndarray) -> None:
    arguments: dict[str, Any] = {
        "featurewise_center": True,
        "featurewise_std_normalization": True,
        "rescale": 1 / 255,
        "channel_shift_range": 100.0,
    }
    whole, streamed = ImageDataGenerator(**arguments), ImageDataGenerator(**arguments)
    whole.fit(pictures)
    iterator = streamed.flow(pictures, batch_size=4, seed=1)
    streamed.fit(iterator)
    assert iterator.total_batches_seen == 0
    np.testing.assert_allclose(streamed.mean, whole.mean, rtol=1e-5)
    np.testing.assert_allclose(streamed.std, whole.std, rtol=1e-5)
    streamed.fit(iterator, augment=True, rounds=2, seed=3)
    assert np.abs(streamed.mean - whole.mean).max() > 1e-3


def test_fit_on_picture_batches(pictures: np.ndarray) -> None:
    whole, streamed = (ImageDataGenerator(featurewise_center=True) for _ in range(2))
    whole.fit(pictures)
    streamed.fit(picture_batches(pictures, np.arange(6), batch_size=4))
    np.testing.assert_allclose(streamed.mean, whole.mean, rtol=1e-5)


def test_what_fit_cannot_learn_from(pictures: np.ndarray) -> None:
    generator = ImageDataGenerator(featurewise_center=True)
    with pytest.raises(ArgumentError, match=r"fit learns from an array of pictures, which has 4 axes; given was \(6,"):
        generator.fit(pictures[..., 0])
    with pytest.raises(ArgumentError, match=r"batches of pictures, which have 4 axes; the iterator gave \(2,\)"):
        generator.fit(iter([np.zeros(2)]))
    for wrong in ("pets/train", None):
        with pytest.raises(ArgumentError, match=f"fit learns from an array .*; given was {wrong!r}. Give it what flow"):
            generator.fit(wrong)
    for wrong in ([pictures[:3], pictures[3:]], [pictures[:2], pictures[2:]]):
        with pytest.raises(ArgumentError, match=r"Give iter\(...\) of a list of batches"):
            generator.fit(wrong)
    with pytest.raises(ArgumentError, match="without a single picture"):
        generator.fit(iter([]))
    with pytest.warns(AmaltheaWarning, match=r"pictures of shape \(6, 12, 3, 10\) have 10 channels"):
        generator.fit(np.moveaxis(pictures, 3, 2))
    whitening = ImageDataGenerator(featurewise_center=True, zca_whitening=True)
    with pytest.raises(ArgumentError, match="zca_whitening=True needs all pictures at once; given was an iterator"):
        whitening.fit(iter([pictures]))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(0, 2**32), st.floats(-1e4, 1e4))
def test_moments_do_not_depend_on_the_batches(sizes: list[int], seed: int, offset: float) -> None:
    numbers = np.random.default_rng(seed).normal(offset, 3, (sum(sizes), 2, 4))
    moments = Moments(channel_axis=1)
    for batch in np.split(numbers, np.cumsum(sizes)[:-1]):
        moments.add(batch)
    assert moments.count == 4 * sum(sizes)
    np.testing.assert_allclose(moments.mean, numbers.mean((0, 2)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(moments.deviation, numbers.std((0, 2)), rtol=1e-7)
