"""Equal for equal networks whatever their names; different for everything else."""

from collections.abc import Callable

import keras
import numpy as np
import onnx
import pytest

from amalthea.applications import MobileNet
from amalthea.catalog import scaling_steps
from amalthea.runtime import to_onnx
from amalthea.transfer.features.fingerprint import fingerprint
from tests.live_weights import copy_weights, set_live_weights
from tests.transfer.features.networks import small_network

pytestmark = pytest.mark.single_backend


def mobilenet(**arguments: object) -> keras.Model:
    model = MobileNet(alpha=0.25, weights=None, include_top=False, **{"input_shape": (64, 64, 3)} | arguments)
    set_live_weights(model)
    return model


def test_names_do_not_count() -> None:
    first, second = small_network(), small_network()
    assert {layer.name for layer in first.layers}.isdisjoint(layer.name for layer in second.layers)
    assert fingerprint(to_onnx(first)) == fingerprint(to_onnx(second))


def test_a_network_of_the_collection_built_twice() -> None:
    first, second = mobilenet(), mobilenet(name="other")
    copy_weights(first, second)
    assert fingerprint(to_onnx(first)) == fingerprint(to_onnx(second))
    assert len(fingerprint(to_onnx(first))) == 64


def test_the_order_of_operators_and_constants_does_not_count() -> None:
    """Of two branches, either may be written first."""
    one, two = onnx.helper.make_node("Relu", ["x"], ["a"]), onnx.helper.make_node("Neg", ["x"], ["b"])
    end = onnx.helper.make_node("Sub", ["a", "b"], ["y"])
    hashes = {fingerprint(graph_of([*nodes, end])) for nodes in ([one, two], [two, one])}
    assert len(hashes) == 1
    swapped = onnx.helper.make_node("Sub", ["b", "a"], ["y"])
    assert fingerprint(graph_of([one, two, swapped])) not in hashes


def graph_of(nodes: list[onnx.NodeProto]) -> onnx.ModelProto:
    kind = onnx.TensorProto.FLOAT
    x, y = (onnx.helper.make_tensor_value_info(name, kind, ["batch", 4]) for name in "xy")
    return onnx.helper.make_model(onnx.helper.make_graph(nodes, "graph", [x], [y]))


def changed_weight(model: keras.Model) -> None:
    weights = model.get_weights()
    weights[-1].flat[0] = np.nextafter(weights[-1].flat[0], np.float32(9))
    model.set_weights(weights)


def swapped_weights(model: keras.Model) -> None:
    """Two vectors of the same shape change places."""
    layer = next(layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization))
    gamma, beta, mean, variance = layer.get_weights()
    layer.set_weights([beta, gamma, mean, variance])


def changed_epsilon(model: keras.Model) -> None:
    next(layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)).epsilon *= 1.01


@pytest.mark.parametrize("change", [changed_weight, swapped_weights, changed_epsilon])
def test_a_change_of_the_network_counts(change: Callable[[keras.Model], None]) -> None:
    model = small_network()
    before = fingerprint(to_onnx(model))
    change(model)
    assert fingerprint(to_onnx(model)) != before


def test_another_cut_size_or_scaling_counts() -> None:
    model = mobilenet()
    inner = keras.Model(model.inputs, model.get_layer("conv_pw_5_relu").output)
    two = keras.Model(model.inputs, [inner.output, model.output])
    turned = keras.Model(model.inputs, [model.output, inner.output])
    other_size = mobilenet(input_shape=(32, 32, 3))
    open_size = mobilenet(input_shape=(None, None, 3))
    graphs = [to_onnx(network) for network in (model, inner, two, turned, other_size, open_size)]
    graphs += [to_onnx(model, scaling=scaling_steps(name)) for name in ("tf", "caffe", "torch")]
    assert len({fingerprint(graph) for graph in graphs}) == len(graphs)
