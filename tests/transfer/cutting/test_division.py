"""Where a model is cut, and that it stays as it is."""

import zipfile

import keras
import numpy as np
import pytest
from keras import layers

import amalthea
from amalthea.errors import AmaltheaError, ArgumentError, UnsupportedLayerError
from amalthea.transfer.cutting.division import cut, divide
from tests.live_weights import set_live_weights
from tests.transfer.cutting.bases import ALL, names, on_a_base, parts
from tests.transfer.cutting.pieces import answers, assert_whole, frozen, numbers, pictures, small_base


def test_public_name():
    assert amalthea.cut is cut


def test_a_frozen_base_with_a_head():
    model = keras.Sequential([small_base(), layers.Flatten(), layers.Dropout(0.5), layers.Dense(3)], name="whole")
    model.layers[0].trainable = False
    set_live_weights(model)
    prefix, suffix = parts(model)
    assert names(prefix) == [*ALL, "flatten"]
    assert names(suffix) == ["dropout", "dense"]
    assert (prefix.name, suffix.name) == ("whole_prefix", "whole_suffix")
    assert [tensor.name for tensor in suffix.inputs] == ["flatten_output"]


def test_cut_inside_a_base():
    model = on_a_base()
    model.get_layer("base").get_layer("conv2").trainable = True
    prefix, suffix = parts(model)
    assert names(prefix) == ["conv1", "bn1", "relu1"]
    assert names(suffix) == [*ALL[3:], "flatten", "scores"]


def test_trainable_counts_as_it_is_now():
    base = small_base()
    assert divide(base) == (None, base)
    frozen(base, ["conv1"])
    assert names(divide(base)[0]) == ["conv1"]
    frozen(base, ["bn1"])
    assert names(divide(base)[0]) == ["conv1", "bn1", "relu1"]
    for name in ("conv1", "bn1"):
        base.get_layer(name).trainable = True
    assert divide(base) == (None, base)


def test_only_frozen_weights_count_not_frozen_containers():
    """Keras trains a layer whose own flag is True, whatever the flag of the model around it says."""
    model = on_a_base()
    inner = model.get_layer("base")
    inner.get_layer("bn1").trainable = True
    assert not inner.trainable
    prefix, _ = parts(model)
    assert names(prefix) == ["conv1"]


def test_paths_that_run_side_by_side():
    """With the first layers of one path frozen, two tensors meet the rest."""
    model = on_a_base()
    model.get_layer("base").get_layer("bn2").trainable = True
    prefix, suffix = parts(model)
    assert [tensor.name for tensor in suffix.inputs] == ["relu1_output", "conv2_output"]
    assert names(prefix) == ["conv1", "bn1", "relu1", "conv2"]
    assert names(suffix) == ["bn2", "add", "pool", "flatten", "scores"]


def test_quick_layers_are_left_to_the_suffix_where_less_is_kept():
    """Zeros are padded on, two rectifiers read one tensor, normalisation and rectifier read what is kept anyway."""
    image = keras.Input((8, 8, 3))
    conv = layers.Conv2D(4, 3, padding="same", data_format="channels_last", name="base", trainable=False)(image)
    padded = layers.ZeroPadding2D(1, data_format="channels_last", name="zeros")(conv)
    normal = layers.ReLU(name="relu")(layers.BatchNormalization(name="norm", trainable=False)(conv))
    paths = [
        layers.Conv2D(2, 3, data_format="channels_last", name="a")(padded),
        layers.Conv2D(2, 1, data_format="channels_last", name="b")(normal),
        layers.Conv2D(2, 1, data_format="channels_last", name="c")(layers.ReLU(name="relu2")(conv)),
    ]
    model = keras.Model(image, layers.Add(name="sum")(paths))
    set_live_weights(model)
    prefix, suffix = parts(model)
    assert names(prefix) == ["base"]
    assert {"zeros", "norm", "relu", "relu2"} <= set(names(suffix))


def test_many_steps_without_weights():
    """Each reads the last one twice: there are more paths than atoms in the universe."""
    image = keras.Input((4,))
    x = layers.Dense(4, name="base", trainable=False)(image)
    for _ in range(300):
        x = layers.Average()([x, x])
    model = keras.Model(image, layers.Dense(2, name="scores")(x))
    set_live_weights(model)
    prefix, suffix = parts(model)
    assert (len(prefix.layers), names(suffix)) == (302, ["scores"])


def test_pooling_belongs_to_the_prefix():
    model = on_a_base(layers.GlobalAveragePooling2D(name="mean", keepdims=True))
    assert parts(model)[0].output_shape == (None, 4)


def test_only_quick_layers_are_no_prefix():
    model = keras.Sequential([keras.Input((10, 10, 3)), layers.ZeroPadding2D(1), small_base()])
    assert divide(model) == (None, model)


def test_an_input_that_only_the_rest_reads():
    image, more = keras.Input((12, 12, 3), name="image"), keras.Input((5,), name="more")
    base = small_base()
    base.trainable = False
    known = layers.Concatenate()([layers.Flatten()(base(image)), layers.Dense(4)(more)])
    model = keras.Model([image, more], layers.Dense(2, name="scores")(known))
    set_live_weights(model)
    prefix, suffix = cut(model)
    assert [tensor.name for tensor in suffix.inputs] == ["more", "flatten_output"]
    x = [numbers(2, 12, 12, 3), numbers(2, 5)]
    assert_whole(prefix, suffix, x, answers(model, x))


def test_outputs_that_stay_as_they_are():
    base = small_base()
    base.trainable = False
    relu = base.get_layer("relu1").output
    model = keras.Model(base.input, {"early": relu, "scores": layers.Dense(2, name="scores")(base.output)})
    set_live_weights(model)
    prefix, suffix = cut(model)
    assert suffix.output.keys() == {"early", "scores"}
    x = pictures(model)
    assert_whole(prefix, suffix, x, answers(model, x))


def test_a_layer_that_returns_two_of_the_tensors():
    image = keras.Input((6,))
    shared = layers.Dense(6, name="shared", trainable=False)
    one = shared(image)
    two = shared(keras.ops.sin(one))
    ends = [layers.Dense(2, name="shared_output")(one), layers.Dense(2, name="b")(two)]
    model = keras.Model(image, layers.Add()(ends))
    set_live_weights(model)
    _, suffix = parts(model)
    assert [tensor.name for tensor in suffix.inputs] == ["shared_output_2", "shared_output_3"]


def test_a_base_used_twice_is_cut_in_both_uses():
    pair = [keras.Input((12, 12, 3), name=name) for name in ("left", "right")]
    base = small_base()
    base.trainable = False
    ends = [layers.Flatten()(base(picture)) for picture in pair]
    model = keras.Model(pair, layers.Dense(2, name="scores")(layers.Subtract()(ends)))
    set_live_weights(model)
    prefix, suffix = cut(model)
    assert (len(prefix.inputs), len(suffix.inputs)) == (2, 1)
    x = [numbers(2, 12, 12, 3), numbers(2, 12, 12, 3, seed=1)]
    assert_whole(prefix, suffix, x, answers(model, x))


@pytest.mark.parametrize("nested", [False, True])
def test_the_model_stays_as_it_is(nested, tmp_path):
    model = on_a_base() if nested else frozen(small_base(), ["conv1", "bn1"])
    before, x = model.get_config(), pictures(model)
    wanted, output = answers(model, x)[0], [layer.output for layer in model.layers]
    model.save(tmp_path / "before.keras")
    for _ in range(2):
        cut(model)
        assert model.get_config() == before
        assert all(layer.output is tensor for layer, tensor in zip(model.layers, output, strict=True))
        np.testing.assert_array_equal(answers(model, x)[0], wanted)
    model.save(tmp_path / "after.keras")
    first, second = (zipfile.ZipFile(tmp_path / f"{name}.keras").read("config.json") for name in ("before", "after"))
    assert first == second
    np.testing.assert_array_equal(answers(keras.saving.load_model(tmp_path / "after.keras"), x)[0], wanted)


def test_parts_can_be_saved(tmp_path):
    model = on_a_base()
    x = pictures(model)
    for number, part in enumerate(cut(model)):
        part.save(tmp_path / f"{number}.keras")
    prefix, suffix = (keras.saving.load_model(tmp_path / f"{number}.keras") for number in range(2))
    assert_whole(prefix, suffix, x, answers(model, x))


class Own(keras.Model):
    def call(self, inputs):
        return inputs


def own():
    model = Own(name="own")
    model.build((None, 3))
    return model


def all_frozen():
    model = small_base()
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (small_base, ArgumentError, "Model 'base' cannot be cut: no layer with weights is frozen.*trainable = False"),
        (all_frozen, ArgumentError, "Model 'base' has no weight to train: all its layers are frozen.*put a classifier"),
        (lambda: keras.Sequential([keras.Input((3,)), layers.ReLU()], name="bare"), ArgumentError, "'bare' has no w"),
        (own, UnsupportedLayerError, "Model 'own' of type Own computes in a method of its own"),
        (lambda: "VGG16", ArgumentError, "model='VGG16' is a str; allowed is a keras.Model"),
    ],
)
def test_what_cannot_be_cut(build, error, message):
    with pytest.raises(error, match=message) as caught:
        cut(build())
    assert isinstance(caught.value, AmaltheaError | ValueError)


def test_a_random_layer_in_front_of_all():
    model = keras.Sequential([keras.Input((12, 12, 3)), layers.RandomFlip(), small_base(), layers.Dense(2)])
    model.layers[1].trainable = False
    with pytest.raises(
        ArgumentError, match=r"cannot be cut: .* before the first one that will be trained or acts at r"
    ):
        cut(model)
