"""Graphs of the collection's networks against Keras: live weights, logits and features, in every runtime."""

from functools import partial

import keras
import onnx
import pytest

from amalthea.architectures import get_model
from amalthea.runtime import to_onnx
from tests.descriptors import DESCRIPTORS
from tests.live_weights import built_alive, clearly_different, two_pictures, zero_one_layer
from tests.runtime.agreement import answers_of_graph, assert_agreement, numbers

# elsewhere a size changes nothing in the graph
WITH_SAME_PADDING = ("Xception", "InceptionV3", "MobileNet", "MobileNetV2", "EfficientNetLite0")
# The walk is the same whatever computes what it is compared with: a plain, a grouped and a many-branched network tell.
ON_EVERY_BACKEND = ("MobileNet", "ResNeXt50", "NASNetMobile")


def case(descriptor):
    marks = [] if descriptor.name in ON_EVERY_BACKEND else [pytest.mark.single_backend]
    return pytest.param(descriptor, id=str(descriptor), marks=marks if descriptor.small else [pytest.mark.slow])


SMALL = [descriptor for descriptor in DESCRIPTORS if descriptor.small]

MOBILENET = next(descriptor for descriptor in SMALL if descriptor.name == "MobileNet")
RESNEXT = next(descriptor for descriptor in SMALL if descriptor.name == "ResNeXt50")


def built(descriptor, **arguments):
    return built_alive(partial(get_model, descriptor.name, weights=None, **descriptor.settings, **arguments))


@pytest.mark.parametrize("descriptor", [*map(case, DESCRIPTORS)])
def test_logits(descriptor):
    # VGG's first dense layer holds 100 million weights at 224 pixels, 2 million at 64.
    size = {"input_shape": (64, 64, 3)} if descriptor.name.startswith("VGG") else {}
    model = built(descriptor, classifier_activation=None, **size)
    pictures = two_pictures(model.input_shape[1:])
    (expected,), _ = assert_agreement(model, pictures)
    assert clearly_different(expected[0], expected[1]), "the weights are not live"

    layer = zero_one_layer(model)
    for runtime, (found,) in answers_of_graph(to_onnx(model), [pictures]).items():
        assert clearly_different(found, expected), f"zeroing {layer} went unnoticed in {runtime}"


# Pictures of three channels are in all other tests.
@pytest.mark.parametrize(
    ("data_format", "channels"), [("channels_last", 4), ("channels_first", 1)], indirect=["data_format"]
)
@pytest.mark.parametrize("descriptor", [*map(case, SMALL)])
def test_features_at_an_odd_size(descriptor, data_format, channels):
    assert_features_agree(descriptor, data_format, channels)


# Of these, test_logits has the other data format.
@pytest.mark.parametrize("data_format", ["channels_first"], indirect=True)
@pytest.mark.parametrize("descriptor", [case(item) for item in DESCRIPTORS if not item.small])
def test_features_of_larger_networks(descriptor, data_format):
    assert_features_agree(descriptor, data_format, channels=3)


@pytest.mark.single_backend
@pytest.mark.parametrize("data_format", ["channels_first"], indirect=True)
def test_the_flattened_map_of_vgg_in_the_other_data_format(data_format):
    # At 64 pixels, TensorFlow 2.21 adds the 64 biases of the first layer to the 64 columns.
    shape = (3, 48, 48)
    model = built_alive(partial(get_model, "VGG16", weights=None, classifier_activation=None, input_shape=shape))
    (expected,), _ = assert_agreement(model, two_pictures(shape))
    assert clearly_different(expected[0], expected[1])


def assert_features_agree(descriptor, data_format, channels):
    side = descriptor.other_size
    shape = (channels, side, side) if data_format == "channels_first" else (side, side, channels)
    model = built(descriptor, include_top=False, input_shape=shape)
    (expected,), _ = assert_agreement(model, two_pictures(shape))
    assert clearly_different(expected[0], expected[1])


@pytest.mark.parametrize("descriptor", [case(item) for item in SMALL if item.name in WITH_SAME_PADDING])
def test_open_sizes(descriptor):
    model = built(descriptor, include_top=False, pooling="avg")
    assert model.input_shape == (None, None, None, 3)
    side = descriptor.other_size
    (expected,), graph = assert_agreement(model, numbers(2, side, side + 6, 3))
    for runtime, (found,) in answers_of_graph(graph, [numbers(2, side + 21, side, 3, seed=1)]).items():
        assert found.shape == expected.shape, runtime
        assert clearly_different(found, expected), runtime


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("InceptionV3", (301, 301, 3)),
        ("NASNetMobile", (75, 96, 3)),
        ("NASNetMobile", (224, 224, 3)),
        ("NASNetLarge", (331, 331, 3)),
    ],
)
def test_features_at_sizes_that_decide_about_padding(name, shape):
    model = built_alive(partial(get_model, name, weights=None, include_top=False, input_shape=shape))
    (expected,), _ = assert_agreement(model, two_pictures(shape))
    assert clearly_different(expected[0], expected[1])


@pytest.mark.parametrize(("data_format", "transposes"), [("channels_last", 1), ("channels_first", 0)])
def test_a_convolutional_network_is_transposed_once(data_format, transposes):
    """Channels stay where ONNX wants them, from the input to the pooling."""
    before = keras.config.image_data_format()
    keras.config.set_image_data_format(data_format)
    try:
        graph = to_onnx(built(MOBILENET, include_top=False, pooling="avg")).graph
    finally:
        keras.config.set_image_data_format(before)
    assert sum(node.op_type == "Transpose" for node in graph.node) == transposes


def test_a_grouped_convolution_is_one_node():
    """However Keras computes it on this backend."""
    nodes = [node for node in to_onnx(built(RESNEXT, include_top=False)).graph.node if node.op_type == "Conv"]
    groups = [attribute.i for node in nodes for attribute in node.attribute if attribute.name == "group"]
    assert (len(groups), groups.count(32)) == (1 + 4 + 3 * 16, 16)


def test_what_the_file_says():
    model = to_onnx(built(MOBILENET))
    assert model.ir_version == 8
    assert [(item.domain, item.version) for item in model.opset_import] == [("", 18)]
    assert model.graph.name == "mobilenet_0_25_224"
    [described] = model.graph.input
    sizes = [size.dim_param or size.dim_value for size in described.type.tensor_type.shape.dim]
    assert sizes == ["batch", 224, 224, 3]
    assert {weight.data_type for weight in model.graph.initializer} <= {
        onnx.TensorProto.FLOAT,
        onnx.TensorProto.INT64,
    }
    assert sum(weight.ByteSize() for weight in model.graph.initializer) == pytest.approx(4 * 475_544, rel=0.02)
