"""Beside Keras' own function, which is given the official class index instead of the network."""

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.backend.config import keras_home

from amalthea.applications.imagenet_utils import decode_predictions
from amalthea.errors import AmaltheaWarning, ArgumentError


@pytest.fixture(scope="module")
def keras_decode(test_data: Path) -> Any:
    folder = Path(keras_home(), "models")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(test_data / "imagenet_class_index.json", folder)
    return keras.applications.imagenet_utils.decode_predictions


def probabilities(rows: int, seed: int = 0) -> Any:
    logits = np.random.default_rng(seed).normal(0, 3, (rows, 1000)).astype("float32")
    scores = np.exp(logits)
    return scores / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("top", [1, 5, 999, 1000])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_equals_keras(keras_decode: Any, top: int, dtype: str) -> None:
    scores = probabilities(3).astype(dtype)
    decoded = decode_predictions(scores, top)
    assert [len(row) for row in decoded] == [top] * 3
    assert decoded == keras_decode(scores, top)


def test_five_is_the_default_and_all_are_the_limit(keras_decode: Any) -> None:
    scores = probabilities(1)
    assert decode_predictions(scores) == decode_predictions(scores, top=5) == keras_decode(scores)
    assert decode_predictions(scores, top=5000) == keras_decode(scores, top=5000)
    assert decode_predictions(scores, np.int64(2)) == keras_decode(scores, 2)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_equal_scores_come_in_the_order_of_keras(keras_decode: Any, dtype: str) -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 5, (4, 1000)) / 2000.0
    scores[0] = 1 / 1000
    scores = (scores / scores.sum(axis=1, keepdims=True)).astype(dtype)
    for top in (3, 7, 600, 1000):
        assert decode_predictions(scores, top) == keras_decode(scores, top)


def test_the_result_is_plain_and_serialisable() -> None:
    [row] = decode_predictions(probabilities(1))
    assert all(type(entry) is tuple and [type(part) for part in entry] == [str, str, float] for entry in row)
    assert json.loads(json.dumps(row))[0][1] == row[0][1]


def test_one_picture_lists_and_tensors() -> None:
    scores = probabilities(2)
    expected = decode_predictions(scores)
    assert decode_predictions(scores[0]) == expected[:1]
    assert decode_predictions(keras.ops.convert_to_tensor(scores)) == expected
    assert decode_predictions(scores.astype("float64").tolist()) == expected
    assert decode_predictions(scores[:0]) == []


def test_half_precision_tensors() -> None:
    scores = np.zeros((1, 1000), "float32")
    scores[0, [7, 3, 5]] = 0.5, 0.25, 0.25
    for dtype in ("float16", "bfloat16"):
        given = keras.ops.cast(keras.ops.convert_to_tensor(scores), dtype)
        [[first, *_]] = decode_predictions(given)
        assert first == ("n01514668", "cock", 0.5)


def test_a_torch_tensor_with_gradients(backend: str) -> None:
    torch = pytest.importorskip("torch")
    scores = torch.from_numpy(probabilities(1)).requires_grad_()
    if backend == "torch":
        assert decode_predictions(scores) == decode_predictions(scores.detach().numpy())
    else:
        with pytest.raises(ArgumentError, match=r"A Tensor cannot be read as an array: .*tensor of Keras' backend"):
            decode_predictions(scores)


@pytest.mark.parametrize(
    "scores",
    [
        np.log(probabilities(1)),
        probabilities(1) * 100,
        np.full((1, 1000), 0.5),
        np.full((1, 1000), np.nan),
        np.concatenate([probabilities(1), np.zeros((1, 1000))]),
    ],
)
def test_scores_that_are_no_probabilities_are_said(scores: Any) -> None:
    with pytest.warns(
        AmaltheaWarning, match=r"these scores are no probabilities.*classifier_activation='softmax'"
    ) as seen:
        decoded = decode_predictions(scores)
    assert len(decoded) == len(scores)
    assert len(seen) == 1
    assert seen[0].filename == __file__


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_probabilities_are_not_complained_about(dtype: str) -> None:
    decode_predictions(probabilities(50, seed=2).astype(dtype))


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        ((2, 1001), r"drop it: preds\[:, 1:\]"),
        ((1001,), r"drop it: preds\[:, 1:\]"),
        ((2, 10), "other classes needs their names"),
        ((2, 1, 1000), "other classes needs their names"),
        ((1, 7, 7, 512), "include_top=True"),
        ((), "other classes needs their names"),
        ((0,), "other classes needs their names"),
    ],
)
def test_wrong_shapes(shape: tuple[int, ...], advice: str) -> None:
    message = rf"expects their probabilities, shape \(N, 1000\), or \(1000,\) .*given was shape .*{advice}"
    with pytest.raises(ArgumentError, match=message):
        decode_predictions(np.ones(shape))


@pytest.mark.parametrize("top", [0, -5, 2.5, "5", None])
def test_wrong_tops(top: Any) -> None:
    with pytest.raises(ArgumentError, match=f"top={top!r} is not how many classes to return; give a whole number"):
        decode_predictions(probabilities(1), top)


def test_what_is_no_array() -> None:
    for given in ([[1.0], [1.0, 2.0]], keras.KerasTensor((None, 1000))):
        with pytest.raises(ArgumentError, match=r"A (list|KerasTensor) cannot be read as an array"):
            decode_predictions(given)


@pytest.mark.parametrize("dtype", ["U9", "S9", "object", "complex64", "datetime64[s]"])
def test_what_is_no_numbers(dtype: str) -> None:
    with pytest.raises(ArgumentError, match=r"Scores are real numbers; given were .*Give what model\.predict returns"):
        decode_predictions(np.zeros((1, 1000), "int64").astype(dtype))
