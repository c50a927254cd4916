"""The class that users derive their own iterators from, and what every iterator does with orders and epochs."""

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras import utils
from numpy.typing import NDArray

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.preprocessing.image import ImageDataGenerator, Iterator, NumpyArrayIterator

pytestmark = pytest.mark.single_backend


class Indices(Iterator):
    """Batches that are the indices of their samples."""

    def _get_batches_of_transformed_samples(self, index_array: NDArray[np.int64]) -> NDArray[np.int64]:
        return index_array


class WithItsOwnNext(Indices):
    """Written as the documentation of Keras 2 shows it."""

    def next(self) -> Any:
        with self.lock:
            index_array = next(self.index_generator)
        return self._get_batches_of_transformed_samples(index_array)


def taken(iterator: Any, count: int) -> list[list[int]]:
    return [next(iterator).tolist() for _ in range(count)]


def flat(rows: list[list[int]]) -> list[int]:
    return [index for row in rows for index in row]


@pytest.mark.parametrize("kind", [Indices, WithItsOwnNext])
def test_an_iterator_goes_on_for_ever(kind: type[Indices]) -> None:
    iterator = kind(5, batch_size=2, shuffle=False, seed=None)
    assert len(iterator) == 3
    assert taken(iterator, 7) == [[0, 1], [2, 3], [4], [0, 1], [2, 3], [4], [0, 1]]
    assert (iterator.epoch, iterator.batch_index, iterator.total_batches_seen) == (2, 1, 7)
    assert iter(iterator) is iterator


@pytest.mark.parametrize("kind", [Indices, WithItsOwnNext])
def test_epochs_have_orders_of_their_own_that_depend_on_the_seed(kind: type[Indices]) -> None:
    iterator = kind(50, batch_size=20, shuffle=True, seed=3)
    epochs = []
    for _ in range(3):
        rows = taken(iterator, 3)
        assert flat(rows) == iterator.order.tolist() == iterator.index_array.tolist()
        epochs.append(flat(rows))
    assert [sorted(epoch) for epoch in epochs] == [[*range(50)]] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    iterator.reset()
    assert flat(taken(iterator, 9)) == flat(epochs)
    assert flat(taken(kind(50, 50, True, 3), 3)) == flat(epochs)
    assert taken(kind(50, 50, True, 4), 1) != [epochs[0]]


def test_without_a_seed_orders_are_random_but_come_again_after_reset() -> None:
    one, other = (Indices(50, 50, True, None) for _ in range(2))
    first = taken(one, 2)
    assert taken(other, 2) != first
    one.reset()
    assert taken(one, 2) == first


def test_indexing_is_of_the_current_epoch() -> None:
    iterator = Indices(7, batch_size=3, shuffle=True, seed=1)
    first = [iterator[i].tolist() for i in (2, 0, 1, 2)]
    assert first[0] == first[3]
    assert first[1] + first[2] + first[0] == iterator.order.tolist()
    order = iterator.order.tolist()
    iterator.on_epoch_end()
    assert (iterator.epoch, iterator.order.tolist()) == (0, order)  # until a batch of the next one is wanted
    assert [iterator[i].tolist() for i in (2, 0, 1, 2)] != first
    assert iterator.epoch == 1
    iterator.epoch = 0
    assert [iterator[i].tolist() for i in (2, 0, 1, 2)] == first
    with pytest.raises(ArgumentError, match="An epoch has 3 batches, counted from 0 on; asked for was 3"):
        iterator[3]
    with pytest.raises(ArgumentError, match="asked for was -1"):
        iterator[-1]


def test_while_keras_asks_batches_come_in_the_order_of_the_iterator() -> None:
    iterator = Indices(8, batch_size=2, shuffle=True, seed=1)
    iterator.on_epoch_begin()
    asked = [iterator[i].tolist() for i in (2, 0, 3, 2, 1)]
    assert asked[0] + asked[1] + asked[2] + asked[4] == iterator.order.tolist()
    assert asked[3] == asked[0]
    iterator.on_epoch_end()
    iterator.workers = 2  # of Keras, which then sorts the answers by their number
    iterator.on_epoch_begin()
    assert iterator[2].tolist() == iterator.order[4:6].tolist()


def test_an_order_of_ones_own() -> None:
    class Backwards(Indices):
        def _set_index_array(self) -> None:
            self.index_array = np.arange(self.n)[::-1]

    class BackwardsFromArrays(NumpyArrayIterator):
        def _set_index_array(self) -> None:
            self.index_array = np.arange(self.n)[::-1]

    assert taken(Backwards(4, 3, True, 0), 3) == [[3, 2, 1], [0], [3, 2, 1]]
    pictures = np.arange(4.0).repeat(12).reshape(4, 2, 2, 3)
    iterator = BackwardsFromArrays(pictures, None, ImageDataGenerator(), batch_size=3)
    assert [next(iterator)[:, 0, 0, 0].tolist() for _ in range(2)] == [[3, 2, 1], [0]]


def test_what_scripts_change_afterwards_is_heard() -> None:
    pictures = np.arange(6.0).repeat(12).reshape(6, 2, 2, 3)
    iterator = NumpyArrayIterator(pictures, None, ImageDataGenerator(), batch_size=4, shuffle=True, seed=0)
    next(iterator)
    iterator.shuffle, iterator.batch_size, iterator.index_array = False, 2, None
    iterator.reset()
    assert [next(iterator)[:, 0, 0, 0].tolist() for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_prepared_ahead_of_a_change_is_forgotten(workers: int) -> None:
    pictures = np.arange(60.0).repeat(12).reshape(60, 2, 2, 3)
    iterator = NumpyArrayIterator(pictures, None, ImageDataGenerator(), batch_size=2, workers=workers)
    assert next(iterator)[:, 0, 0, 0].tolist() == [0, 1]
    time.sleep(0.05)  # for those after it to be prepared
    iterator.x = pictures + 100
    assert next(iterator)[:, 0, 0, 0].tolist() == [102, 103]
    iterator.dtype = "float64"
    assert next(iterator).dtype == np.float64
    iterator.workers = 3
    assert (next(iterator)[:, 0, 0, 0].tolist(), iterator.workers) == ([106, 107], 1)
    with pytest.raises(ArgumentError, match=r"workers=-1; give a number of threads"):
        iterator.workers = -1


def test_batches_of_ones_own_on_top_of_those_of_an_iterator() -> None:
    class WithSums(NumpyArrayIterator):
        def _get_batches_of_transformed_samples(self, index_array: NDArray[np.int64]) -> Any:
            pictures = super()._get_batches_of_transformed_samples(index_array)
            return pictures, pictures.sum((1, 2, 3))

    pictures = np.random.default_rng(0).random((7, 4, 4, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        generator = ImageDataGenerator(channel_shift_range=0.3, horizontal_flip=True)
    arguments: dict[str, Any] = {"batch_size": 3, "shuffle": True, "seed": 5}
    mine, plain = (kind(pictures, None, generator, **arguments) for kind in (WithSums, NumpyArrayIterator))
    for _ in range(7):
        batch, sums = next(mine)
        np.testing.assert_array_equal(batch, next(plain))
        np.testing.assert_array_equal(sums, batch.sum((1, 2, 3)))


def test_an_empty_iterator() -> None:
    for batch_size in (0, 32):
        assert next(Indices(0, batch_size, False, 0).index_generator).size == 0


def test_arguments_of_the_data_set_of_keras() -> None:
    iterator = Indices(5, 2, False, None, workers=3, max_queue_size=4)
    assert isinstance(iterator, utils.PyDataset)
    assert (iterator.workers, iterator.max_queue_size, iterator.num_batches) == (3, 4, 3)


def test_what_cannot_be_used() -> None:
    with pytest.raises(ArgumentError, match="seed=-1; a seed is a whole number from 0 on"):
        Indices(5, 2, True, -1)
    with pytest.raises(NotImplementedError, match="Iterator does not say how its samples are made"):
        next(Iterator(5, 2, True, 0))
    with pytest.raises(ArgumentError, match="batch_size=0; a batch has one picture at least"):
        ImageDataGenerator().flow(np.zeros((2, 4, 4, 3)), batch_size=0)


def test_iterators_leave_numpys_generator_alone(tmp_path: Path) -> None:
    np.random.seed(3)
    state = np.random.get_state()[1].copy()
    generator = ImageDataGenerator(channel_shift_range=3.0)
    for seed in (None, 4):
        iterator = generator.flow(np.ones((4, 4, 4, 3)), seed=seed, save_to_dir=tmp_path, batch_size=2)
        for _ in range(5):
            next(iterator)
        iterator.reset()
        generator.random_transform(np.ones((4, 4, 3)), seed=seed)
        generator.fit(np.ones((4, 4, 4, 3)), augment=True, seed=seed)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_wrong_channels_are_told() -> None:
    with pytest.warns(AmaltheaWarning, match=r"pictures of shape \(2, 3, 4, 5\) have 5 channels"):
        ImageDataGenerator(data_format="channels_last").flow(np.zeros((2, 3, 4, 5)))
