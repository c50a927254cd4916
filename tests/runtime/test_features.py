"""What layers in the middle return, by their names: the same as Keras says."""

import os
import shutil

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import ArgumentError
from amalthea.images import resize, scale
from tests.live_weights import built_alive, set_live_weights, two_pictures
from tests.runtime.agreement import answers_of_keras, assert_close, numbers

NAMES = ["conv_dw_3_relu", "conv_pw_5", "global_average_pooling2d"]


@pytest.fixture(scope="module")
def mobilenet():
    keras.utils.clear_session()
    return built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(64, 48, 3)))


def of_keras(model, names, *arrays):
    part = keras.Model(model.inputs[0], [model.get_layer(name).output for name in names])
    return dict(zip(names, answers_of_keras(part, arrays), strict=True))


def assert_features(found, expected):
    assert list(found) == list(expected)
    for name, numbers_of_keras in expected.items():
        assert_close(found[name], numbers_of_keras, name)


def test_layers_by_name(mobilenet, data_format):
    x = two_pictures((64, 48, 3))
    if data_format == "channels_first":
        other = built_alive(lambda: MobileNet(alpha=0.25, weights=None, input_shape=(3, 64, 48)))
        assert_features(amalthea.predictor(other).features(x.transpose(0, 3, 1, 2), NAMES[:2]), {
            name: found.transpose(0, 3, 1, 2) for name, found in of_keras(mobilenet, NAMES[:2], x).items()
        })  # fmt: skip
    else:
        assert_features(amalthea.predictor(mobilenet).features(x, NAMES), of_keras(mobilenet, NAMES, x))


@pytest.mark.single_backend
def test_layers_by_glob(mobilenet):
    x = two_pictures((64, 48, 3))
    names = [layer.name for layer in mobilenet.layers if layer.name.startswith("conv_pw_1")]
    found = amalthea.predictor(mobilenet).features(x, ["conv_pw_1*", "conv_pw_11", "predictions"])
    assert_features(found, of_keras(mobilenet, [*names, "predictions"], x))
    assert_features(amalthea.predictor(mobilenet).features(x, "conv_pw_1?_relu"), of_keras(
        mobilenet, [name for name in names if name.endswith("_relu") and name != "conv_pw_1_relu"], x
    ))  # fmt: skip


@pytest.mark.single_backend
def test_every_layer_at_once(mobilenet):
    x = two_pictures((64, 48, 3))
    names = [layer.name for layer in mobilenet.layers[1:]]
    assert_features(amalthea.predictor(mobilenet).features(x, "*"), of_keras(mobilenet, names, x))


@pytest.mark.single_backend
def test_any_input_that_predict_takes(mobilenet):
    predictor = amalthea.predictor(mobilenet)
    x = np.concatenate([two_pictures((64, 48, 3), seed) for seed in range(4)])
    expected = predictor.features(x, NAMES)
    for found in (
        predictor.features(x.tolist(), NAMES),
        predictor.features(x, iter(NAMES), batch_size=3),
        predictor.features(iter([(x[:3], None), x[3:]]), NAMES),
    ):
        for name in NAMES:
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-5)
    assert {name: len(found) for name, found in predictor.features(x[:0], NAMES).items()} == dict.fromkeys(NAMES, 0)


@pytest.mark.single_backend
def test_the_part_is_made_once(mobilenet):
    predictor = amalthea.predictor(mobilenet)
    assert predictor.endings(("conv1",)) is predictor.endings(("conv1",))
    assert predictor.endings(("conv1",)) is not predictor.endings(("conv1", "conv1_relu"))


@pytest.mark.single_backend
def test_from_pictures_as_they_are_decoded(mobilenet):
    predictor = amalthea.predictor(mobilenet, preprocess=True)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 80, 30, 3), np.uint8)
    scaled = scale(np.stack([resize(picture, (64, 48), "nearest") for picture in pixels]), "tf")
    assert_features(predictor.features(pixels, NAMES), of_keras(mobilenet, NAMES, scaled))


@pytest.mark.single_backend
def test_layers_of_models_inside(mobilenet):
    """As the tutorials build it: a base in a Sequential model."""
    base = keras.Model(mobilenet.input, mobilenet.get_layer("conv_pw_5").output, name="base")
    model = keras.Sequential(
        [keras.Input((64, 48, 3)), base, layers.Flatten(name="flat"), layers.Dense(3, name="own")], name="whole"
    )
    set_live_weights(model)
    x = two_pictures((64, 48, 3))
    found = amalthea.predictor(model).features(x, ["conv_pw_3*", "base", "own", "conv1"])
    inside = of_keras(base, ["conv_pw_3", "conv_pw_3_bn", "conv_pw_3_relu", "conv_pw_5", "conv1"], x)
    [own] = answers_of_keras(model, [x])
    expected = {name: inside[name] for name in list(inside)[:3]}
    assert_features(found, expected | {"base": inside["conv_pw_5"], "own": own, "conv1": inside["conv1"]})


@pytest.mark.single_backend
def test_a_model_in_a_model_in_a_model():
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(5, name="deep", activation="tanh")], name="inner")
    middle = keras.Sequential([keras.Input((6,)), inner, layers.Dense(4, name="high")], name="middle")
    model = keras.Sequential([keras.Input((6,)), layers.Dense(6, name="low"), middle], name="outer")
    set_live_weights(model)
    x = numbers(3, 6)
    found = amalthea.predictor(model).features(x, ["deep", "low"])
    low = of_keras(model, ["low"], x)["low"]
    assert_features(found, of_keras(inner, ["deep"], low) | {"low": low})


@pytest.mark.single_backend
def test_a_layer_that_is_used_twice():
    """Two inputs, one network for both."""
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    twin = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="shared", activation="relu")], name="twin")
    difference = layers.Subtract(name="difference")([twin(left), twin(right)])
    model = keras.Model([left, right], difference, name="siamese")
    set_live_weights(model)
    a, b = numbers(5, 4), numbers(5, 4, seed=1)
    predictor = amalthea.predictor(model)
    first, second = answers_of_keras(twin, [a])[0], answers_of_keras(twin, [b])[0]
    found = predictor.features([a, b], ["shared*", "difference"])
    assert list(found) == ["shared", "shared:1", "difference"]
    assert sorted(found[name].sum() for name in ("shared", "shared:1")) == pytest.approx(
        sorted([first.sum(), second.sum()]), abs=1e-4
    )
    np.testing.assert_allclose(found["difference"], first - second, rtol=0, atol=1e-5)
    # Only one of the inputs leads there, but both are given.
    for name in ("twin", "twin:1"):
        [alone] = predictor.features({"left": a, "right": b}, name).values()
        assert min(np.abs(alone - first).max(), np.abs(alone - second).max()) < 1e-5
    with pytest.raises(ArgumentError, match="siamese takes 2 inputs, given was a ndarray"):
        predictor.features(a, "twin")


@pytest.mark.single_backend
def test_by_name_the_part_is_kept(cached_weights, home, monkeypatch):
    """That the next process needs no Keras for it: test_preprocess.py."""
    names, x = ["conv_pw_1_relu", "conv1"], two_pictures((224, 224, 3))
    first = amalthea.predictor("MobileNet", alpha=0.25).features(x, names)
    assert len(list((home / "cache" / "graphs").glob("*"))) == 2
    monkeypatch.setattr("amalthea.architectures.get_model", None)
    second = amalthea.predictor("MobileNet", alpha=0.25).features(x, names)
    assert_features(second, of_keras(MobileNet(alpha=0.25), names, x))
    for name in names:
        np.testing.assert_array_equal(second[name], first[name])


@pytest.mark.single_backend
def test_by_name_with_random_weights():
    """They are the same ones that answer."""
    predictor, x = amalthea.predictor("MobileNet", alpha=0.25, weights=None), two_pictures((224, 224, 3))
    np.testing.assert_allclose(predictor.features(x, "predictions")["predictions"], predictor(x), rtol=0, atol=1e-6)


@pytest.mark.single_backend
def test_weights_that_changed_since_are_noticed():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(5, name="low"), layers.Dense(2, name="high")], name="own")
    predictor, x = amalthea.predictor(model), numbers(3, 6)
    kept = predictor.features(x, "low")["low"]
    set_live_weights(model)
    np.testing.assert_array_equal(predictor.features(x, "low")["low"], kept)
    with pytest.raises(
        ArgumentError, match=r"own has other weights than when this predictor was made of it. Make anot"
    ):
        predictor.features(x, "high")


@pytest.mark.single_backend
def test_a_weight_file_that_changed_since_is_noticed(cached_weights):
    own = shutil.copy(cached_weights / "mobilenet_2_5_224_tf.h5", cached_weights / "own.h5")
    predictor = amalthea.predictor("MobileNet", alpha=0.25, weights=own)
    os.utime(own)
    with pytest.raises(
        ArgumentError, match="MobileNet: the file of its weights is another one than when this predictor"
    ):
        predictor.features(two_pictures((224, 224, 3)), "conv1")


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("conv_pw_55", r"mobilenet.* has no layer 'conv_pw_55'. Did you mean conv_pw_5 or .*layers=\['\*'\] takes all"),
        (["conv1", "block5_*"], r"has no layer 'block5_\*'. Its last ones are .*predictions\."),
        ([], "layers is empty; give names of layers, or globs such as"),
        ([3], r"a layer goes by its name, .* such as '\*_pool'; given was 3"),
        (3, "a layer goes by its name, .*; given was 3"),
        ([b"conv1"], "a layer goes by its name, .*; given was b'conv1'"),
        ([["conv1"]], r"a layer goes by its name, .*; given was \['conv1'\]"),
        ("", "has no layer ''"),
    ],
    ids=["near", "glob", "empty", "number", "alone", "bytes", "list", "nothing"],
)
def test_no_such_layer(mobilenet, wanted, message):
    with pytest.raises(ArgumentError, match=message):
        amalthea.predictor(mobilenet).features(two_pictures((64, 48, 3)), wanted)


@pytest.mark.single_backend
def test_other_pictures_than_it_takes(mobilenet):
    with pytest.raises(ArgumentError, match=r"takes arrays of shape \(batch, 64, 48, 3\); given was \(1, 9, 9, 3\)"):
        amalthea.predictor(mobilenet).features(np.zeros((1, 9, 9, 3)), "conv1")
