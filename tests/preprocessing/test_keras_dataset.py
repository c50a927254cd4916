"""Our batches in Keras' training loop, on every backend."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

import amalthea
from amalthea.errors import AmaltheaWarning, ImageError
from amalthea.images import PictureBatches, picture_batches

COUNT, SIZE = 23, 5


@pytest.fixture
def pictures() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (COUNT, 6, 6, 3), np.uint8)


class Watched(PictureBatches):
    """Writes down what is asked for."""

    def __init__(self, batches: PictureBatches) -> None:
        super().__init__(batches.pictures, batches.labels)
        self.asked: list[tuple[int, int]] = []

    def batch(self, epoch: int, position: int) -> tuple[NDArray[np.float32], NDArray[np.int64] | None]:
        self.asked.append((epoch, position))
        return super().batch(epoch, position)


def small_network(seed: int = 0) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((6, 6, 3)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.fixture
def trains(backend: str) -> None:
    if backend == "openvino":
        pytest.skip("Keras on OpenVINO does not train")


@pytest.mark.usefixtures("trains")
@pytest.mark.parametrize("shuffle", [True, False])
def test_training_is_that_of_its_batches_whatever_keras_shuffles(pictures: NDArray[np.uint8], shuffle: bool) -> None:
    labels = np.arange(COUNT) % 4
    watched = Watched(picture_batches(pictures, labels, batch_size=SIZE, shuffle=True, seed=7, workers=2))
    model, other = small_network(), small_network()
    model.fit(amalthea.preprocessing.dataset(watched), epochs=3, shuffle=shuffle, verbose=0)
    for epoch in (1, 2, 3):
        for x, y in watched.epoch(epoch):
            other.train_on_batch(x, y)
    for found, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert np.abs(model.get_weights()[0] - small_network().get_weights()[0]).max() > 0.01
    last = [position for epoch, position in watched.asked if epoch == 3]
    assert last[:5] == [0, 1, 2, 3, 4]


@pytest.mark.single_backend
@pytest.mark.usefixtures("trains")
def test_a_pass_takes_several_epochs_of_keras(pictures: NDArray[np.uint8]) -> None:
    watched = Watched(picture_batches(pictures, np.zeros(COUNT), batch_size=SIZE, shuffle=True, seed=7))
    small_network().fit(amalthea.preprocessing.dataset(watched), epochs=2, steps_per_epoch=2, verbose=0)
    assert {position for epoch, position in watched.asked if epoch == 1} >= {0, 1, 2, 3}
    data = amalthea.preprocessing.dataset(watched)
    small_network().fit(data, epochs=1, steps_per_epoch=2, verbose=0)
    watched.asked.clear()
    small_network().fit(data, epochs=1, verbose=0)  # Keras left the pass before
    assert {position for epoch, position in watched.asked if epoch == 2} >= {*range(5)}


def test_predictions_come_in_the_order_of_the_pictures(pictures: NDArray[np.uint8]) -> None:
    model = small_network()
    found = model.predict(amalthea.preprocessing.dataset(picture_batches(pictures, batch_size=SIZE)), verbose=0)
    np.testing.assert_allclose(found, model.predict(pictures.astype(np.float32), verbose=0), rtol=1e-2, atol=1e-2)
    assert len(found) == COUNT


def test_predicting_shuffled_pictures_is_told(pictures: NDArray[np.uint8]) -> None:
    data = amalthea.preprocessing.dataset(picture_batches(pictures, batch_size=SIZE, shuffle=True))
    with pytest.warns(AmaltheaWarning, match="predict answers in the order of the batches, which shuffle=True") as told:
        small_network().predict(data, verbose=0)
    assert [warning.category for warning in told].count(AmaltheaWarning) == 1


@pytest.mark.single_backend
@pytest.mark.usefixtures("trains")
def test_an_evaluation_sees_every_picture_once(pictures: NDArray[np.uint8]) -> None:
    model, labels = small_network(), np.arange(COUNT) % 4
    data = amalthea.preprocessing.dataset(picture_batches(pictures, labels, batch_size=SIZE))
    expected = model.evaluate(pictures.astype(np.float32), labels, batch_size=SIZE, verbose=0)
    for _ in range(2):
        assert model.evaluate(data, verbose=0) == pytest.approx(expected, rel=1e-4)


@pytest.mark.single_backend
@pytest.mark.usefixtures("trains")
def test_it_validates_between_epochs(pictures: NDArray[np.uint8]) -> None:
    labels = np.arange(COUNT) % 4
    training = amalthea.preprocessing.dataset(picture_batches(pictures, labels, batch_size=SIZE, shuffle=True))
    validation = amalthea.preprocessing.dataset(picture_batches(pictures, labels, batch_size=SIZE))
    model = small_network()
    history = model.fit(training, validation_data=validation, epochs=2, verbose=0).history
    assert history["val_loss"][-1] == pytest.approx(
        model.evaluate(pictures.astype(np.float32), labels, batch_size=SIZE, verbose=0), rel=1e-4
    )


@pytest.mark.single_backend
def test_a_batch_that_is_skipped_whole_gives_way_to_the_next(pictures: NDArray[np.uint8]) -> None:
    content = [b"broken"] * SIZE + [b"P3 1 1 255  10 20 30"] * SIZE
    data = amalthea.preprocessing.dataset(picture_batches(content, size=2, batch_size=SIZE, on_error="skip"))
    for index in (0, 1):
        (x,) = data[index]
        assert x.shape == (SIZE, 2, 2, 3)
    nothing = amalthea.preprocessing.dataset(picture_batches(content[:SIZE], size=2, on_error="skip"))
    with pytest.raises(ImageError, match=r"No picture is left .*5 of 5 pictures could not be used and were left out"):
        nothing[0]


def test_an_error_names_its_picture_even_from_within_keras() -> None:
    content = [b"P3 1 1 255  10 20 30"] * 19 + [b"broken"]
    data = amalthea.preprocessing.dataset(picture_batches(content, size=6, batch_size=SIZE))
    with pytest.raises(Exception, match="picture 19: <bytes> is no picture"):  # TensorFlow makes it one of its own
        small_network().predict(data, verbose=0)
