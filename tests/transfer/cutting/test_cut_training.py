"""Training the suffix of a cut is training the model."""

import keras
import numpy as np
import pytest
from keras import layers

from amalthea.transfer.cutting.division import cut
from tests.live_weights import set_live_weights
from tests.transfer.cutting.pieces import NO_TRAINING, TRAINS, alone, answers, classifier, numbers, pictures, small_base

pytestmark = pytest.mark.skipif(not TRAINS, reason=NO_TRAINING)

LABELS = np.array([0, 1, 2, 0, 1, 2, 2, 1])


def small_classifier(seed=0):
    base = small_base()
    for name in ("conv1", "bn1", "bn2"):
        base.get_layer(name).trainable = False
    scores = layers.Dense(3, activation="softmax", name="scores")
    model = keras.Sequential([base, layers.Flatten(), scores])
    set_live_weights(model, seed)
    return model


def train(model, x, epochs=3):
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "sparse_categorical_crossentropy")
    model.fit(x, LABELS, batch_size=4, epochs=epochs, shuffle=False, verbose=0)


def test_training_the_suffix_trains_the_model_as_keras_would():
    model, twin = small_classifier(), small_classifier()
    x = pictures(model, count=8)
    before = answers(model, x)[0]
    prefix, suffix = cut(model)
    train(suffix, alone(answers(prefix, x)))
    train(twin, x)
    moved = 0
    for weight, other in zip(model.weights, twin.weights, strict=True):
        np.testing.assert_allclose(weight.numpy(), other.numpy(), rtol=1e-4, atol=1e-6, err_msg=weight.path)
    fresh = small_classifier()
    for weight, start in zip(model.weights, fresh.weights, strict=True):
        moved += bool(np.abs(weight.numpy() - start.numpy()).max() > 1e-4)
    assert moved == len(model.trainable_weights) == 4
    assert np.abs(answers(model, x)[0] - before).max() > 0.01


def test_two_tensors_train_as_well():
    model = small_classifier()
    model.layers[0].get_layer("bn2").trainable = True
    model.layers[0].get_layer("conv2").trainable = False
    prefix, suffix = cut(model)
    x = pictures(model, count=8)
    before = model.get_weights()
    train(suffix, answers(prefix, x), epochs=1)
    moved = [np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True)]
    names = [weight.path for weight, moves in zip(model.weights, moved, strict=True) if moves]
    assert names == ["bn2/gamma", "bn2/beta", "bn2/moving_mean", "bn2/moving_variance", *names[-2:]]
    assert len(names) == 6


def test_a_head_on_resnet50_moves_no_moving_average():
    model = classifier("ResNet50", side=33)
    for layer in model.layers:
        layer.trainable = layer.name == "head_scores"
    prefix, suffix = cut(model)
    x = pictures(model, count=4)
    for phase in (True, False):
        found = keras.ops.convert_to_numpy(prefix(x, training=phase))
        np.testing.assert_array_equal(found, answers(prefix, x)[0], err_msg="training and inference agree")
    before = {weight.path: weight.numpy() for weight in model.weights}
    suffix.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    suffix.fit(answers(prefix, x)[0], LABELS[:4], epochs=2, verbose=0)
    moved = [weight.path for weight in model.weights if np.abs(weight.numpy() - before[weight.path]).max() > 0]
    assert moved == ["head_scores/kernel", "head_scores/bias"]
    assert sum("moving" in path for path in before) == 2 * 53


def test_unfrozen_batch_normalisation_does_move():
    """The twin of the test above, which must fail."""
    model = small_classifier()
    model.layers[0].get_layer("bn1").trainable = True
    prefix, suffix = cut(model)
    before = model.layers[0].get_layer("bn1").moving_mean.numpy()
    train(suffix, alone(answers(prefix, pictures(model, count=8))), epochs=1)
    assert np.abs(model.layers[0].get_layer("bn1").moving_mean.numpy() - before).max() > 0


def test_dropout_of_the_suffix_is_active():
    model = classifier("MobileNet", alpha=0.25)
    for layer in model.layers:
        layer.trainable = layer.name == "head_scores"
    _, suffix = cut(model)
    x = keras.ops.convert_to_tensor(numbers(1, 256))
    one, other = (keras.ops.convert_to_numpy(suffix(x, training=phase)) for phase in (True, False))
    assert np.abs(one - other).max() > 0


def test_the_prefix_heeds_training_false_which_keras_forgets():
    """If the last line fails, Keras has mended it: the docstring of ``cut`` says otherwise."""
    inner = keras.Sequential([small_base(), layers.Dropout(0.5, seed=0)], name="inner")
    inner.trainable = False
    image = keras.Input((12, 12, 3))
    model = keras.Model(image, layers.Dense(2)(layers.Flatten()(inner(image, training=False))))
    prefix, suffix = cut(model)
    x = keras.ops.convert_to_tensor(pictures(model))
    expected = answers(model, x)[0]
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(suffix(prefix(x), training=True)), expected)
    assert np.abs(keras.ops.convert_to_numpy(model(x, training=True)) - expected).max() > 0
