"""Training in bfloat16, against a model of Keras whose layers were made for it."""

from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.runtime.runners import openvino
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import evaluated, head, samples, trains, weights

capable = pytest.mark.skipif(
    "BF16" not in openvino.processor_fact("OPTIMIZATION_CAPABILITIES"), reason="the processor has no bfloat16"
)


class Look(keras.callbacks.Callback):  # type: ignore[misc] # Keras carries no types
    """Remembers in what the layers compute."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, set[tuple[str, ...]]] = {"train": set(), "test": set()}

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.seen["train"].add(self.dtypes())

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.seen["test"].add(self.dtypes())

    def dtypes(self) -> tuple[str, ...]:
        names = ("features", "head_hidden_1", "head_scores")
        return tuple(self.model.get_layer(name).compute_dtype for name in names)


@trains
@capable
def test_it_is_mixed_precision_of_keras() -> None:
    features, labels = samples(60)
    model, plain = head(hidden=(16,)), head(hidden=(16,))
    before = weights(model)
    inputs = keras.Input((12,))
    hidden = keras.layers.Dense(16, activation="relu", dtype="mixed_bfloat16", name="twin_hidden")(inputs)
    twin = keras.Model(inputs, keras.layers.Dense(3, activation="softmax", dtype="float32", name="twin")(hidden))
    twin.set_weights(before)
    settings = {"optimizer": "sgd", "learning_rate": 0.05, "epochs": 2, "batch_size": 20, "seed": 7}
    train(model, features, labels, None, Training(precision="bfloat16", **settings))
    train(plain, features, labels, None, Training(**settings))
    twin.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss="sparse_categorical_crossentropy")
    for epoch in range(2):
        order = np.random.default_rng((7, epoch)).permutation(60)
        twin.fit(features.arrays[0][order], labels[order], batch_size=20, shuffle=False, verbose=0)
    found, mixed, exact = ([a - b for a, b in zip(weights(m), before, strict=True)] for m in (model, twin, plain))
    size = max(np.abs(change).max() for change in exact)
    distance = max(np.abs(a - b).max() for a, b in zip(found, mixed, strict=True))
    rounding = max(np.abs(a - b).max() for a, b in zip(found, exact, strict=True))
    assert distance < 0.3 * rounding < 0.1 * size
    assert all(variable.dtype == "float32" for variable in model.weights)


@trains
@capable
@pytest.mark.parametrize("never_worse", [True, pytest.param(False, marks=pytest.mark.single_backend)])
def test_validation_and_scores_are_float32(never_worse: bool) -> None:
    (features, labels), validation = samples(60), samples(90, seed=1)
    model, look = head(), Look()
    settings = Training(
        precision="bfloat16", learning_rate=0.01, epochs=3, never_worse=never_worse, callbacks=[look], batch_size=20
    )
    history = train(model, features, labels, validation, settings)
    assert look.seen == {"train": {("bfloat16", "bfloat16", "float32")}, "test": {("float32",) * 3}}
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    best = int(history["kept"][-1]) - 1 if never_worse else -1
    assert evaluated(model, validation)["loss"] == pytest.approx(history["val_loss"][best], rel=1e-4)


@trains
@capable
@pytest.mark.single_backend
def test_policies_are_as_before_also_after_an_error() -> None:
    class Failing(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            raise RuntimeError("of the user")

    features, labels = samples(40)
    model = head()
    before = {layer.name: layer.dtype_policy for layer in model.layers}
    with pytest.raises(RuntimeError, match="of the user"):
        train(model, features, labels, None, Training(precision="bfloat16", callbacks=[Failing()]))
    assert all(layer.dtype_policy is before[layer.name] for layer in model.layers)


@pytest.mark.single_backend
def test_another_precision_is_refused() -> None:
    with pytest.raises(ArgumentError, match="training_precision='float16'; allowed: 'float32', 'bfloat16'"):
        Training(precision="float16")


@trains
@pytest.mark.single_backend
def test_a_processor_without_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"OPTIMIZATION_CAPABILITIES": ["FP32"], "FULL_DEVICE_NAME": "Old One"}
    monkeypatch.setattr(openvino, "processor_fact", facts.__getitem__)
    features, labels = samples(40)
    with pytest.raises(
        ArgumentError, match=r"^training_precision='bfloat16': this processor, Old One, has no instructions for it"
    ):
        train(head(), features, labels, None, Training(precision="bfloat16"))
    train(head(), features, labels, None, Training(epochs=1))
