"""What every layer knew then: shapes, nodes, names, weights at the start, and numbers drawn as NumPy's seed says."""

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.keras2 import initializers, layers
from amalthea.keras2._spelling import adopt
from amalthea.keras2._spelling.era import written_for


@pytest.fixture(autouse=True)
def first_names():
    keras.backend.clear_session()


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_names_as_then():
    made = [layers.Dense(2), layers.Dense(2), layers.MaxPooling2D(), layers.Conv2D(2, (3, 3)), layers.PReLU()]
    assert [layer.name for layer in made] == ["dense_1", "dense_2", "max_pooling2d_1", "conv2d_1", "p_re_lu_1"]
    with written_for(1):
        made = [layers.Convolution2D(2, 3, 3), layers.MaxPooling2D(), layers.Dense(2), layers.BatchNormalization()]
    assert [layer.name for layer in made] == ["convolution2d_1", "maxpooling2d_1", "dense_3", "batchnormalization_1"]
    assert layers.Dense(2, name="top").name == "top"


@pytest.mark.single_backend
def test_first_shapes():
    assert layers.Dense(2, input_dim=5).batch_input_shape == (None, 5)
    assert layers.Dense(2, input_shape=[5]).batch_input_shape == (None, 5)
    assert layers.Dense(2, batch_input_shape=(4, 5)).batch_input_shape == (4, 5)
    assert layers.Dense(2, input_shape=(5,), batch_size=4).batch_input_shape == (4, 5)
    assert layers.LSTM(2, input_dim=5).batch_input_shape == (None, None, 5)
    assert layers.LSTM(2, input_dim=5, input_length=7).batch_input_shape == (None, 7, 5)
    assert layers.Embedding(10, 2, input_length=7).batch_input_shape == (None, 7)
    assert layers.Embedding(10, 2).batch_input_shape == (None, None)
    assert not hasattr(layers.Dense(2), "batch_input_shape")


@pytest.mark.single_backend
def test_shapes_and_nodes():
    image = keras.Input((8, 6, 3))
    convolution, flat = layers.Conv2D(4, (3, 3)), layers.Flatten()
    out = flat(convolution(image))
    assert (convolution.input_shape, convolution.output_shape) == ((None, 8, 6, 3), (None, 6, 4, 4))
    assert convolution.get_input_at(0) is image
    assert flat.get_output_at(0) is out
    assert flat.get_input_shape_at(0) == (None, 6, 4, 4)
    assert flat.get_output_shape_at(0) == (None, 96)
    [node] = flat.inbound_nodes
    assert node.inbound_layers == [convolution]
    assert (node.input_shapes, node.output_shapes) == ([(None, 6, 4, 4)], [(None, 96)])
    assert [node.outbound_layer for node in convolution.outbound_nodes] == [flat]
    flat.outbound_nodes = []  # scripts did so after model.layers.pop()
    both = layers.Concatenate()
    both([image, image])
    assert both.input_shape == [(None, 8, 6, 3)] * 2


@pytest.mark.single_backend
def test_shapes_that_there_are_not():
    layer = layers.Dense(2, name="top")
    with pytest.raises(AttributeError, match="Layer top was never called and has no output_shape"):
        _ = layer.output_shape
    with pytest.raises(ArgumentError, match="called 0 times; there is no call 0"):
        layer.get_output_at(0)
    for length in (3, 4):
        layer(keras.Input((length, 5)))
    with pytest.raises(AttributeError, match=r"several output_shapes.*get_output_shape_at\(node_index\)"):
        _ = layer.output_shape
    assert layer.get_output_shape_at(1) == (None, 4, 2)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = layer.nonsense


def test_weights_at_the_start_and_their_names():
    kernel, bias = np.arange(6.0).reshape(3, 2), np.ones(2)
    layer = layers.Dense(2, weights=[kernel, bias])
    layer(keras.Input((3,)))
    np.testing.assert_array_equal(numbers(layer.W), kernel)
    np.testing.assert_array_equal(numbers(layer.b), bias)
    assert layer.get_build_config() == {"input_shape": (None, 3)}
    table = np.arange(8.0).reshape(4, 2)
    embedding = layers.Embedding(4, 2, weights=[table])
    np.testing.assert_array_equal(numbers(embedding.W), table)
    normal = layers.BatchNormalization()
    normal.build((None, 3))
    assert normal.running_std is normal.moving_variance


def drawn(seed):
    np.random.seed(seed)
    dense, recurrent, noise = layers.Dense(3), layers.LSTM(2), layers.Dropout(0.5)
    dense.build((None, 4))
    recurrent.build((None, 4, 2))
    return [*dense.get_weights(), *recurrent.get_weights(), numbers(noise(np.ones((4, 16)), training=True))]


def test_the_seed_of_numpy_decides():
    _, first, other, again = drawn(3), drawn(1), drawn(2), drawn(1)
    assert all((one == same).all() for one, same in zip(first, again, strict=True))
    assert any((one != different).any() for one, different in zip(first, other, strict=True))
    assert (first[0] != other[0]).all()
    assert (first[-1] != other[-1]).any()


def test_numpys_state_is_left_alone():
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    layers.Dense(3).build((None, 4))
    np.testing.assert_array_equal(np.random.random(3), expected)


def test_layers_that_share_an_initializer_begin_differently():
    shared = initializers.RandomNormal(stddev=0.02)
    one, other = layers.Dense(3, kernel_initializer=shared), layers.Dense(3, kernel_initializer=shared)
    one.build((None, 4))
    other.build((None, 4))
    assert (one.get_weights()[0] != other.get_weights()[0]).all()
    seeded = [layers.Dense(3, kernel_initializer=initializers.he_normal(seed=7)) for _ in range(2)]
    for layer in seeded:
        layer.build((None, 4))
    np.testing.assert_array_equal(seeded[0].get_weights()[0], seeded[1].get_weights()[0])
    plain = keras.initializers.HeNormal(seed=7)((4, 3))
    np.testing.assert_array_equal(seeded[0].get_weights()[0], numbers(plain))


@pytest.mark.single_backend
def test_files_hold_keras_own_classes(tmp_path):
    image = keras.Input((8, 8, 3))
    x = layers.Convolution2D(4, 3, 3, border_mode="same", init="he_normal", activation="relu")(image)
    x = layers.BatchNormalization(mode=0)(x)
    x = layers.ThresholdedReLU(theta=0.1)(x)
    x = layers.Dropout(p=0.5)(layers.Flatten()(x))
    model = keras.Model(image, layers.Dense(output_dim=2, activation="softmax")(x))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert {type(layer).__mro__[0] for layer in loaded.layers} == {
        getattr(keras.layers, name)
        for name in ("InputLayer", "Conv2D", "BatchNormalization", "ReLU", "Flatten", "Dropout", "Dense")
    }
    pictures = np.random.default_rng(0).normal(size=(2, 8, 8, 3))
    np.testing.assert_array_equal(loaded.predict_on_batch(pictures), model.predict_on_batch(pictures))


@pytest.mark.single_backend
def test_adopted_layers_answer_to_the_old_names():
    image = keras.Input((8, 8, 3))
    plain = keras.Model(image, keras.layers.Conv2D(4, 3, strides=2, name="first")(image))
    layer = adopt(plain).get_layer("first")
    assert isinstance(layer, layers.Convolution2D)
    assert (layer.output_shape, layer.nb_filter, layer.subsample) == ((None, 3, 3, 4), 4, (2, 2))
    assert layer.W is layer.kernel
