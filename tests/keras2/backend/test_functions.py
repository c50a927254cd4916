"""K.function, the learning phase, variables and settings: what has no value of its own."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError
from amalthea.keras2 import backend as K
from amalthea.keras2._spelling.era import written_for
from amalthea.keras2.backend.random_numbers import OwnRandomness


@pytest.fixture(autouse=True)
def settings_are_put_back():
    before = keras.config.image_data_format()
    yield
    keras.config.set_image_data_format(before)
    K.phase.forget_learning_phase()


@pytest.fixture
def model():
    x = keras.Input((6,))
    hidden = layers.Dense(5, name="hidden")(x)
    dropped = layers.Dropout(0.5, name="dropped")(hidden)
    return keras.Model(x, layers.Dense(2, name="last")(dropped))


PICTURE = np.random.default_rng(3).normal(size=(4, 6)).astype("float32")


def test_a_function_computes_what_its_layers_do(model):
    function = K.function([model.input], [model.get_layer("hidden").output, model.output])
    hidden, last = function([PICTURE])
    kernel, bias = model.get_layer("hidden").get_weights()
    np.testing.assert_allclose(hidden, PICTURE @ kernel + bias, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(last, model.predict(PICTURE, verbose=0), rtol=1e-4, atol=1e-5)
    assert type(last) is np.ndarray


def test_a_function_of_one_tensor_takes_and_returns_one(model):
    function = K.function(model.input, model.output)
    np.testing.assert_allclose(function(PICTURE), model.predict(PICTURE, verbose=0), rtol=1e-4, atol=1e-5)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    changed = K.function(model.input, model.output)(PICTURE)
    np.testing.assert_allclose(function(PICTURE), changed, rtol=1e-4, atol=1e-5)


def test_a_function_begins_within_the_network(model):
    function = K.function([model.get_layer("last").input], [model.output])
    inner = np.ones((3, 5), "float32")
    kernel, bias = model.get_layer("last").get_weights()
    np.testing.assert_allclose(function([inner])[0], inner @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_the_learning_phase_among_the_inputs_turns_dropout_on(model):
    function = K.function([model.input, K.learning_phase()], [model.get_layer("dropped").output])
    still, moved = function([PICTURE, 0])[0], function([PICTURE, 1])[0]
    assert (still != 0).all()
    assert 0 < (moved == 0).sum() < moved.size
    kept = moved != 0
    np.testing.assert_allclose(moved[kept], 2 * still[kept], rtol=1e-4, atol=1e-5)


def test_a_function_computes_with_k_and_assigns():
    seen = K.variable(0.0)
    x = K.placeholder((None, 3))
    function = K.function([x], [K.sum(x * 2, axis=1)], updates=[K.update_add(seen, K.sum(x))])
    assert function([np.ones((2, 3))])[0].tolist() == [6, 6]
    function([np.ones((1, 3))])
    assert K.get_value(seen) == 9


def test_a_function_refuses_what_it_does_not_know(model):
    function = K.function([model.input], [model.output])
    with pytest.raises(ArgumentError, match="takes a list of 1 inputs; given were 2"):
        function([PICTURE, 0])
    with pytest.raises(ArgumentError, match=r"K.function\(feed_dict=…\) belongs to TensorFlow's sessions"):
        K.function([model.input], [model.output], feed_dict={})


class Phases(layers.Layer):
    """A layer in the words of Keras 2: it asks K, not its arguments."""

    def call(self, x):
        return K.in_train_phase(x + 10 * K.learning_phase(), lambda: x * 0)


def test_a_layer_asks_for_the_phase():
    x = keras.Input((2,))
    model = keras.Model(x, Phases()(x))
    ones = np.ones((1, 2), "float32")
    assert K.get_value(model(ones, training=True)).tolist() == [[11, 11]]
    assert K.get_value(model(ones, training=False)).tolist() == [[0, 0]]
    assert model.predict(ones, verbose=0).tolist() == [[0, 0]]


def test_symbolic_tensors_choose_at_each_call():
    x = keras.Input((2,))
    model = keras.Model(x, K.in_train_phase(x + 1, x - 1))
    ones = np.ones((1, 2), "float32")
    assert K.get_value(model(ones, training=True)).tolist() == [[2, 2]]
    assert K.get_value(model(ones, training=False)).tolist() == [[0, 0]]


def test_the_phase_is_0_unless_it_is_set():
    assert K.learning_phase() == 0
    assert K.get_value(K.in_test_phase(1.0, 2.0)) == 1
    with pytest.warns(AmaltheaWarning, match=r"set_learning_phase\(1\) does not reach predict today") as said:
        K.set_learning_phase(1)
    assert said[0].filename == __file__
    assert K.learning_phase() == 1
    assert K.get_value(K.in_train_phase(1.0, 2.0)) == 1
    assert K.get_value(K.in_train_phase(1.0, 2.0, training=False)) == 2
    with K.learning_phase_scope(0):
        assert K.learning_phase() == 0
    K.clear_session()
    assert K.learning_phase() == 0
    with pytest.warns(AmaltheaWarning, match="does not reach fit today, where Dropout and BatchNormalization train"):
        K.set_learning_phase(0)
    with pytest.raises(ArgumentError, match="allowed are 0, for predicting, and 1"):
        K.set_learning_phase(2)


def test_the_order_of_axes_by_its_old_name():
    K.set_image_dim_ordering("th")
    assert (K.image_dim_ordering(), K.image_data_format()) == ("th", "channels_first")
    assert keras.config.image_data_format() == "channels_first"
    assert tuple(K.resize_images(np.ones((1, 3, 2, 2)), 2, 2, dim_ordering="th").shape) == (1, 3, 4, 4)
    K.set_image_dim_ordering("tf")
    assert (K.image_dim_ordering(), K.image_data_format()) == ("tf", "channels_last")
    assert K.normalize_data_format("th") == "channels_first"
    with pytest.raises(ArgumentError, match="'channels_last' is unknown; choose 'tf'"):
        K.set_image_dim_ordering("channels_last")
    with pytest.raises(ArgumentError, match="data_format='nchw' is unknown"):
        K.resize_images(np.ones((1, 3, 2, 2)), 2, 2, "nchw")


def test_keras_1_gave_the_output_first():
    target, output = np.array([[0.0, 1.0]], "float32"), np.array([[0.3, 0.7]], "float32")
    now = K.get_value(K.categorical_crossentropy(target, output))
    np.testing.assert_allclose(now, [-np.log(0.7)], rtol=1e-4)
    with written_for(1):
        for then in (
            K.categorical_crossentropy(output, target),
            K.categorical_crossentropy(output=output, target=target),
            K.categorical_crossentropy(output, target=target),
        ):
            np.testing.assert_allclose(K.get_value(then), now, rtol=1e-5)
        binary = K.get_value(K.binary_crossentropy(output, target))
    np.testing.assert_allclose(binary, K.get_value(K.binary_crossentropy(target, output)), rtol=1e-5)


def test_keras_1_had_other_words_and_kernels_for_convolutions():
    picture, kernel = PICTURE.reshape(1, 1, 4, 6), np.arange(18, dtype="float32").reshape(2, 1, 3, 3)
    if keras.config.backend() == "openvino":
        pytest.skip("OpenVINO's convolutions want channels last here")
    with written_for(1):
        then = K.conv2d(picture, kernel, border_mode="same", dim_ordering="th", image_shape=None)
    now = K.conv2d(picture, kernel.transpose(2, 3, 1, 0), padding="same", data_format="channels_first")
    np.testing.assert_allclose(K.get_value(then), K.get_value(now), rtol=1e-5)


def test_variables_are_read_and_set():
    variable = K.variable([[1, 2]], name="dense_1/kernel:0".replace(":0", ""))
    assert K.is_variable(variable)
    assert (K.int_shape(variable), K.ndim(variable), K.dtype(variable), K.count_params(variable)) == (
        (1, 2),
        2,
        "float32",
        2,
    )
    K.set_value(variable, [[3, 4]])
    K.update_sub(variable, K.ones((1, 2)))
    assert K.batch_get_value([variable, K.eye(1)])[0].tolist() == [[2, 3]]
    K.moving_average_update(variable, K.constant([[0, 0]]), 0.5)
    assert K.eval(variable).tolist() == [[1, 1.5]]
    K.batch_set_value([(variable, [[7, 8]])])
    assert K.get_value(K.gather(variable, np.array([0]))).tolist() == [[7, 8]]
    assert isinstance(K.get_value(K.variable(0.1)), np.float32)
    with pytest.raises(ArgumentTypeError, match="only variables take a value"):
        K.set_value(np.ones(2), 1)
    with pytest.raises(ArgumentError, match="is symbolic and has no value"):
        K.eval(K.placeholder(ndim=2))
    with pytest.raises(ArgumentError, match="placeholder needs shape="):
        K.placeholder()


def test_what_tensors_are_asked():
    x = K.placeholder((None, 3), name="x")
    assert K.int_shape(x) == (None, 3)
    assert K.is_keras_tensor(x)
    assert K.is_placeholder(x)
    assert not K.is_placeholder(x * 2)
    assert not K.is_keras_tensor(np.ones(2))
    assert tuple(K.shape(np.ones((2, 3)))) == (2, 3)
    assert not K.is_sparse(K.ones((2,)))
    assert K.int_shape(K.arange(-4)) == (0,)


def test_random_tensors_go_by_numpys_seed_and_leave_it_alone():
    def numbers():
        return [
            K.get_value(draw)
            for draw in (
                K.random_normal((50,), std=2.0),
                K.random_normal((50,), std=2.0),
                K.random_uniform((50,), low=3.0, high=4.0),
                K.truncated_normal((50,)),
                K.random_binomial((50,), 0.3),
                K.random_uniform_variable((50,), 0, 1),
            )
        ]

    np.random.seed(5)
    state = np.random.get_state()[1].copy()
    first = numbers()
    assert (np.random.get_state()[1] == state).all()
    np.random.seed(6)
    assert (numbers()[0] != first[0]).all()
    np.random.seed(5)
    for one, other in zip(first, numbers(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert (first[0] != first[1]).all()
    assert 3 <= first[2].min() < first[2].max() < 4
    assert set(first[4].tolist()) == {0, 1}
    np.testing.assert_array_equal(
        K.get_value(K.random_normal((3,), seed=1)), K.get_value(K.random_normal((3,), seed=1))
    )


def test_dropout():
    dropped = K.get_value(K.dropout(np.ones((100,), "float32"), 0.5, seed=1))
    assert set(dropped.tolist()) == {0, 2}


@pytest.mark.skipif(keras.config.backend() == "openvino", reason="a random number is the same one there, once compiled")
def test_compiled_functions_draw_anew_in_every_step_and_go_by_numpys_seed():
    class Function(OwnRandomness, layers.Lambda):
        pass

    def noise():
        x = keras.Input((3,))
        return keras.Model(x, Function(lambda x: x + K.random_normal(K.shape(x)))(x))

    still = np.zeros((4, 3), "float32")
    np.random.seed(8)
    model = noise()
    first, second = (model.predict(still, verbose=0) for _ in range(2))
    assert (first != second).all()
    np.random.seed(9)
    assert (noise().predict(still, verbose=0) != first).all()
    np.random.seed(8)
    np.testing.assert_array_equal(noise().predict(still, verbose=0), first)


def test_what_is_gone_says_so():
    with pytest.raises(ArgumentError, match=r"K.gradients is gone: .*GradientTape"):
        K.gradients(None, None)
    with pytest.raises(ArgumentError, match="there are no sessions any more"):
        K.get_session()
    with pytest.warns(AmaltheaWarning, match="K.set_session does nothing today"):
        K.set_session(None)
    with pytest.raises(ArgumentError, match="axis 0 is the batch"):
        K.batch_dot(np.ones((2, 3)), np.ones((2, 3)), axes=0)
    with pytest.raises(ArgumentError, match="padding='full' is unknown to Keras today"):
        K.conv2d(np.ones((1, 3, 3, 1)), np.ones((1, 1, 1, 1)), padding="full")
    with pytest.raises(ArgumentError, match="pool_mode='sum' is unknown"):
        K.pool2d(np.ones((1, 3, 3, 1)), (2, 2), pool_mode="sum")


def test_other_names_of_the_module():
    tensorflow_backend, common = map(K.__getattr__, ("tensorflow_backend", "common"))  # as if nobody had imported them
    assert tensorflow_backend.set_session is K.set_session
    assert common.set_image_dim_ordering is K.set_image_dim_ordering


def test_keras_tensors_everywhere():
    """What scripts write into custom losses and Lambda layers works on symbolic tensors, too."""
    x = keras.Input((4, 5, 3))
    for symbolic, shape in (
        (K.mean(x, axis=[1, 2]), (None, 3)),
        (K.batch_flatten(x), (None, 60)),
        (K.resize_images(x, 2, 2, "channels_last"), (None, 8, 10, 3)),
        (K.spatial_2d_padding(x), (None, 6, 7, 3)),
        (K.permute_dimensions(x, (0, 3, 1, 2)), (None, 3, 4, 5)),
        (K.concatenate([x, x]), (None, 4, 5, 6)),
        (K.relu(x, alpha=0.1), (None, 4, 5, 3)),
        (K.l2_normalize(x, axis=-1), (None, 4, 5, 3)),
        (K.batch_dot(K.batch_flatten(x), K.batch_flatten(x), axes=1), (None, 1)),
        (K.softmax(K.clip(x, 0, 1)), (None, 4, 5, 3)),
        (K.pool2d(x, (2, 2), (2, 2)), (None, 2, 2, 3)),
        (K.sqrt(K.sum(K.square(x), axis=3)), (None, 4, 5)),
        (K.switch(K.greater(x, 0), x, -x), (None, 4, 5, 3)),
        (K.hard_sigmoid(x), (None, 4, 5, 3)),
    ):
        assert K.int_shape(symbolic) == shape
