"""Graphs that take pictures as they are decoded: the same numbers as NumPy and Keras, whatever the data format."""

import keras
import numpy as np
import onnx
import pytest
from keras import layers

from amalthea.applications import imagenet_utils
from amalthea.catalog import Scaling, ScalingSteps, scaling_steps
from amalthea.errors import ArgumentError
from amalthea.images import scale
from amalthea.runtime import to_onnx
from amalthea.runtime.runners import TensorSpec
from amalthea.runtime.runners.openvino import OpenVINORunner
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, answers_of_keras, numbers
from tests.runtime.graph.layer_models import FORMATS, model_of, picture_shape

OWN = ScalingSteps(divisor=3.0, reverse_channels=True, mean=(1.0, 20.0, 3.0), deviation=(2.0, 4.0, 5.0))
SCALINGS = [*Scaling, 1 / 255, 1.0, OWN]


def pictures(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def in_format(pixels, data_format):
    return pixels if data_format == "channels_last" else pixels.transpose(0, 3, 1, 2)


@pytest.mark.single_backend
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("scaling", SCALINGS, ids=[*Scaling, "factor", "nothing", "own"])
def test_scaling_inside_is_scaling_outside(scaling, data_format):
    """And scaling by Keras' operations: the numbers stand once, three ways apply them."""
    model = model_of(layers.Activation("linear"), shape=picture_shape(data_format, (9, 7), 3))
    pixels = pictures(5, 9, 7, 3)
    expected = in_format(scale(pixels, scaling), data_format)
    graph = to_onnx(model, scaling=scaling_steps(scaling))
    for runtime, (found,) in answers_of_graph(graph, [pixels]).items():
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max(), err_msg=runtime)
    if scaling in ("caffe", "tf", "torch"):
        symbolic = imagenet_utils.preprocess_input(keras.ops.convert_to_tensor(pixels), mode=str(scaling))
        outside = in_format(keras.ops.convert_to_numpy(symbolic), data_format)
        np.testing.assert_allclose(found, outside, rtol=0, atol=1e-6 * np.abs(expected).max())


@pytest.mark.single_backend
def test_channels_are_not_mixed_up():
    """One colour at a time, through the scaling that reverses them."""
    model = model_of(layers.Activation("linear"), shape=(2, 2, 3))
    runner = OpenVINORunner(to_onnx(model, scaling=scaling_steps("caffe")).SerializeToString())
    for channel in range(3):
        pixels = np.zeros((1, 2, 2, 3), np.uint8)
        pixels[..., channel] = 200
        [found] = runner([pixels])
        assert np.argmax(found[0, 0, 0]) == 2 - channel


@pytest.mark.parametrize("data_format", FORMATS)
def test_a_network_behind_the_scaling(data_format):
    model = model_of(
        layers.Conv2D(8, 3, strides=2, padding="same", data_format=data_format),
        layers.BatchNormalization(axis=-1 if data_format == "channels_last" else 1),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(data_format=data_format),
        layers.Dense(4),
        shape=picture_shape(data_format, (13, 10), 3),
    )
    pixels = pictures(6, 13, 10, 3)
    scaled = in_format(scale(pixels, Scaling.TORCH), data_format)
    [expected] = answers_of_keras(model, [np.ascontiguousarray(scaled)])
    assert clearly_different(expected[0], expected[1])
    graph = to_onnx(model, scaling=Scaling.TORCH.steps)
    for runtime, (found,) in answers_of_graph(graph, [pixels]).items():
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * expected.std(), err_msg=runtime)


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("shape", "sides"), [((None, 8, 3), (None, 8)), ((3, None, None), (None, None)), ((3, 3, 3), (3, 3))]
)
def test_what_the_input_says(shape, sides):
    model = model_of(layers.Activation("linear"), shape=shape)
    graph = to_onnx(model, scaling=Scaling.TF.steps)
    onnx.checker.check_model(graph, full_check=True)
    [port] = graph.graph.input
    assert port.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert OpenVINORunner(graph.SerializeToString()).inputs == (TensorSpec(port.name, (None, *sides, 3), "uint8"),)
    [found] = OpenVINORunner(graph.SerializeToString())([pictures(2, sides[0] or 5, sides[1] or 6, 3)])
    assert found.shape[0] == 2


@pytest.mark.single_backend
def test_several_outputs_of_the_middle():
    """As the frozen part of a network has them: in Keras' order of axes, the scaled picture itself among them."""
    image = keras.Input((12, 12, 3), name="image")
    left = layers.Conv2D(4, 3, padding="same", data_format="channels_last", activation="relu")(image)
    right = layers.MaxPooling2D(2, data_format="channels_last")(left)
    whole = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D(data_format="channels_last")(right)))
    set_live_weights(whole)
    prefix = keras.Model(image, [left, right, image])
    pixels = pictures(5, 12, 12, 3)
    expected = answers_of_keras(prefix, [scale(pixels, Scaling.CAFFE)])
    for answers in answers_of_graph(to_onnx(prefix, scaling=Scaling.CAFFE.steps), [pixels]).values():
        for found, wanted in zip(answers, expected, strict=True):
            assert found.shape == wanted.shape
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * wanted.std())


@pytest.mark.single_backend
def test_without_a_scaling_nothing_changes():
    model = model_of(layers.Conv2D(4, 3, data_format="channels_last"), shape=(8, 8, 3))
    assert to_onnx(model) == to_onnx(model, scaling=None)
    assert [port.type.tensor_type.elem_type for port in to_onnx(model).graph.input] == [onnx.TensorProto.FLOAT]


@pytest.mark.single_backend
@pytest.mark.parametrize("shape", [(5,), (8, 8, 1), (4, 8, 8), (4, 8, 8, 3)], ids=str)
def test_what_takes_no_pictures(shape):
    model = keras.Sequential([keras.Input(shape), layers.Flatten()], name="own")
    with pytest.raises(ArgumentError, match=r"Model 'own' takes \(None, .*; scaling is for models with a single input"):
        to_onnx(model, scaling=Scaling.TF.steps)


@pytest.mark.single_backend
def test_a_model_that_scales_by_itself():
    image = keras.Input((4, 4, 3), dtype="uint8")
    model = keras.Model(image, layers.Rescaling(1 / 255)(image), name="own")
    with pytest.raises(ArgumentError, match=r"'own' takes pictures of type uint8, as they are decoded, .* no scaling"):
        to_onnx(model, scaling=Scaling.TF.steps)


@pytest.mark.single_backend
def test_two_pictures_at_a_time():
    pair = keras.Input((4, 4, 3)), keras.Input((4, 4, 3))
    model = keras.Model(pair, layers.Add()(list(pair)), name="own")
    with pytest.raises(ArgumentError, match="scaling is for models with a single input"):
        to_onnx(model, scaling=Scaling.TF.steps)
    assert len(OpenVINORunner(to_onnx(model).SerializeToString())([numbers(1, 4, 4, 3)] * 2)) == 1
