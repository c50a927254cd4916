"""What the arguments of layers were called, what is said of them, and what is gone."""

import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError
from amalthea.keras2 import layers
from amalthea.keras2._spelling import recording
from amalthea.keras2._spelling.era import written_for

pytestmark = pytest.mark.single_backend


def test_convolution_of_keras_1():
    layer = layers.Convolution2D(
        32, 3, 5, border_mode="same", init="he_normal", dim_ordering="th", subsample=(2, 2), W_regularizer="l2"
    )
    assert (layer.filters, layer.kernel_size, layer.strides, layer.padding) == (32, (3, 5), (2, 2), "same")
    assert layer.data_format == "channels_first"
    assert isinstance(layer.kernel_initializer, keras.initializers.HeNormal)
    assert isinstance(layer.kernel_regularizer, keras.regularizers.L2)
    assert (layer.nb_filter, layer.border_mode, layer.subsample) == (32, "same", (2, 2))  # as scripts ask for them


def test_three_numbers_are_a_kernel_and_one_line_says_so():
    with pytest.warns(AmaltheaWarning, match=r"Conv2D\(32, 3, 3\) is read as Keras 1 and 2 did") as said:
        layer = layers.Conv2D(32, 3, 3)
    assert (layer.kernel_size, layer.strides) == ((3, 3), (1, 1))
    assert [each.filename for each in said] == [__file__]
    plain = keras.layers.Conv2D(32, 3, 3)
    assert (plain.kernel_size, plain.strides) == ((3, 3), (3, 3))


def test_a_name_of_keras_1_is_certain_and_noted():
    with recording() as notes:
        made = [
            layers.Convolution2D(32, 3, 3),
            layers.convolutional.Convolution2D(
                32, 3, 3
            ),
            layers.SeparableConvolution2D(32, 3, 3),
            layers.Deconvolution2D(32, 3, 3),
        ]  # fmt: skip
    assert all((layer.kernel_size, layer.strides) == ((3, 3), (1, 1)) for layer in made)
    said = [note.text for note in notes]
    assert "Convolution2D(32, 3, 3) is read in the order of Keras 1: nb_filter, nb_row, nb_col" in said


def test_where_the_script_is_certain_nothing_is_said():
    with written_for(1):
        assert layers.Conv2D(32, 3, 3).kernel_size == (3, 3)
    assert layers.Conv2D(32, 3, 3, border_mode="same").kernel_size == (3, 3)
    assert layers.Conv2D(32, 3, 3, "uniform", "relu").kernel_size == (3, 3)


@pytest.mark.parametrize(
    ("positional", "named", "kernel", "strides"),
    [
        ((32, (3, 2)), {}, (3, 2), (1, 1)),
        ((32, 3), {}, (3, 3), (1, 1)),
        ((32, 3), {"strides": 3}, (3, 3), (3, 3)),
        ((32, (3, 3), 2), {}, (3, 3), (2, 2)),
        ((32, 3, 2, "same"), {}, (3, 3), (2, 2)),
        ((), {"nb_filter": 32, "nb_row": 2, "nb_col": 3}, (2, 3), (1, 1)),
        ((32,), {"kernel_size": 3, "strides": 2}, (3, 3), (2, 2)),
    ],
)
def test_kernels_and_strides(positional, named, kernel, strides):
    layer = layers.Conv2D(*positional, **named)
    assert (layer.kernel_size, layer.strides) == (kernel, strides)


def test_what_is_translated_is_noted():
    with recording() as notes:
        layers.Dense(output_dim=3, init="uniform")
    assert [(note.filename, note.text) for note in notes] == [
        (__file__, "Dense(output_dim=…) is units=… today"),
        (__file__, "Dense(init=…) is kernel_initializer=… today"),
    ]


def test_todays_spelling_works_as_well():
    layer = layers.Conv2D(4, 3, padding="same", groups=2, kernel_initializer="zeros", dtype="float16")
    assert (layer.groups, layer.padding, layer.compute_dtype) == (2, "same", "float16")
    assert layers.Dropout(0.25).rate == layers.Dropout(p=0.25).rate == 0.25
    assert layers.LeakyReLU(negative_slope=0.2).negative_slope == layers.LeakyReLU(0.2).alpha == 0.2


def test_defaults_of_then():
    assert layers.GRU(3).reset_after is False
    assert layers.CuDNNGRU(3).reset_after is True
    assert layers.AveragePooling2D().pool_size == (2, 2)
    keras.config.set_image_data_format("channels_first")
    try:
        assert layers.Conv1D(3, 2).data_format == layers.MaxPooling1D().data_format == "channels_last"
        assert layers.Conv2D(3, (2, 2)).data_format == "channels_first"
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.BatchNormalization(mode=2), ArgumentTypeError, r"mode=2\) is gone.*training=True"),
        (lambda: layers.BatchNormalization(mode=1), ArgumentTypeError, r"mode=1\) is gone.*LayerNormalization"),
        (lambda: layers.Conv2D(3, (3, 3), border_mode="full"), ArgumentError, "'full' is gone.*ZeroPadding2D"),
        (lambda: layers.Dense(3, output_dim=4), TypeError, "units"),
        (lambda: layers.Conv2D(3, (3, 3), filters=4), ArgumentTypeError, "Conv2D got filters twice"),
        (lambda: layers.Conv2D(3, 3, 3, nb_row=3), ArgumentTypeError, "Conv2D got nb_row twice"),
        (lambda: layers.Embedding(10, 2, dropout=0.1), ArgumentTypeError, "SpatialDropout1D"),
        (lambda: layers.TimeDistributedDense(3), ArgumentError, r"TimeDistributed\(Dense"),
        (lambda: layers.Highway(), ArgumentError, "Highway is gone"),
        (lambda: layers.MaxoutDense(3), ArgumentError, "maximum"),
        (lambda: layers.LocallyConnected2D(3, 3, 3), ArgumentError, "Use Conv2D"),
        (lambda: layers.LocallyConnected1D(3, 3), ArgumentError, "Use Conv1D"),
        (lambda: layers.SReLU(), ArgumentError, "PReLU"),
        (lambda: layers.ParametricSoftplus(), ArgumentError, "softplus"),
        (lambda: layers.merge([], mode="join"), ArgumentError, "'join'.*'concat'"),
        (lambda: layers.Dense(3, nonsense=1), ValueError, "nonsense"),
        (lambda: layers.Nonsense, AttributeError, "Nonsense"),
    ],
)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_off_is_not_gone():
    assert layers.BatchNormalization(mode=0, axis=[3]).axis == 3
    assert layers.Embedding(10, 2, dropout=0.0).output_dim == 2


def test_hard_sigmoid_has_changed_and_one_line_says_so():
    with pytest.warns(AmaltheaWarning, match="hard_sigmoid.*1/6 today, by 1/5"):
        layers.LSTM(3, inner_activation="hard_sigmoid")


def test_an_impossible_size_of_a_transposed_convolution():
    layer = layers.Deconvolution2D(4, 3, 3, output_shape=(None, 99, 16, 4), subsample=(2, 2), border_mode="same")
    with pytest.raises(ArgumentError, match=r"output_shape=\(None, 99, 16, 4\) cannot come from inputs of shape"):
        layer(keras.Input((7, 8, 3)))


def test_channels_first_computes_the_same():
    pictures = np.random.default_rng(0).normal(size=(2, 6, 7, 3)).astype("float32")
    last = layers.Convolution2D(4, 3, 3, border_mode="same", dim_ordering="tf")
    first = layers.Convolution2D(4, 3, 3, border_mode="same", dim_ordering="th")
    expected = last(pictures)
    first.build((None, 3, 6, 7))
    first.set_weights(last.get_weights())
    found = keras.ops.transpose(first(pictures.transpose(0, 3, 1, 2)), (0, 2, 3, 1))
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (found, expected)), rtol=1e-4, atol=1e-5)


def test_functional_forms_of_merge():
    left, right = keras.Input((4,)), keras.Input((4,))
    assert layers.merge([left, right], mode="concat").shape == (None, 8)
    assert layers.merge([left, right], mode="cos", dot_axes=1).shape == (None, 1, 1)
    branches = [keras.Sequential([keras.Input((3,)), layers.Dense(2)]) for _ in range(2)]
    merged = layers.Merge(branches, mode="concat", concat_axis=1)
    assert len(merged.inputs) == 2
    assert merged.output_shape == (None, 4)
    assert merged.predict_on_batch([np.ones((5, 3))] * 2).shape == (5, 4)
