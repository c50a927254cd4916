"""Iterators in ``fit``, ``evaluate`` and ``predict`` of Keras, on every backend."""

import warnings
from typing import Any

import keras
import numpy as np
import pytest

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.preprocessing.image import ImageDataGenerator, Iterator
from tests.preprocessing.small_network import COUNT, LABELS, PICTURES, network


class Seen(ImageDataGenerator):
    """Notes which pictures it normalised."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.pictures: list[int] = []

    def standardize(self, x: Any) -> Any:
        self.pictures.append(int(x.max()))
        return super().standardize(x)


class Losses(keras.callbacks.Callback):
    """Notes the loss of each batch; batches of one size are averaged by Keras within an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []
        self.before = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        together = float(logs["loss"]) * (batch + 1)
        self.losses.append(together - (self.before if batch else 0))
        self.before = together


def trained_on(data: Any, **arguments: Any) -> list[set[int]]:
    """Numbers of the pictures of each batch of two that ``fit`` took, where the label of number i is 4**i."""
    model, taken = network(), Losses()
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss=lambda y, found: keras.ops.mean(y + 0 * found, -1))
    model.fit(data, callbacks=[taken], verbose=0, **arguments)
    return [{i for i in range(COUNT) if round(2 * loss) // 4**i % 4} for loss in taken.losses]


class Order(keras.callbacks.Callback):
    """Notes the order of each epoch, and its number."""

    def __init__(self, iterator: Any) -> None:
        super().__init__()
        self.iterator, self.orders, self.epochs = iterator, [], []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 0:
            self.orders.append(self.iterator.order.tolist())
            self.epochs.append(self.iterator.epoch)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_predict_answers_in_the_order_of_the_pictures(workers: int) -> None:
    iterator = ImageDataGenerator(rescale=2).flow(PICTURES, batch_size=3, shuffle=False, workers=workers)
    model = network()
    with warnings.catch_warnings():
        warnings.simplefilter("error", AmaltheaWarning)
        for _ in range(2):
            np.testing.assert_allclose(model.predict(iterator, verbose=0)[:, 0], 6 * np.arange(COUNT), rtol=1e-5)


def test_predict_with_threads_of_keras() -> None:
    iterator = ImageDataGenerator().flow(PICTURES, batch_size=3, shuffle=False)
    iterator.workers = 3
    np.testing.assert_allclose(network().predict(iterator, verbose=0)[:, 0], 3 * np.arange(COUNT), rtol=1e-5)


def test_predict_of_a_shuffled_iterator_is_told_and_its_order_helps() -> None:
    iterator = ImageDataGenerator().flow(PICTURES, batch_size=3, shuffle=True, seed=1)
    with pytest.warns(AmaltheaWarning, match="predict answers in the order of the batches, which shuffle=True") as told:
        answers = network().predict(iterator, verbose=0)[:, 0]
    order = iterator.order.tolist()
    assert order != sorted(order)
    assert len([message for message in told if message.category is AmaltheaWarning]) == 1
    np.testing.assert_allclose(answers, 3 * np.array(order), rtol=1e-5)


def test_evaluate_takes_each_picture_once(trains: None) -> None:
    expected = np.mean((3 * np.arange(COUNT) - LABELS) ** 2)
    for shuffle in (True, False):
        generator = Seen()
        iterator = generator.flow(PICTURES, LABELS, batch_size=3, shuffle=shuffle)
        assert network().evaluate(iterator, verbose=0) == pytest.approx(expected, rel=1e-4)
        assert set(generator.pictures) == {*range(COUNT)}


def trained(seed: int, workers: int | None = None, **arguments: Any) -> tuple[float, Order]:
    generator = ImageDataGenerator(brightness_range=(0.5, 1.5), rescale=1 / COUNT)
    iterator = generator.flow(PICTURES, LABELS, batch_size=3, seed=seed, workers=workers)
    model, order = network(1e-2), Order(iterator)
    validation = ImageDataGenerator(rescale=1 / COUNT).flow(PICTURES, LABELS, batch_size=4, shuffle=False)
    history = model.fit(
        iterator, epochs=3, validation_data=validation, callbacks=[order], verbose=0, **arguments
    ).history
    assert len(history["loss"]) == len(history["val_loss"]) == 3
    assert history["val_loss"][-1] < history["val_loss"][0]
    return float(model.get_weights()[0].sum()), order


def test_fit_is_the_same_for_any_number_of_threads_and_whatever_keras_shuffles(trains: None) -> None:
    weights, order = trained(seed=3)
    assert [sorted(one) for one in order.orders] == [[*range(COUNT)]] * 3
    assert order.orders[0] != order.orders[1]
    for workers, shuffle in ((0, True), (3, True), (1, False)):
        again, same = trained(seed=3, workers=workers, shuffle=shuffle)
        assert again == pytest.approx(weights, rel=1e-5)
        assert (same.orders, same.epochs) == (order.orders, order.epochs)
    assert trained(seed=4)[0] != pytest.approx(weights, rel=1e-5)
    # Keras ends an epoch before the first one, on every backend.
    assert order.epochs == [1, 2, 3]


@pytest.mark.filterwarnings("error:Your input ran out of data")
@pytest.mark.parametrize(("steps", "shuffle"), [(2, False), (2, True), (4, False), (7, True)])
@pytest.mark.parametrize("kind", ["iterator", "dataset"])
def test_whatever_steps_per_epoch_is_every_picture_comes_once_a_pass(
    trains: None, steps: int, shuffle: bool, kind: str
) -> None:
    labels, arguments = 4.0 ** np.arange(COUNT), {"batch_size": 2, "shuffle": shuffle, "seed": 3}
    if kind == "iterator":
        data: Any = ImageDataGenerator().flow(PICTURES, labels, **arguments)
    else:
        data = amalthea.preprocessing.dataset(amalthea.picture_batches(PICTURES, labels, **arguments))
    taken = trained_on(data, epochs=6, steps_per_epoch=steps)
    assert len(taken) == 6 * steps
    passes = [taken[first : first + 5] for first in range(0, len(taken) - 4, 5)]
    for one in passes:
        assert sorted(index for batch in one for index in batch) == [*range(COUNT)]
    assert (passes[0] == passes[1]) is not shuffle
    assert (passes[0] == [{i, i + 1} for i in range(0, COUNT, 2)]) is not shuffle


@pytest.mark.parametrize("kind", ["iterator", "dataset"])
def test_after_an_endless_training_the_next_pass_begins(trains: None, kind: str) -> None:
    """Whatever was read ahead; and a loop over the data ends."""
    labels, arguments = 4.0 ** np.arange(COUNT), {"batch_size": 2, "shuffle": True, "seed": 3}
    passes = []
    for first_steps in (3, 5):  # of a pass of 5
        batches = amalthea.picture_batches(PICTURES, labels, **arguments)
        iterator = ImageDataGenerator().flow(PICTURES, labels, **arguments)
        data: Any = amalthea.preprocessing.dataset(batches) if kind == "dataset" else iterator
        trained_on(data, epochs=1, steps_per_epoch=first_steps)
        passes.append(trained_on(data))
        assert data.num_batches == len(data) == 5
    assert passes[0] == passes[1]
    assert sorted(index for batch in passes[0] for index in batch) == [*range(COUNT)]


@pytest.mark.single_backend
def test_validation_steps_take_the_first_batches_each_time(trains: None) -> None:
    iterator = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=2, seed=3)
    held_back = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=2, shuffle=False)
    model = network(learning_rate=0.0)
    arguments: dict[str, Any] = {"validation_data": held_back, "validation_steps": 2, "verbose": 0}
    found = model.fit(iterator, epochs=3, steps_per_epoch=7, **arguments).history["val_loss"]
    expected = np.mean((3 * np.arange(4) - LABELS[:4]) ** 2)
    np.testing.assert_allclose(found, [expected] * 3, rtol=1e-4)


@pytest.mark.single_backend
def test_threads_of_keras_leave_no_batch_out(trains: None) -> None:
    """In a class of a user's own; ours have threads of their own."""

    class Numbers(Iterator):
        def _get_batches_of_transformed_samples(self, index_array: Any) -> Any:
            return PICTURES[index_array], 4.0**index_array

    taken = trained_on(Numbers(COUNT, 2, True, 3, workers=3), epochs=5, steps_per_epoch=2)
    assert len(taken) == 10
    assert {*range(COUNT)} == {index for batch in taken for index in batch}


@pytest.mark.parametrize("kind", ["iterator", "dataset"])
def test_training_data_validate_after_each_pass_or_not_at_all(trains: None, kind: str) -> None:
    arguments: dict[str, Any] = {"batch_size": 2, "shuffle": False, "seed": 3}
    if kind == "iterator":
        data: Any = ImageDataGenerator().flow(PICTURES, LABELS, **arguments)
    else:
        data = amalthea.preprocessing.dataset(amalthea.picture_batches(PICTURES, LABELS, **arguments))
    model = network(learning_rate=0.0)
    found = model.fit(data, epochs=2, validation_data=data, verbose=0).history
    np.testing.assert_allclose(found["val_loss"], found["loss"], rtol=1e-4)
    with pytest.raises(ArgumentError, match=r"cannot be validated with in between. Make another iterator"):
        model.fit(data, steps_per_epoch=4, epochs=3, validation_data=data, verbose=0)
    others = ImageDataGenerator().flow(PICTURES, LABELS, **arguments)  # what was trained on so can validate later
    again = model.fit(others, steps_per_epoch=4, epochs=2, validation_data=data, verbose=0).history
    np.testing.assert_allclose(again["val_loss"], found["val_loss"], rtol=1e-4)


def test_after_an_interrupted_training_there_are_no_more_batches_than_in_an_epoch(trains: None) -> None:
    class CtrlC(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            raise KeyboardInterrupt

    iterator = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=2, shuffle=False)
    with pytest.raises(KeyboardInterrupt):
        network().fit(iterator, steps_per_epoch=7, verbose=0, callbacks=[CtrlC()])
    with pytest.raises(ArgumentError, match="An epoch has 5 batches, counted from 0 on; asked for was 5"):
        iterator[5]
    assert iterator[3][1].tolist() == LABELS[6:8].tolist()


def test_a_pass_that_was_left_does_not_go_on() -> None:
    iterator = ImageDataGenerator().flow(PICTURES, batch_size=2, shuffle=False)
    model = network()
    for count in (4, 10):
        found = model.predict(iterator, verbose=0, steps=count // 2)[:, 0]
        np.testing.assert_allclose(found, 3 * np.arange(count), rtol=1e-5)


def test_processes_of_keras_are_left_out_and_told(trains: None) -> None:
    iterator = ImageDataGenerator(horizontal_flip=True).flow(PICTURES, LABELS, batch_size=2, shuffle=False)
    iterator.workers = 2
    with pytest.warns(AmaltheaWarning, match="use_multiprocessing=True is left out: threads prepare the pictures"):
        iterator.use_multiprocessing = True
    assert not iterator.use_multiprocessing
    next(iterator)  # threads work ahead while Keras begins
    network().fit(iterator, verbose=0)
