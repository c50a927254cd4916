"""Attention."""

import keras
import pytest
from keras import layers

from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.runtime.agreement import assert_agreement, numbers

pytestmark = pytest.mark.single_backend


def assert_attentive(outputs, *inputs):
    model = keras.Model(inputs[0] if len(inputs) == 1 else list(inputs), outputs)
    for seed, weight in enumerate(model.weights):
        weight.assign(numbers(*weight.shape, seed=seed))
    assert_agreement(model, *(numbers(2, *tensor.shape[1:], seed=seed) for seed, tensor in enumerate(inputs)))


def test_attention():
    query, key, value = keras.Input((4, 6)), keras.Input((5, 6)), keras.Input((5, 3))
    kinds = [layers.Attention(), layers.Attention(use_scale=True), layers.Attention(dropout=0.5)]
    assert_attentive([kind([query, value, key]) for kind in kinds] + [kinds[1]([query, key])], query, key, value)


def test_attention_of_another_kind():
    pair = keras.Input((4, 6)), keras.Input((5, 6))
    model = keras.Model(pair, layers.Attention(score_mode="concat", name="own")(list(pair)))
    with pytest.raises(UnsupportedLayerError, match=r"'own' of type Attention .*its score_mode is 'concat', not 'dot'"):
        to_onnx(model)


def test_multi_head_attention():
    query, key, value = keras.Input((4, 6)), keras.Input((5, 6)), keras.Input((5, 3))
    settings = [{}, {"value_dim": 5}, {"use_bias": False}, {"output_shape": 7}, {"dropout": 0.5}]
    outputs = [layers.MultiHeadAttention(2, 3, **each)(query, value, key) for each in settings]
    assert_attentive(outputs, query, key, value)


def test_attention_to_oneself():
    words = keras.Input((4, 6))
    assert_attentive([layers.MultiHeadAttention(2, 3)(words, words)], words)


@pytest.mark.parametrize(
    ("settings", "shape", "reason"),
    [
        ({"sliding_window": 2}, (4, 6), "it was built with sliding_window=2"),
        ({"use_gate": True}, (4, 6), "it was built with use_gate=True"),
        ({}, (4, 3, 6), r"its query has the shape \(None, 4, 3, 6\); three axes are known"),
    ],
    ids=["window", "gate", "rank"],
)
def test_attention_that_is_not_known(settings, shape, reason):
    words = keras.Input(shape)
    model = keras.Model(words, layers.MultiHeadAttention(2, 3, name="own", **settings)(words, words))
    with pytest.raises(UnsupportedLayerError, match=f"'own' of type MultiHeadAttention .*{reason}"):
        to_onnx(model)
