"""Which layers count as settled: the same before, while and after a training."""

import keras
import pytest
from keras import layers

from amalthea.transfer.cutting.division import cut
from tests.live_weights import set_live_weights
from tests.transfer.cutting.bases import ALL, names, on_a_base, parts
from tests.transfer.cutting.pieces import small_base


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.5, seed=0),
        layers.SpatialDropout2D(0.5, seed=0),
        layers.GaussianDropout(0.5, seed=0),
        layers.AlphaDropout(0.5, seed=0),
        layers.GaussianNoise(0.5, seed=0),
        layers.RandomFlip(seed=0),
        layers.BatchNormalization(scale=False, center=False),
        layers.Lambda(lambda x: x),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_acts_in_training_ends_the_prefix(layer):
    prefix, suffix = cut(on_a_base(layer))
    assert names(prefix) == ALL
    assert names(suffix)[0] == layer.name


class Scaled(layers.Layer):
    """A layer of the user's own, frozen."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.trainable = False

    def call(self, inputs):
        return inputs * self.scale


class Phased(Scaled):
    def call(self, inputs, training=False):
        return inputs * self.scale * (2.0 if training else 1.0)


class Counting(Scaled):
    def build(self, shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        super().build(shape)

    def call(self, inputs):
        self.count.assign_add(1.0)
        return inputs * self.scale


class Holding(layers.Layer):
    """Dropout inside a layer that takes no phase itself."""

    def __init__(self, rate=0.5, **settings):
        super().__init__(**settings)
        self.inside = layers.Dropout(rate, seed=0)

    def call(self, inputs):
        return self.inside(inputs)


@pytest.mark.parametrize("kind", [Phased, Counting, Holding])
def test_unknown_layers_with_phases_or_states_end_the_prefix(kind):
    prefix, suffix = cut(on_a_base(kind(name="own")))
    assert names(prefix) == ALL
    assert names(suffix)[0] == "own"


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.0),
        layers.GaussianNoise(0.0),
        layers.Dense(3, trainable=False),
        layers.EinsumDense("abcd,de->abce", (6, 6, 3), trainable=False),
        layers.Normalization(mean=1.0, variance=2.0),
        layers.BatchNormalization(trainable=False),
        layers.Rescaling(2.0),
        Scaled(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_stays_as_it_is_belongs_to_the_prefix(layer):
    model = on_a_base(layer)
    assert names(parts(model)[0]) == [*ALL, layer.name, "flatten"]


def test_operations_without_layers():
    base = small_base()
    base.trainable = False
    image = keras.Input((12, 12, 3))
    features = base(image / 2.0 - 1.0)
    model = keras.Model(image, layers.Dense(2, name="scores")(keras.ops.mean(features, (1, 2)) * 3.0))
    set_live_weights(model)
    prefix, suffix = parts(model)
    assert len(prefix.operations) == 1 + 2 + len(ALL) + 2
    assert names(suffix) == ["scores"]


def test_training_false_settles_what_acts_in_training():
    chain = [small_base(), layers.Dropout(0.5, seed=0, name="drop")]
    base = keras.Sequential([*chain, layers.BatchNormalization(scale=False, center=False, name="norm")], name="outer")
    prefix, _ = parts(on_a_base(base=base, training=False))
    assert names(prefix) == [*ALL, "drop", "norm", "flatten"]
    model = on_a_base(base=base)
    for layer in base.layers:
        layer.trainable = layer.name == "norm"  # which has no weight to train, and follows each batch
    assert names(parts(model)[0]) == ALL


def test_training_true_keeps_dropout_active():
    base = keras.Sequential([small_base(), layers.Dropout(0.5, seed=0, name="drop")], name="outer")
    prefix, _ = cut(on_a_base(base=base, training=True))
    assert names(prefix) == ALL
