"""Heads that are written down before anybody knows how large the pictures are."""

import h5py
import keras
import numpy as np
import pytest

from amalthea import applications
from amalthea.errors import AmaltheaError, ArgumentError, MissingFileError, WeightsMismatchError
from amalthea.keras2._spelling import adopt
from amalthea.keras2.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten
from amalthea.keras2.models import Sequential
from tests.live_weights import built_alive, set_live_weights

MAPS = np.random.default_rng(0).standard_normal((6, 2, 3, 16), dtype=np.float32)


def numbers(tensor):
    return keras.ops.convert_to_numpy(tensor)


def head(shape, name="top"):
    model = Sequential(name=name)
    model.add(Flatten(input_shape=shape))
    model.add(Dense(8, activation="relu", name="hidden"))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid", name="scores"))
    return model


def known_head():
    model = head((2, 3, 16))
    set_live_weights(model)
    return model


@pytest.fixture
def weights(tmp_path):
    """The weights of a head for maps of 2 × 3, as Keras 2 wrote them: written by hand with h5py."""
    path, model = tmp_path / "fc_model.h5", known_head()
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.0.8"
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{array}:0".encode() for array in ("kernel", "bias")[: len(layer.weights)]]
            group.attrs["weight_names"] = names
            for name, array in zip(names, layer.get_weights(), strict=True):
                group[name.decode()] = array
    return path


def test_weights_tell_the_size(weights):
    model = head((None, None, 16))
    assert model.input_shape == (None, None, None, 16)
    assert not model.built
    model.load_weights(weights)
    assert model.built
    assert model.output_shape == (None, 1)
    np.testing.assert_array_equal(numbers(model(MAPS)), numbers(known_head()(MAPS)))
    np.testing.assert_array_equal(model.predict(MAPS, verbose=0), model.predict(MAPS[:, ::1], verbose=0))
    assert [variable.path for variable in model.weights] == [
        f"top/{layer}/{kind}" for layer in ("hidden", "scores") for kind in ("kernel", "bias")
    ]
    other = np.zeros((2, 3, 3, 16), np.float32)
    with pytest.raises(Exception, match="96"):
        model(other)


@pytest.mark.single_backend
def test_what_is_written_can_be_read_by_keras(weights, tmp_path):
    """The size that the weights or the data told is in the description, without which Keras could not build it."""
    square, longer = MAPS[:, :, :2], MAPS
    for maps in (square, longer):
        twin = head(maps.shape[1:])
        set_live_weights(twin)
        path = tmp_path / f"{maps.shape[2]}.weights.h5"
        twin.save_weights(path)
        model = head((None, None, 16))
        model.load_weights(path)
        if maps is longer:
            model.predict(maps, verbose=0)
        described = model.to_json()
        assert keras.models.model_from_json(described).input_shape == (None, *maps.shape[1:])
        for name in ("whole.keras", "whole.h5"):
            model.save(tmp_path / name)
            loaded = keras.saving.load_model(tmp_path / name)
            assert type(loaded) is keras.Sequential
            np.testing.assert_array_equal(numbers(loaded(maps)), numbers(twin(maps)))
    unknown = head((None, None, 16))
    unknown.load_weights(weights)
    assert unknown.get_config()["layers"][0]["config"]["batch_shape"] == (None, None, None, 16)


def test_weights_that_do_not_fit(weights, tmp_path):
    model = head((None, None, 16))
    model.layers[1].units = 9
    with pytest.raises(WeightsMismatchError, match=r"fc_model.h5 does not tell the size of 'hidden'.*\(None, 9\)"):
        model.load_weights(weights)
    with pytest.raises(MissingFileError, match=r"no file .*gone\.h5"):
        head((None, None, 16)).load_weights(tmp_path / "gone.h5")


def test_the_first_data_tell_the_size():
    model = head((None, None, 16))
    assert model.predict(MAPS, verbose=0).shape == (6, 1)
    assert model.get_layer("hidden").get_weights()[0].shape == (96, 8)
    again = head((None, None, 16))
    assert again(MAPS).shape == (6, 1)


def test_training_tells_the_size(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")
    model = head((None, None, 16))
    model.compile(loss="binary_crossentropy", optimizer="rmsprop")
    model.fit(MAPS, np.array([0, 1] * 3), epochs=2, batch_size=3, verbose=0)
    kernel = model.get_layer("hidden").get_weights()[0]
    assert kernel.shape == (96, 8)
    model.fit(MAPS, np.array([0, 1] * 3), epochs=1, batch_size=3, verbose=0)
    assert not np.array_equal(kernel, model.get_layer("hidden").get_weights()[0])


def test_nobody_tells_the_size():
    model = head((None, None, 16))
    with pytest.raises(ArgumentError, match=r"the size of what 'hidden' gets is not known.*Load the weights of top"):
        model(keras.Input((None, None, 16)))
    base = adopt(keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(16, 3)]))
    with pytest.raises(AmaltheaError, match="is not known"):
        Sequential([base, head((None, None, 16), "second")]).build((None, None, None, 3))


@pytest.mark.single_backend
def test_a_base_and_a_head_as_in_the_tutorial(weights, backend):
    """The third script of seed 000: an open base, a head whose weights come before the size is known, ``add``."""
    build = lambda: applications.MobileNet(  # noqa: E731
        alpha=0.25, weights=None, include_top=False, input_shape=(None, None, 3)
    )
    base = adopt(built_alive(build))
    pictures = np.random.default_rng(0).standard_normal((4, 64, 96, 3), dtype=np.float32)
    features = numbers(base(pictures))
    top = Sequential()
    top.add(Flatten(input_shape=base.output_shape[1:]))
    top.add(Dense(4, activation="relu"))
    top.add(Dense(1, activation="sigmoid"))
    flat = Flatten(input_shape=features.shape[1:])
    twin = Sequential([flat, Dense(4, activation="relu"), Dense(1, activation="sigmoid")])
    set_live_weights(twin)
    path = weights.parent / "twin.weights.h5"
    keras.Model.save_weights(twin, path)
    top.load_weights(path)
    base.add(top)
    assert base.output_shape == (None, 1)
    np.testing.assert_allclose(base.predict(pictures, verbose=0), numbers(twin(features)), rtol=1e-3, atol=1e-4)
    if backend != "openvino":
        base.compile(loss="binary_crossentropy", optimizer="sgd")
        base.fit(pictures, np.array([0, 1, 1, 0]), verbose=0)


def test_a_base_inside_a_sequential_model():
    convolution = keras.layers.Conv2D(5, 3, data_format="channels_last")
    base = adopt(keras.Sequential([keras.Input((None, None, 3)), convolution]))
    model = Sequential([base, Flatten(), BatchNormalization(), Dense(2)])
    assert not model.built
    pictures = np.ones((3, 6, 7, 3), np.float32)
    assert model.predict(pictures, verbose=0).shape == (3, 2)
    assert model.layers[-1].get_weights()[0].shape == (4 * 5 * 5, 2)


def test_where_the_size_is_known_nothing_waits():
    model = Sequential([Conv2D(4, 3, input_shape=(None, None, 3)), keras.layers.GlobalAveragePooling2D(), Dense(2)])
    assert model.built
    assert model.output_shape == (None, 2)
    assert head((2, 3, 16)).built
