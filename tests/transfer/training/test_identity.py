"""A key for each training, and no two for one."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.transfer.training.callback_identity import UntoldError
from amalthea.transfer.training.identity import training_key
from amalthea.transfer.training.loop import Training
from tests.transfer.training.rows import head, trains

pytestmark = [trains, pytest.mark.single_backend]


def key(rows: str = "rows", history: Any = None, settings: dict[str, Any] | None = None, **of_head: Any) -> str:
    return training_key(rows, head(**of_head), Training(**(settings or {})), history or {})


def test_the_same_training_has_one_key() -> None:
    one = key()
    assert one == key() == key(settings={"title": "Another title"})
    assert len(one) == 64
    assert key(settings={"class_weight": {0: 1.0, 1: 2.0}}) == key(settings={"class_weight": {1: 2.0, 0: 1.0}})
    assert key(settings={"optimizer": keras.optimizers.Adam(0.1)}) == key(
        settings={"optimizer": keras.optimizers.Adam(0.1, name="another")}
    )


@pytest.mark.parametrize(
    "other",
    [
        {"rows": "others"},
        {"history": {"loss": [0.5]}},
        {"hidden": (9,)},
        {"dropout": 0.1},
        {"dropout": 0.2},
        {"l2": 0.1},
        {"seed": 1},
        *(
            {"settings": setting}
            for setting in (
                {"optimizer": "sgd"},
                {"optimizer": keras.optimizers.Adam(0.1)},
                {"optimizer": keras.optimizers.Adam(0.2)},
                {"optimizer": keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10))},
                {"optimizer": keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 11))},
                {"learning_rate": 0.1},
                {"epochs": 11},
                {"batch_size": 31},
                {"class_weight": "balanced"},
                {"class_weight": {0: 2.0, 1: 1.0}},
                {"row_weights": np.ones(3, np.float32)},
                {"row_weights": np.full(3, 2, np.float32)},
                {"patience": 1},
                {"never_worse": True},
                {"seed": 1},
            )
        ),
    ],
)
def test_whatever_decides_the_result_decides_the_key(other: dict[str, Any]) -> None:
    assert key(**other) == key(**other)
    assert key(**other) != key()


class Lists(keras.callbacks.Callback):
    """Holds whatever it is given."""

    def __init__(self, *parts: Any) -> None:
        super().__init__()
        self.parts = parts


def scheduler(factor: float) -> keras.callbacks.Callback:
    return keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * factor)


def key_with(callback: keras.callbacks.Callback) -> str:
    return key(settings={"callbacks": [callback]})


def test_what_callbacks_are_made_with_counts() -> None:
    different = [
        lambda: scheduler(0.5),
        lambda: scheduler(0.25),
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch: 0.5),
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate=0.5: rate),
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate=0.25: rate),
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch: max(0.1, 0.5)),
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch: min(0.1, 0.5)),
        lambda: keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
        lambda: keras.callbacks.ReduceLROnPlateau(patience=2),
        lambda: keras.callbacks.ReduceLROnPlateau(patience=3),
        lambda: keras.callbacks.EarlyStopping(),
        lambda: Lists(1, "a", None, [0.5, {"b": (np.float32(1), np.zeros(2))}]),
        lambda: Lists(1, "a", None, [0.5, {"b": (np.float32(1), np.ones(2))}]),
        lambda: Lists("1", "a"),
        lambda: Lists((1, "a")),
    ]
    keys = [key_with(make()) for make in different]
    assert keys == [key_with(make()) for make in different]
    assert len({*keys, key()}) == len(different) + 1
    assert key_with(keras.callbacks.CSVLogger("one.csv")) == key_with(keras.callbacks.CSVLogger("two.csv"))


@pytest.mark.parametrize("part", [object(), keras.Sequential(), print, [np.array([object()])]])
def test_callbacks_that_cannot_be_told_apart_have_no_key(part: Any) -> None:
    for callback in (Lists(part), Lists(lambda: part)):
        with pytest.raises(UntoldError, match="the callback Lists does cannot be told from its attribute 'parts', of"):
            key_with(callback)


def test_what_a_callback_of_keras_remembers_does_not_count() -> None:
    def early(delta: float = 0.5) -> keras.callbacks.Callback:
        return keras.callbacks.EarlyStopping(min_delta=delta, restore_best_weights=True)

    used = early()
    used.set_model(head())
    used.on_train_begin()
    used.on_epoch_end(0, {"val_loss": 1.0})
    assert (used.best, used.min_delta) == (1.0, -0.5)
    assert key_with(used) == key_with(early()) != key_with(early(0.25))


def test_a_callback_may_hold_itself() -> None:
    callback = Lists(1)
    before = key_with(callback)
    callback.parts = (lambda: callback.model,)
    assert key_with(callback) == key_with(callback) != before


def test_weights_random_numbers_and_flags_count() -> None:
    model = head(dropout=0.5)
    before = training_key("rows", model, Training(), {})
    for variable in model.variables:
        value = np.array(keras.ops.convert_to_numpy(variable))
        variable.assign(value + 1)
        assert training_key("rows", model, Training(), {}) != before
        variable.assign(value)
        assert training_key("rows", model, Training(), {}) == before
    model.layers[-1].trainable = False
    assert training_key("rows", model, Training(), {}) != before


def test_a_model_that_was_compiled_is_the_same() -> None:
    model = head()
    before = training_key("rows", model, Training(), {})
    model.compile("adam", "sparse_categorical_crossentropy")
    model.evaluate(np.zeros((2, 12)), np.zeros(2), verbose=0)
    assert training_key("rows", model, Training(), {}) == before


class Strange(keras.layers.Dense):
    """A layer that does not tell how it is made."""

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError


def test_layers_that_tell_nothing_are_known_by_type_and_weights() -> None:
    def key_of(*layers: keras.Layer) -> str:
        return training_key("rows", keras.Sequential([keras.Input((3,)), *layers]), Training(), {})

    assert key_of(Strange(2, kernel_initializer="ones", name="one")) == key_of(
        Strange(2, kernel_initializer="ones", name="two")
    )
    assert key_of(Strange(2, kernel_initializer="ones", name="one")) != key_of(
        Strange(2, kernel_initializer="zeros", name="one")
    )


ANOTHER = """
import keras
keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Activation("relu")])  # counts names on
from tests.transfer.training.test_identity import key
print(key(dropout=0.5, settings={"optimizer": keras.optimizers.SGD(0.1), "class_weight": {0: 2.0, 1: 0.5}}))
"""


def test_another_process_finds_it() -> None:
    run = [sys.executable, "-c", ANOTHER]
    answer = subprocess.run(run, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    settings = {"optimizer": keras.optimizers.SGD(0.1), "class_weight": {0: 2.0, 1: 0.5}}
    assert answer.stdout.split()[-1] == key(dropout=0.5, settings=settings)
