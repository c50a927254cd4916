"""Models on a small frozen base, and both parts of a model, checked."""

import keras
from keras import layers

from amalthea.transfer.cutting.division import cut
from tests.live_weights import set_live_weights
from tests.transfer.cutting.pieces import answers, assert_whole, pictures, small_base


def on_a_base(*chain, base=None, **call):
    """A frozen base and layers on top, with live weights."""
    base = base or small_base()
    base.trainable = False
    image = keras.Input((12, 12, 3), name="picture")
    x = base(image, **call)
    for layer in (*chain, layers.Flatten(name="flatten"), layers.Dense(3, name="scores")):
        x = layer(x)
    model = keras.Model(image, x, name="whole")
    set_live_weights(model)
    return model


def parts(model):
    """Both parts, checked, and the names of the layers of each."""
    prefix, suffix = cut(model)
    x = pictures(model)
    assert_whole(prefix, suffix, x, answers(model, x))
    assert [id(weight) for weight in suffix.trainable_weights] == [id(weight) for weight in model.trainable_weights]
    return prefix, suffix


def names(model):
    return [layer.name for layer in model.layers if not isinstance(layer, layers.InputLayer)]


ALL = ["conv1", "bn1", "relu1", "conv2", "bn2", "add", "pool"]
