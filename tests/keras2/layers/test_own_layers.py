"""Layers that scripts wrote themselves, in the manner of Keras 1 and of Keras 2."""

import keras
import numpy as np
import pytest

from amalthea.keras2 import backend as K
from amalthea.keras2 import initializations, layers
from amalthea.keras2.layers import Layer
from amalthea.keras2.legacy import interfaces


class OfKeras1(Layer):
    """Sets attributes before its base is ready, makes its weights by functions, and lists those to be trained."""

    def __init__(self, output_dim, init="glorot_uniform", **kwargs):
        self.output_dim = output_dim
        self.init = initializations.get(init)
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.init((input_shape[1], self.output_dim), name=f"{self.name}_W")
        self.offset = K.variable(np.ones(self.output_dim))
        self.trainable_weights = [self.W]
        super().build(input_shape)

    def call(self, x, mask=None):
        return K.dot(x, self.W) + self.offset

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.output_dim)


class OfKeras2(Layer):
    """The example of Keras 2's own documentation, with weights in both orders of arguments."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=[input_shape[1], self.output_dim], initializer="uniform", trainable=True
        )
        self.bias = self.add_weight("bias", (self.output_dim,), None, "zeros")
        self.scale = self.add_weight((self.output_dim,), "one", f"{self.name}_scale", False)
        super().build(input_shape)

    def call(self, x):
        return (K.dot(x, self.kernel) + self.bias) * self.scale

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)

    def get_config(self):
        return {**super().get_config(), "output_dim": self.output_dim}


@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")
def test_they_train():
    first, second = OfKeras1(3), OfKeras2(2)
    image = keras.Input((4,))
    model = keras.Model(image, second(first(image)))
    assert (first.output_shape, second.output_shape) == ((None, 3), (None, 2))
    assert first.name.startswith("of_keras1_")
    assert first.trainable_weights == [first.W]
    assert [weight.name for weight in second.trainable_weights] == ["kernel", "bias"]
    assert second.non_trainable_weights == [second.scale]
    before = [weight.copy() for weight in model.get_weights()]
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 4)), np.ones((4, 2)) * 3, verbose=0)
    moved = {
        weight.path.rsplit("/")[-1]: bool((now != then).any())
        for weight, now, then in zip(model.weights, model.get_weights(), before, strict=True)
    }
    assert [*moved.values()] == [True, False, True, True, False]


@pytest.mark.single_backend
def test_they_are_saved_under_their_own_names(tmp_path):
    image = keras.Input((4,))
    model = keras.Model(image, OfKeras2(2)(image))
    model.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras", custom_objects={"OfKeras2": OfKeras2})
    rows = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(loaded.predict_on_batch(rows), model.predict_on_batch(rows))


@pytest.mark.single_backend
def test_every_layer_is_a_layer():
    assert isinstance(OfKeras1(3), Layer)
    assert isinstance(OfKeras1(3), OfKeras1)
    assert not isinstance(OfKeras1(3), OfKeras2)
    assert isinstance(layers.Dense(2), Layer)
    assert isinstance(keras.layers.Dense(2), Layer)
    assert not isinstance(keras.layers.Dense(2), OfKeras1)
    assert not isinstance(3, Layer)
    assert issubclass(layers.Dense, Layer)
    assert not issubclass(int, Layer)
    assert isinstance(layers.AtrousConvolution2D(2, 3, 3), layers.Convolution2D)


@pytest.mark.single_backend
def test_updates_are_made():
    class Counting(Layer):
        def build(self, input_shape):
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

        def call(self, x):
            self.add_update([(self.count, self.count + 1)], x)
            return x

    layer = Counting()
    layer(np.ones((2, 3)))
    layer(np.ones((2, 3)))
    assert keras.ops.convert_to_numpy(layer.count) == 2
    assert layer.updates == []


@pytest.mark.single_backend
def test_losses_are_added():
    class Penalty(Layer):
        def call(self, x):
            self.add_loss(K.sum(x), inputs=x)
            return x

    layer = Penalty()
    layer(np.ones((2, 3), "float32"))
    assert float(layer.losses[0]) == 6


@pytest.mark.single_backend
def test_a_subclass_of_a_layer_of_ours():
    class Doubled(layers.Dense):
        def __init__(self, output_dim, **kwargs):
            super().__init__(output_dim, init="one", **kwargs)

        def call(self, x, mask=None):
            return 2 * super().call(x)

    layer = Doubled(2, input_shape=(3,))
    assert layer.batch_input_shape == (None, 3)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(np.ones((1, 3)))), [[6, 6]])
    assert layer.get_output_shape_for((None, 3)) == (None, 2)
    assert layer.name.startswith("doubled_")


@pytest.mark.single_backend
def test_an_initializer_of_keras_1():
    def own(shape, name=None):
        return K.ones(shape, name=name)

    layer = layers.Dense(2, init=own)
    layer.build((None, 3))
    np.testing.assert_array_equal(layer.get_weights()[0], np.ones((3, 2)))


def test_decorators_that_took_the_names_of_keras_1():
    class Own(layers.Conv2D):
        @interfaces.legacy_conv2d_support
        def __init__(self, filters, kernel_size, padding="valid", **settings):
            super().__init__(filters, kernel_size, padding=padding, **settings)

        @interfaces.legacy_add_weight_support
        def times(self, number):
            return 2 * number

    layer = Own(3, (3, 3), border_mode="same", init="he_normal", dim_ordering="th")
    assert (layer.padding, layer.data_format, layer.times(3)) == ("same", "channels_first", 6)
    assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)
    with pytest.raises(AttributeError, match="no attribute 'legacy_conv2d'"):
        interfaces.legacy_conv2d  # noqa: B018

    @interfaces.generate_legacy_interface(allowed_positional_args=["x"], conversions=[("nb", "count")])
    def number(self, count=0):
        return count

    assert number(None, nb=3) == 3
