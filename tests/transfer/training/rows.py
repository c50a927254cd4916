"""Features in memory, small heads, and their weights: what the tests of training share."""

from typing import Any

import keras
import numpy as np
import pytest

from amalthea.transfer.training.head import Head, attach

trains = pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")


class Rows:
    """Features in memory, which remember what was taken."""

    def __init__(self, *arrays: np.ndarray) -> None:
        self.arrays, self.taken = arrays, []

    def __len__(self) -> int:
        return len(self.arrays[0])

    def take(self, indices: np.ndarray) -> list[np.ndarray]:
        self.taken.append(np.asarray(indices).tolist())
        return [array[indices] for array in self.arrays]


def samples(count: int, seed: int = 0, width: int = 12, classes: int = 3) -> tuple[Rows, np.ndarray]:
    """Features that tell the classes apart, though not easily."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    centres = np.random.default_rng(99).standard_normal((classes, width))
    return Rows((centres[labels] + generator.normal(0, 1.5, (count, width))).astype(np.float32)), labels


def head(width: int = 12, **settings: Any) -> keras.Model:
    base = keras.Sequential([keras.Input((width,)), keras.layers.Activation("linear", name="features")])
    return attach(base, None, Head(**{"classes": 3, "hidden": (8,), **settings}))


def weights(model: keras.Model) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights]


def assert_equal(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def assert_same_change(before: list[np.ndarray], one: list[np.ndarray], other: list[np.ndarray]) -> None:
    """Weights moved, and alike but for the rounding of some steps, which optimizers may enlarge."""
    for start, a, b in zip(before, one, other, strict=True):
        change = np.abs(b - start).max()
        assert change > 1e-3
        np.testing.assert_allclose(a - start, b - start, rtol=0, atol=1e-2 * change)


def moved(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def evaluated(model: keras.Model, data: tuple[Rows, np.ndarray]) -> dict[str, float]:
    answers = keras.ops.convert_to_numpy(model(data[0].arrays[0]))
    right = answers[np.arange(len(data[1])), data[1]]
    return {"loss": float(-np.log(right).mean()), "accuracy": float((answers.argmax(axis=1) == data[1]).mean())}
