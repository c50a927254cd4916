"""Normalisation that became part of a convolution changes no answer."""

import keras
import numpy as np
import onnx
import pytest
from keras import layers

from amalthea.applications import MobileNet
from amalthea.runtime import to_onnx
from amalthea.runtime.quantization.folding import fold_normalization
from tests.live_weights import built_alive, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_close

pytestmark = pytest.mark.single_backend


def kinds(graph):
    return [node.op_type for node in graph.graph.node]


def assert_folded(model, remaining):
    """All but so many normalisations are gone, and every runtime answers as before."""
    before, after = to_onnx(model), to_onnx(model)
    fold_normalization(after)
    assert kinds(before).count("BatchNormalization") > remaining
    assert kinds(after).count("BatchNormalization") == remaining
    used = {name for node in after.graph.node for name in node.input}
    assert {tensor.name for tensor in after.graph.initializer} <= used
    x = np.random.default_rng(0).standard_normal((2, *model.input_shape[1:]), np.float32)
    for runtime, found in answers_of_graph(after, [x]).items():
        for part, expected in zip(found, answers_of_graph(before, [x])[runtime], strict=True):
            assert expected.std() > 0.01
            assert_close(part, expected, runtime)


def normalized(x, name, **settings):
    return layers.BatchNormalization(name=name, **settings)(x)


def test_behind_every_kind_of_convolution():
    x = inputs = keras.Input((12, 10, 4))
    options = {"padding": "same", "data_format": "channels_last"}
    x = normalized(layers.Conv2D(8, 3, use_bias=False, **options)(x), "plain")
    x = normalized(layers.Conv2D(8, 3, strides=2, groups=2, **options)(x), "grouped_with_bias", epsilon=0.1)
    x = normalized(layers.DepthwiseConv2D(3, depth_multiplier=2, **options)(x), "depthwise", scale=False)
    x = normalized(layers.SeparableConv2D(6, 3, **options)(x), "separable", center=False)
    model = keras.Model(inputs, x)
    set_live_weights(model)
    assert_folded(model, remaining=0)


def test_what_several_nodes_read_stays():
    x = inputs = keras.Input((9, 9, 3))
    shared = layers.Conv2D(3, 3, padding="same", data_format="channels_last", name="shared")
    first = shared(x)
    second = shared(normalized(first, "of_first"))
    both = layers.Add()([normalized(second, "of_second"), first])
    x = normalized(layers.ReLU()(both), "behind_no_convolution")
    model = keras.Model(inputs, x)
    set_live_weights(model)
    # The first result is added as it is; the second, by the same kernel, has a single reader.
    assert_folded(model, remaining=2)


def test_an_output_of_the_model_stays():
    inputs = keras.Input((9, 9, 3))
    x = layers.Conv2D(3, 3, data_format="channels_last")(inputs)
    model = keras.Model(inputs, [x, normalized(x, "of_an_output")])
    set_live_weights(model)
    graph = to_onnx(model)
    fold_normalization(graph)
    assert kinds(graph).count("BatchNormalization") == 1


@pytest.fixture(scope="module")
def network():
    return built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(64, 64, 3), include_top=False))


def test_a_whole_network(network):
    assert_folded(network, remaining=0)


def test_zeroed_weights_are_noticed(network):
    """The twin that must fail: without the normalisation's numbers, answers differ."""
    before, after = to_onnx(network), to_onnx(network)
    fold_normalization(after)
    biases = [tensor for tensor in after.graph.initializer if tensor.name.endswith("/bias")]
    biases[3].CopyFrom(onnx.numpy_helper.from_array(np.zeros(tuple(biases[3].dims), np.float32), biases[3].name))
    x = np.random.default_rng(0).standard_normal((1, 64, 64, 3), np.float32)
    [expected], [found] = answers_of_graph(before, [x])["OpenVINO"], answers_of_graph(after, [x])["OpenVINO"]
    with pytest.raises(AssertionError):
        assert_close(found, expected, "OpenVINO")
