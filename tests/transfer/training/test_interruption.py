"""However a training ends, the weights stay readable."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from amalthea import _keras
from amalthea.errors import ImageError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import Rows, assert_equal, evaluated, head, moved, samples, trains, weights


class Failing(Rows):
    """Features that can be taken some times, and then no more."""

    def __init__(self, *arrays: np.ndarray, problem: BaseException, after: int) -> None:
        super().__init__(*arrays)
        self.problem, self.after = problem, after

    def take(self, indices: np.ndarray) -> list[np.ndarray]:
        if len(self.taken) >= self.after:
            raise self.problem
        return super().take(indices)


@trains
@pytest.mark.parametrize("after", [3, 11])
@pytest.mark.parametrize("settings", [{}, {"never_worse": True}])
def test_an_error_in_the_data_is_raised_as_it_is_and_changes_nothing(after: int, settings: dict[str, Any]) -> None:
    features, labels = samples(40)
    model, history = head(), {"loss": [0.9], "accuracy": [0.3]}
    before = weights(model)
    broken = Failing(features.arrays[0], problem=ImageError("record 7 is damaged"), after=after)
    with pytest.raises(ImageError, match="record 7 is damaged"):
        train(model, broken, labels, None, Training(epochs=9, batch_size=10, **settings), history)
    assert len(broken.taken) == after
    assert_equal(weights(model), before)
    assert history == {"loss": [0.9], "accuracy": [0.3]}
    train(model, features, labels, None, Training(epochs=1))


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ctrl-C in the third batch of the second epoch."""
    from amalthea.transfer.training import watching

    class Interrupting(watching.Bar):
        epoch = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch
            super().on_epoch_begin(epoch, logs)

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if self.epoch == 1 and batch >= 2:
                raise KeyboardInterrupt
            super().on_train_batch_begin(batch, logs)

    monkeypatch.setattr("amalthea.transfer.training.loop.Bar", Interrupting)
    monkeypatch.setattr("amalthea.transfer.training.compiling._steps_at_once", lambda *_: 1)
    yield


@trains
def test_control_c_keeps_weights_and_history(interrupted: None) -> None:
    (features, labels), validation = samples(100), samples(30, seed=1)
    model, history = head(), {"loss": [0.9], "accuracy": [0.3], "val_loss": [0.8], "val_accuracy": [0.4]}
    before = weights(model)
    with pytest.raises(KeyboardInterrupt):
        train(model, features, labels, validation, Training(epochs=5, batch_size=10), history)
    assert moved(before, weights(model))
    assert all(len(values) == 2 for values in history.values())
    assert history["loss"][0] == 0.9


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="the other backends do one step at a time")
@pytest.mark.parametrize(("live", "least", "most"), [(True, 1, 8), (False, 9, 32)])
def test_control_c_waits_for_few_rows_that_are_computed(
    live: bool, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python hears of it between two calls of TensorFlow: how many of 40 batches are taken until then?

    What a busy machine reads ahead before it hears of it differs; not all of them, though.
    """
    from amalthea.transfer.training import watching

    class Interrupting(watching.Bar):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            raise KeyboardInterrupt

    class Turning(Rows):
        begun = 0

        def begin(self, epoch: int, order: np.ndarray) -> None:
            self.begun = len(self.taken)

        def plain(self) -> Rows:
            return self

    monkeypatch.setattr("amalthea.transfer.training.loop.Bar", Interrupting)
    features, labels = samples(400)
    turning = Turning(*features.arrays)
    turning.live = live
    with pytest.raises(KeyboardInterrupt):
        train(head(), turning, labels, None, Training(batch_size=10))
    assert least <= len(turning.taken) - turning.begun <= most


@trains
def test_control_c_and_the_best_weights(interrupted: None) -> None:
    (features, labels), validation = samples(100), samples(30, seed=1)
    model, history = head(), {}
    settings = Training(epochs=5, batch_size=10, learning_rate=0.01, never_worse=True)
    with pytest.raises(KeyboardInterrupt):
        train(model, features, labels, validation, settings, history)
    assert evaluated(model, validation)["loss"] == pytest.approx(history["val_loss"][0], rel=1e-4)
    assert history["kept"] == [1]


@trains
def test_control_c_between_two_restored_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are from before the training, which a learning rate far too high has spoiled."""
    (features, labels), validation = samples(100), samples(30, seed=1)
    model, calls, give = head(), [], _keras.give_value
    before = weights(model)

    def give_interrupted(variable: Any, value: np.ndarray) -> None:
        calls.append(None)
        if len(calls) in (2, 4):
            raise KeyboardInterrupt
        give(variable, value)

    monkeypatch.setattr(_keras, "give_value", give_interrupted)
    settings = Training(optimizer="sgd", epochs=2, batch_size=10, learning_rate=50.0, never_worse=True)
    with pytest.raises(KeyboardInterrupt):
        train(model, features, labels, validation, settings)
    assert len(calls) > 4
    assert_equal(weights(model), before)


@pytest.mark.skipif(keras.config.backend() != "jax", reason="only JAX takes the arrays of a model away")
def test_a_step_of_jax_that_never_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C where Keras has lent the arrays to JAX and not yet stored the new ones."""
    features, labels = samples(40)
    model, calls = head(), []
    make = type(model).make_train_function

    def make_breaking(self: keras.Model, force: bool = False) -> None:
        make(self, force)
        step = self.train_function

        def breaking(state: Any, iterator: Any) -> Any:
            result = step(state, iterator)
            calls.append(None)
            if len(calls) == 6:
                raise KeyboardInterrupt
            return result

        self.train_function = breaking

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(model), "make_train_function", make_breaking)
        train(model, features, labels, None, Training(epochs=3, batch_size=10))
    after = weights(model)
    twin = head()
    train(twin, features, labels, None, Training(epochs=1, batch_size=10))
    for one, other in zip(after, weights(twin), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    train(model, features, labels, None, Training(epochs=1))
