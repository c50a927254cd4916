"""Layers by the names that they had in Keras 1 and 2."""

import h5py
import keras
import numpy as np
import pytest

from amalthea import _keras, applications
from amalthea.errors import ArgumentError
from amalthea.keras2._models.naming import automatic_name, name_as_then, prefix_of
from amalthea.keras2._models.resnet50_names import todays_names
from amalthea.keras2._spelling import adopt, recording
from amalthea.keras2.layers import Activation, Conv2D, Dense
from amalthea.keras2.models import Input, Model
from tests.live_weights import built_alive, two_pictures

pytestmark = pytest.mark.single_backend


@pytest.fixture(autouse=True)
def counted_from_one():
    keras.backend.clear_session()


def empty(build):
    with _keras.no_initial_values():
        return adopt(build())


def test_prefixes_of_names():
    expected = {
        "Dense": "dense",
        "Conv2D": "conv2d",
        "MaxPooling2D": "max_pooling2d",
        "BatchNormalization": "batch_normalization",
        "GlobalAveragePooling2D": "global_average_pooling2d",
        "LeakyReLU": "leaky_re_lu",
        "ZeroPadding2D": "zero_padding2d",
        "SeparableConv2D": "separable_conv2d",
        "InputLayer": "input",
        "Functional": "model",
        "Sequential": "sequential",
    }
    assert {kind: prefix_of(kind) for kind in expected} == expected
    assert [automatic_name("Dense"), automatic_name("Dense"), automatic_name("PReLU")] == [
        "dense_1",
        "dense_2",
        "p_re_lu_1",
    ]
    keras.backend.clear_session()
    assert automatic_name("Dense") == "dense_1"


def test_the_old_resnet50_has_aliases():
    """Against keras-applications 1.0.8, whose names and order of layers are those of Keras 2.2."""
    model = empty(lambda: applications.ResNet50(weights=None, input_shape=(64, 64, 3), include_top=True))
    for old, today in {
        "conv1": "conv1_conv",
        "bn_conv1": "conv1_bn",
        "res2a_branch2a": "conv2_block1_1_conv",
        "res2a_branch1": "conv2_block1_0_conv",
        "bn5c_branch2c": "conv5_block3_3_bn",
        "res5c_branch2c": "conv5_block3_3_conv",
        "activation_1": "conv1_relu",
        "activation_2": "conv2_block1_1_relu",
        "activation_4": "conv2_block1_out",
        "activation_49": "conv5_block3_out",
        "add_16": "conv5_block3_add",
        "merge_1": "conv2_block1_add",
        "max_pooling2d_1": "pool1_pool",
        "flatten_1": "avg_pool",
        "fc1000": "predictions",
        "input_1": "input_1",
    }.items():
        assert model.get_layer(old).name == today, old
    names = {layer.name for layer in model.layers}
    assert set(todays_names().values()) <= names
    assert sum(layer.name not in todays_names().values() for layer in model.layers) == 2  # the input and a padding


def test_aliases_compute_what_the_old_layers_computed():
    """Against the network of keras-applications 1.0.8, which has the old names."""
    build = pytest.importorskip("keras_applications.resnet50").ResNet50
    parts = {name: getattr(keras, name) for name in ("backend", "layers", "models", "utils")}
    then = built_alive(lambda: build(weights=None, input_shape=(64, 64, 3), **parts))
    name_as_then(then.layers)
    model = empty(lambda: applications.ResNet50(weights=None, input_shape=(64, 64, 3)))
    names = [layer.name for layer in then.layers if layer.name in todays_names()]
    assert len(names) > 160
    for layer in map(then.get_layer, names):
        ours = model.get_layer(layer.name)
        for variable, value in zip(ours.weights, layer.get_weights(), strict=True):
            _keras.give_value(variable, value)
        if hasattr(layer, "epsilon"):
            ours.epsilon = layer.epsilon
    chosen = [name for name in names if name.startswith(("activation", "add", "bn_", "max_", "fc"))]
    pictures = two_pictures((64, 64, 3))
    expected = keras.Model(then.input, [then.get_layer(name).output for name in chosen])(pictures)
    found = keras.Model(model.input, [model.get_layer(name).output for name in chosen])(pictures)
    for name, ours, theirs in zip(chosen, found, expected, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs), err_msg=name
        )


def test_a_deeper_network_has_none_of_them():
    model = empty(lambda: applications.ResNet101(weights=None, include_top=False, input_shape=(64, 64, 3)))
    with pytest.raises(ArgumentError, match=r"resnet101 has no layer 'activation_49'\. Did you mean"):
        model.get_layer("activation_49")


def test_layers_that_keras_named_are_counted_from_one():
    built = [
        empty(lambda: applications.InceptionV3(weights=None, include_top=False, input_shape=(96, 96, 3)))
        for _ in range(2)
    ]
    first, second = built
    assert first.layers[1].name == "conv2d_1"
    assert first.get_layer("conv2d_94").name == "conv2d_94"
    assert first.get_layer("batch_normalization_94").name == "batch_normalization_94"
    assert (first.layers[0].name, second.layers[0].name) == ("input_1", "input_2")
    assert second.layers[1].name == "conv2d_95"
    assert second.get_layer("conv2d_3") is second.get_layer("conv2d_97"), "its third, whatever was made before"
    assert first.get_layer("mixed10").name == "mixed10"
    assert first.output_names == ["mixed10"]
    layers = {layer.name: layer for layer in first.layers}
    assert len(layers) == len(first.layers)
    plain = applications.InceptionV3(weights=None, include_top=False, input_shape=(96, 96, 3))
    order = [(type(layer).__name__, layer.output.shape) for layer in plain.layers]
    assert [(type(layer).__name__, layer.output.shape) for layer in first.layers] == order


def test_new_layers_do_not_take_the_names_of_the_network():
    base = empty(lambda: applications.InceptionV3(weights=None, include_top=False, input_shape=(96, 96, 3)))
    added = Conv2D(4, (1, 1), data_format="channels_last")
    assert added.name == "conv2d_95"
    model = Model(input=base.input, output=added(base.output))
    assert model.get_layer("conv2d_95") is added
    assert len({layer.name for layer in model.layers}) == len(model.layers)


def test_names_that_a_constructor_gave_stay():
    """Against keras-applications 1.0.8, where MobileNet had ``dropout`` and ``reshape_2``, and VGG16 ``flatten``."""
    mobile = empty(lambda: applications.MobileNet(weights=None, alpha=0.25, input_shape=(32, 32, 3)))
    assert {"dropout", "reshape_2"} <= {layer.name for layer in mobile.layers}
    assert [mobile.get_layer(name).name for name in ("dropout", "reshape_2")] == ["dropout", "reshape_2"]
    for other in ("reshape_1", "dropout_1"):  # the first one of then reshaped what is pooled
        with pytest.raises(ArgumentError, match=f"has no layer '{other}'. Did you mean"):
            mobile.get_layer(other)
    vgg = empty(lambda: applications.VGG16(weights=None, input_shape=(32, 32, 3)))
    assert vgg.get_layer("flatten").name == "flatten"


def test_layers_by_place_and_what_is_not_there():
    rows = Input((3,))
    model = Model(input=rows, output=Dense(2, name="scores")(Dense(4)(rows)), name="net")
    assert model.get_layer(index=2).name == "scores"
    assert model.get_layer("scores") is model.layers[-1]
    with pytest.raises(ArgumentError, match=r"net has no layer 'score'. Did you mean scores\?"):
        model.get_layer("score")
    with pytest.raises(ArgumentError, match="net has no layer 'dense_2'"):
        model.get_layer("dense_2")
    with pytest.raises(ArgumentError, match=r"get_layer\(index=3\): net has 3 layers"):
        model.get_layer(index=3)
    for both in ({}, {"name": "scores", "index": 1}):
        with pytest.raises(ArgumentError, match="give one of them"):
            model.get_layer(**both)


def test_adopting_changes_no_weights_and_no_names_of_other_models():
    plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense"), keras.layers.Dense(1, name="b")])
    names, weights = [layer.name for layer in plain.layers], plain.get_weights()
    rows = np.ones((2, 3), np.float32)
    expected = plain.predict(rows, verbose=0)
    assert adopt(plain) is plain
    assert [layer.name for layer in plain.layers] == names
    assert all(isinstance(layer, Dense) for layer in plain.layers)
    np.testing.assert_array_equal(plain.predict(rows, verbose=0), expected)
    assert all(np.array_equal(a, b) for a, b in zip(weights, plain.get_weights(), strict=True))
    model = built_alive(lambda: applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3)))
    before = [layer.name for layer in model.layers]
    assert [layer.name for layer in adopt(model).layers][1:] == before[1:]


def test_names_with_strokes_are_found_by_both_spellings(tmp_path):
    def network():
        rows = Input((3,), name="data/rows")
        hidden = Activation("relu", name="fc6/relu")(Dense(4, name="fc6")(rows))
        return Model(rows, Dense(2, name="fc7/scores")(hidden), name="vgg/face")

    with recording() as notes:
        model, other = network(), network()
    assert [layer.name for layer in model.layers] == ["data_rows", "fc6", "fc6_relu", "fc7_scores"]
    assert model.name == "vgg_face"
    assert any("'fc6/relu' is 'fc6_relu' today" in note.text for note in notes)
    assert model.get_layer("fc6/relu") is model.get_layer("fc6_relu") is model.layers[2]
    model.save_weights(tmp_path / "new.h5")
    with h5py.File(tmp_path / "new.h5") as new, h5py.File(tmp_path / "old.h5", "w") as old:  # as Keras 2 had it
        old.attrs["layer_names"] = [b"fc7/scores"]
        weights = old.create_group("fc7/scores")
        weights.attrs["weight_names"] = [b"fc7/scores/kernel:0", b"fc7/scores/bias:0"]
        for name in ("kernel:0", "bias:0"):
            weights[f"fc7/scores/{name}"] = new[f"fc7_scores/fc7_scores/{name}"][()]
    other.load_weights(tmp_path / "old.h5", by_name=True)
    for one, same in zip(model.layers[-1].get_weights(), other.layers[-1].get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
