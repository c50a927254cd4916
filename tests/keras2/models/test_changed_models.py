"""Models that scripts change after they are made: layers on top, and layers taken off."""

import keras
import numpy as np
import pytest

from amalthea import _keras, applications
from amalthea.architectures import variant_of
from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError
from amalthea.keras2._models.networks import network_of
from amalthea.keras2._spelling import adopt
from amalthea.keras2.layers import Dense, Dropout, Flatten, GlobalAveragePooling2D
from amalthea.keras2.models import Input, Model, Sequential
from tests.live_weights import built_alive, set_live_weights

PICTURES = np.random.default_rng(0).standard_normal((4, 32, 32, 3), dtype=np.float32)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def small_base():
    picture = Input(shape=(8, 8, 3))
    features = GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, name="conv", data_format="channels_last")(picture))
    model = Model(input=picture, output=features, name="base")
    set_live_weights(model)
    return model


def head(size=4):
    model = Sequential(name="top")
    model.add(Dense(3, activation="relu", input_dim=size))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    set_live_weights(model, seed=1)
    return model


def test_a_head_on_top_of_a_functional_model():
    base, top, same = small_base(), head(), []
    same.append(base)
    before, kept = numbers(base(PICTURES[:, :8, :8])), base.get_weights()
    expected = numbers(top(before))
    base.add(top)
    assert base is same[0]
    assert base.output_shape == (None, 1)
    assert base.name == "base"
    assert [layer.name for layer in base.layers][-2:] == [base.layers[-2].name, "top"]
    assert len(base.weights) == len(kept) + 4
    assert base.output_names == ["top"]
    np.testing.assert_allclose(numbers(base(PICTURES[:, :8, :8])), expected, rtol=1e-6)
    with pytest.raises(ArgumentTypeError, match=r"base.add\('dense'\): only a layer or a model can be added"):
        base.add("dense")
    base.add(keras.layers.Rescaling(2.0))
    np.testing.assert_allclose(numbers(base(PICTURES[:, :8, :8])), 2 * expected, rtol=1e-6)


def test_the_whole_learns_but_for_what_is_frozen(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    model, top = small_base(), head()
    model.add(top)
    model.get_layer("conv").trainable = False
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(0.1))
    before = [np.copy(array) for array in model.get_weights()]
    model.fit(PICTURES[:, :8, :8], np.array([0, 1, 0, 1]), epochs=1, batch_size=4, verbose=0)
    moved = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [False, False, True, True, True, True]
    np.testing.assert_array_equal(numbers(top(np.ones((1, 4)))), numbers(model.layers[-1](np.ones((1, 4)))))


@pytest.mark.single_backend
def test_a_changed_model_opens_in_plain_keras(tmp_path):
    model = small_base()
    model.add(head())
    keras.saving.save_model(model, tmp_path / "whole.keras")
    plain = keras.saving.load_model(tmp_path / "whole.keras")
    assert type(plain) is _keras.functional_class()
    np.testing.assert_array_equal(numbers(plain(PICTURES[:, :8, :8])), numbers(model(PICTURES[:, :8, :8])))


def vgg():
    return adopt(built_alive(lambda: applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))))


@pytest.mark.single_backend
def test_the_place_of_the_last_block_is_named():
    model = vgg()
    assert len(model.layers) == 19
    assert network_of(model).name == "VGG16"
    model.add(Sequential([Flatten(input_shape=(1, 1, 512)), Dense(1)]))
    advice = r"layers\[:25\] is all of its 20 layers; if this is to freeze all but the last block, did you mean 15\?"
    with pytest.warns(AmaltheaWarning, match=advice):
        chosen = model.layers[:25]
    assert [layer.name for layer in chosen] == [layer.name for layer in model.layers]
    assert model.layers[15].name == "block5_conv1"
    advice = r"layers\[25:\] is none of its 20 layers; if this is to train the last block, did you mean 15\?"
    with pytest.warns(AmaltheaWarning, match=advice):
        assert model.layers[25:] == []
    for right in (slice(15), slice(15, None), slice(-4, None), slice(None, None, -1), slice(0, 20), slice(None)):
        assert model.layers[right] == list(model.layers)[right]
    assert variant_of(model) is None, "with a head it is another network, whose scores are no classes of ImageNet"
    assert network_of(model).name == "VGG16"


@pytest.mark.single_backend
def test_a_model_of_nobody_we_know_gets_no_number():
    with pytest.warns(AmaltheaWarning, match=r"all of its 3 layers\. Count the layers: model.summary\(\)\."):
        small_base().layers[:7]
    new = Model(input=(base := vgg()).input, output=Dense(2)(Flatten()(base.output)))
    with pytest.warns(AmaltheaWarning, match=r"did you mean 15\? There begins block5, the last block of VGG16\."):
        new.layers[:100]


def test_layers_popped_from_the_list_are_still_computed():
    model = small_base()
    expected = numbers(model(PICTURES[:, :8, :8]))
    last = model.layers[-1]
    with pytest.warns(AmaltheaWarning, match=rf"loses '{last.name}', but the network still computes it"):
        assert model.layers.pop() is last
    assert [layer.name for layer in model.layers][-1] == "conv"
    assert model.get_layer(index=-1).name == "conv"
    np.testing.assert_array_equal(numbers(model(PICTURES[:, :8, :8])), expected)
    assert len(keras.models.model_from_json(model.to_json()).layers) == 3, "Keras itself sees all of them"
    model.outputs = [model.layers[-1].output]  # what scripts did then, and what did shorten the network
    assert model.output_shape == (None, 6, 6, 4)
    assert model.predict(PICTURES[:, :8, :8], verbose=0).shape == (4, 6, 6, 4)
    with pytest.warns(AmaltheaWarning, match="loses 'conv'"):
        del model.layers[-1]
    assert len(model.layers) == 1


def test_a_sequential_model_that_is_shortened():
    model = head()
    expected = numbers(model.layers[0](np.ones((2, 4))))
    for _ in range(2):
        with pytest.warns(AmaltheaWarning, match="still computes"):
            model.layers.pop()
    assert model.output_shape == (None, 1)
    model.outputs = [model.layers[-1].output]
    assert model.output_shape == (None, 3)
    np.testing.assert_array_equal(numbers(model(np.ones((2, 4)))), expected)
    model.add(Dense(7))
    assert model.output_shape == (None, 7)
    assert model.pop().units == 7
    assert model.output_shape == (None, 3)
    with pytest.raises(ArgumentError, match="is the output of no layer of this model"):
        model.outputs = [Input((2,))]
