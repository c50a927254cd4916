"""What a history tells of the weights that stayed, and of a training that went astray."""

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from amalthea.transfer.training.watching import History, kept_epoch
from tests.transfer.training.rows import assert_equal, head, samples, trains, weights

pytestmark = [pytest.mark.single_backend, trains]

FAR_TOO_HIGH = 1e38


def known(history: History) -> list[float]:
    return [number for number in history["kept"] if np.isfinite(number)]


def test_early_stopping_tells_after_each_epoch_which_was_the_best() -> None:
    (features, labels), validation = samples(30), samples(90, seed=1)
    settings = Training(epochs=80, learning_rate=0.02, patience=4, batch_size=10)
    history = train(head(hidden=(64,)), features, labels, validation, settings)
    losses = history["val_loss"]
    assert history["kept"] == [1 + int(np.argmin(losses[: epoch + 1])) for epoch in range(len(losses))]
    assert history["kept"][-1] == len(losses) - 4


def test_a_training_that_was_discarded_points_to_the_one_before() -> None:
    (features, labels), validation = samples(200), samples(90, seed=1)
    model = head()
    history = train(model, features, labels, validation, Training(epochs=3, learning_rate=0.01))
    assert "kept" not in history, "the last weights stay, as always"
    before = weights(model)
    worse = Training(optimizer="sgd", learning_rate=50.0, epochs=2, never_worse=True)
    train(model, features, labels, validation, worse, history)
    assert_equal(weights(model), before)
    assert np.isnan(history["kept"][:3]).all()
    assert known(history) == [3, 3]
    train(model, features, labels, validation, Training(epochs=2, learning_rate=1e-3, never_worse=True), history)
    assert known(history)[-1] in (6, 7)
    assert {len(values) for values in history.values()} == {7}


def test_without_any_epoch_before_it_is_zero() -> None:
    features, labels = samples(200)
    model = head()
    train(model, features, labels, None, Training(epochs=3, learning_rate=0.02))
    worse = Training(optimizer="sgd", learning_rate=50.0, epochs=1, never_worse=True)
    assert train(model, features, labels, None, worse)["kept"] == [0]


def test_the_epoch_whose_weights_a_model_has() -> None:
    assert kept_epoch({}) == 0
    assert kept_epoch({"loss": [3.0, 2.0]}) == 2
    assert kept_epoch({"loss": [3.0, 2.0, 4.0], "kept": [1, 2, 2]}) == 2
    assert kept_epoch({"loss": [3.0, 2.0, 4.0], "kept": [1, 2, np.nan]}) == 3


def test_a_training_that_diverges_later_ends_and_says_what_to_do() -> None:
    """Of one step an epoch, whose loss is that of the weights before."""
    features, labels = samples(60)
    astray = Training(optimizer="sgd", learning_rate=FAR_TOO_HIGH, epochs=5, batch_size=60)
    with pytest.warns(
        AmaltheaWarning,
        match=r"diverged: in epoch 2 its loss became NaN or infinite; the weights are of no use. Train again with a "
        r"lower learning rate than 1e\+38\.",
    ):
        history = train(head(l2=1.0), features, labels, None, astray)
    assert np.isfinite(history["loss"]).tolist() == [True, False]


@pytest.mark.parametrize("settings", [{}, {"patience": 3}, {"patience": 3, "batch_size": 60}])
def test_a_training_that_diverges_at_once_changes_nothing(settings: dict[str, int]) -> None:
    (features, labels), validation = samples(60), samples(30, seed=1)
    model = head(l2=1.0)
    before = weights(model)
    astray = Training(optimizer="sgd", learning_rate=FAR_TOO_HIGH, epochs=5, **settings)
    with pytest.raises(ArgumentError, match=r"diverged in its first epoch: its loss .* learning rate than 1e\+38\."):
        train(model, features, labels, validation, astray)
    assert_equal(weights(model), before)


def test_weights_that_are_no_numbers_are_not_kept() -> None:
    features, labels = samples(60)
    model = head()
    model.set_weights([np.full_like(array, np.nan) for array in weights(model)])
    with pytest.raises(ArgumentError, match="before any training its loss is NaN or infinite"):
        train(model, features, labels, None, Training(never_worse=True))


def test_a_training_that_diverges_gives_the_best_weights_back() -> None:
    features, labels = samples(60)
    model = head()
    before = weights(model)
    astray = Training(optimizer=keras.optimizers.SGD(FAR_TOO_HIGH), epochs=5, never_worse=True)
    with pytest.warns(AmaltheaWarning, match=r"the best weights of before are back. Train again .* learning rate\."):
        history = train(model, features, labels, None, astray)
    assert_equal(weights(model), before)
    assert history["kept"] == [0]
