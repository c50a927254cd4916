"""Grad-CAM against what can be computed without gradients: the closed form of CAM, and finite differences."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea import explain
from amalthea.errors import ArgumentError
from tests.live_weights import set_live_weights
from tests.transfer.explanation.pictures import COLUMNS, ROWS, as_map, base, classifier, feature_map, noise, pooled
from tests.transfer.training.rows import trains

pytestmark = trains


def assert_map(explanation, expected):
    np.testing.assert_allclose(explanation.map, expected, rtol=0, atol=1e-4)
    assert (explanation.map.max(), explanation.map.dtype) == (1, np.float32)


@pytest.mark.parametrize("target", [0, 1, 2])
def test_the_closed_form(target):
    """Of pooled features, the gradient is the kernel: CAM (Zhou et al. 2016)."""
    model, picture = classifier(*pooled()), noise()
    explanation = explain(model, picture, target=target, scaling="tf")
    kernel = model.get_layer("scores").get_weights()[0]
    assert_map(explanation, as_map(feature_map(model, "base_last", picture) @ kernel[:, target]))
    assert (explanation.method, explanation.layer, explanation.target) == ("grad_cam", "base_last", str(target))
    pixels = picture[None].astype(np.float32) / 127.5 - 1
    expected = keras.ops.convert_to_numpy(model(pixels))[0, target]
    assert explanation.probability == pytest.approx(float(expected), abs=1e-6)
    np.testing.assert_array_equal(explanation.picture, picture)


def test_finite_differences():
    """A head whose gradient differs from place to place, computed again in NumPy with 64 bits."""
    chain = [
        layers.AveragePooling2D(2, data_format="channels_last", name="pool"),
        layers.Flatten(data_format="channels_last", name="flat"),
        layers.Dense(7, activation="relu", name="hidden"),
        layers.Dense(3, activation="softmax", name="scores"),
    ]
    model, picture = classifier(*chain), noise(seed=1)
    found = feature_map(model, "base_last", picture).astype(np.float64)
    weights = [array.astype(np.float64) for layer in chain[2:] for array in layer.get_weights()]

    def score(maps):
        flat = maps.reshape(4, 2, 3, 2, 4).mean(axis=(1, 3)).ravel()
        return (np.maximum(flat @ weights[0] + weights[1], 0) @ weights[2] + weights[3])[1]

    step, gradient = 1e-6, np.zeros_like(found)
    for place in np.ndindex(found.shape):
        moved = np.zeros_like(found)
        moved[place] = step
        gradient[place] = (score(found + moved) - score(found - moved)) / (2 * step)
    assert_map(explain(model, picture, target="1", scaling="tf"), as_map(found @ gradient.mean(axis=(0, 1))))


@pytest.mark.parametrize(("target", "sign"), [("no", -1), ("yes", 1)])
def test_one_sigmoid_tells_of_two_classes(target, sign):
    model, picture = classifier(*pooled(1, "sigmoid")), noise()
    explanation = explain(model, picture, target=target, scaling="tf", classes=["no", "yes"])
    kernel = model.get_layer("scores").get_weights()[0][:, 0]
    assert_map(explanation, as_map(sign * (feature_map(model, "base_last", picture) @ kernel)))
    second = float(keras.ops.convert_to_numpy(model(picture[None].astype(np.float32) / 127.5 - 1))[0, 0])
    assert explanation.probability == pytest.approx(second if target == "yes" else 1 - second, abs=1e-6)


def test_a_probability_of_one_still_has_a_reason():
    """Before the softmax nothing is saturated."""
    model, picture = classifier(*pooled(), gain=1e4), noise()
    explanation = explain(model, picture, scaling="tf")
    assert explanation.probability == 1
    kernel = model.get_layer("scores").get_weights()[0]
    chosen = int(explanation.target)
    assert_map(explanation, as_map(feature_map(model, "base_last", picture) @ kernel[:, chosen]))


SOFTMAX = {
    "activation layer": [layers.Activation("softmax", name="end")],
    "softmax layer": [layers.Softmax(name="end")],
    "then reshaped": [layers.Softmax(name="end"), layers.Reshape((3,), name="shape")],
    "then in float32": [layers.Softmax(name="end"), layers.Activation("linear", dtype="float32", name="float")],
}


@pytest.mark.parametrize("chain", SOFTMAX.values(), ids=SOFTMAX)
def test_where_the_softmax_stands(chain):
    head = [layers.GlobalAveragePooling2D(data_format="channels_last", name="pool"), layers.Dense(3, name="scores")]
    model, picture = classifier(*head, *chain), noise()
    kernel = model.get_layer("scores").get_weights()[0]
    assert_map(
        explain(model, picture, target="2", scaling="tf"),
        as_map(feature_map(model, "base_last", picture) @ kernel[:, 2]),
    )


def test_a_softmax_that_is_a_function():
    on = base()
    x = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D(data_format="channels_last")(on.output))
    model, picture = keras.Model(on.input, keras.ops.softmax(x), name="small"), noise()
    set_live_weights(model)
    explanation = explain(model, picture, scaling="tf")
    kernel = model.get_layer("scores").get_weights()[0][:, int(explanation.target)]
    assert_map(explanation, as_map(feature_map(model, "base_last", picture) @ kernel))


def test_the_mean_of_several_classifiers():
    """An ensemble of heads: the mean of their scores before the softmax."""
    on = base()
    x = layers.GlobalAveragePooling2D(data_format="channels_last", name="pool")(on.output)
    heads = [layers.Dense(3, activation="softmax", name=f"scores_{number}") for number in range(2)]
    model = classifier(layers.Average(name="mean"), on=keras.Model(on.input, [head(x) for head in heads]))
    picture = noise()
    kernel = sum(head.get_weights()[0] for head in heads)
    assert_map(
        explain(model, picture, target="1", scaling="tf"),
        as_map(feature_map(model, "base_last", picture) @ kernel[:, 1]),
    )


def branches(*, on, number=2):
    """A mean of classifiers whose last convolutions, each with a head of its own, stand on the same layers."""
    settings = {"padding": "same", "activation": "relu", "data_format": "channels_last"}
    scores = []
    for fold in range(number):
        maps = layers.Conv2D(4, 3, **settings, name=f"fold_{fold}")(on)
        pool = layers.GlobalAveragePooling2D(data_format="channels_last", name=f"pool_{fold}")(maps)
        scores.append(layers.Dense(3, activation="softmax", name=f"scores_{fold}")(pool))
    return layers.Average(name="mean")(scores)


def test_the_mean_of_branches_is_explained_by_all_of_them():
    """By the map that they share: the mean of their gradients, one for each branch alone, weighs it."""
    on = base()
    model, picture = keras.Model(on.input, branches(on=on.output), name="small"), noise()
    set_live_weights(model)
    found = explain(model, picture, target=1, scaling="tf")
    assert found.layer == "base_last"
    shared = feature_map(model, "base_last", picture)
    gradients = []
    for fold in range(2):
        kernel = model.get_layer(f"fold_{fold}").get_weights()[0].astype(np.float64)
        head = model.get_layer(f"scores_{fold}").get_weights()[0].astype(np.float64)[:, 1] / (ROWS * COLUMNS)
        active = feature_map(model, f"fold_{fold}", picture) > 0
        gradients.append(np.zeros(shared.shape))
        for row, column in np.ndindex(ROWS, COLUMNS):  # of the branch' map; each reads a window of three by three
            given = kernel @ np.where(active[row, column], head, 0)
            for place in np.ndindex(3, 3):
                at = row + place[0] - 1, column + place[1] - 1
                if 0 <= at[0] < ROWS and 0 <= at[1] < COLUMNS:
                    gradients[fold][at] += given[place]
    assert_map(found, as_map(shared @ sum(gradients).mean(axis=(0, 1))))


def test_branches_that_share_no_map():
    """A picture that is only scaled before them is none: of each branch its own, and of several the last one."""
    image = keras.Input((ROWS, COLUMNS, 3), name="image")
    scaled = layers.Rescaling(1 / 127.5, offset=-1, name="scaled")(image)
    model = keras.Model(image, branches(on=scaled), name="small")
    set_live_weights(model)
    found = explain(model, noise(), target=0)
    assert found.layer in ("fold_0", "fold_1") and found.map.max() == 1


def test_models_inside():
    inner, picture = base(name="inner"), noise()
    image = keras.Input(inner.input_shape[1:], name="image")
    x = inner(image, training=False)
    for layer in pooled():
        x = layer(x)
    model = keras.Model(image, x, name="outer")
    set_live_weights(model)
    explanation = explain(model, picture, scaling="tf")
    assert explanation.layer == "inner_last"
    kernel = model.get_layer("scores").get_weights()[0][:, int(explanation.target)]
    assert_map(explanation, as_map(feature_map(inner, "inner_last", picture) @ kernel))


def test_channels_first():
    on = base("channels_first")
    model, picture = classifier(*pooled(data_format="channels_first"), on=on), noise()
    kernel = model.get_layer("scores").get_weights()[0]
    assert_map(
        explain(model, picture, target="0", scaling="tf"),
        as_map(feature_map(model, "base_last", picture) @ kernel[:, 0]),
    )


def test_a_layer_beside_the_others():
    """A map that only a part of the network passes through; the rest is held. By default, all of it passes."""
    on = base()
    first = on.get_layer("base_first").output
    pools = [
        layers.GlobalAveragePooling2D(data_format="channels_last", name=f"pool_{number}")(maps)
        for number, maps in enumerate((first, on.output))
    ]
    model = classifier(
        layers.Concatenate(name="both"),
        layers.Dense(3, activation="softmax", name="scores"),
        on=keras.Model(on.input, pools),
    )
    picture = noise()
    kernel = model.get_layer("scores").get_weights()[0][5:]  # of the second map
    found = explain(model, picture, target="0", scaling="tf", layer="base_last")
    assert_map(found, as_map(feature_map(model, "base_last", picture) @ kernel[:, 0]))
    other = explain(model, picture, target="0", scaling="tf")
    assert other.layer == "base_first"
    assert np.abs(other.map - found.map).max() > 0.1


def test_dropout_is_left_out_and_nothing_is_changed():
    chain = pooled()
    model = classifier(chain[0], layers.Dropout(0.9, seed=0, name="drop"), chain[1])
    model.get_layer("base_first").trainable = False
    before = model.get_weights()
    maps = [explain(model, noise(), target="0", scaling="tf").map for _ in range(2)]
    np.testing.assert_array_equal(*maps)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.get_layer("scores").activation is keras.activations.softmax
    assert [layer.trainable for layer in model.layers].count(False) == 1


def test_what_speaks_against_a_class_everywhere():
    model = classifier(*pooled(2))
    weights = [np.array([[1, -1]] * 4, np.float32), np.zeros(2, np.float32)]
    model.get_layer("scores").set_weights(weights)
    against = explain(model, noise(), target="1", scaling="tf")
    assert not against.map.any()
    assert explain(model, noise(), target="0", scaling="tf").map.max() == 1


def test_weights_that_change_afterwards():
    model, picture = classifier(*pooled()), noise()
    before = explain(model, picture, target="0", scaling="tf").map
    layer = model.get_layer("scores")
    layer.set_weights([-array for array in layer.get_weights()])
    assert np.abs(explain(model, picture, target="0", scaling="tf").map - before).max() > 0.1


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("base_lats", "has no layer 'base_lats'. Did you mean base_last"),
        ("pool", r"layer='pool' of model 'small' returns \(None, 4\); Grad-CAM weighs one feature map .* base_last"),
        (7, "has no layer 7. Its last ones are base_first, base_last"),
    ],
)
def test_layers_that_are_none(layer, words):
    with pytest.raises(ArgumentError, match=words):
        explain(classifier(*pooled()), noise(), scaling="tf", layer=layer)


def test_networks_without_maps_or_probabilities():
    image = keras.Input((8, 6, 3), name="image")
    x = layers.Flatten(data_format="channels_last", name="flat")(image)
    flat = keras.Model(image, layers.Dense(2, activation="softmax", name="scores")(x), name="flat_model")
    with pytest.raises(ArgumentError, match=r"Model 'flat_model' has no feature map .* method='occlusion'"):
        explain(flat, noise(), scaling="tf")
    with pytest.raises(ArgumentError, match="Model 'small' returns no probabilities of classes"):
        explain(classifier(*pooled(activation="linear")), noise(), scaling="tf")
