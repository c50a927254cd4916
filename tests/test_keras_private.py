"""The private parts of Keras that we reach into are as we believe them to be."""

import subprocess
import sys
from importlib import import_module

import keras
import numpy as np
import pytest
from keras import layers

from amalthea import _keras
from amalthea._keras.nodes import nodes_into, nodes_out_of
from amalthea._keras.seeds import begin_with
from tests.live_weights import set_live_weights


def small_model():
    image = keras.Input((8, 8, 3), name="image")
    left = layers.Conv2D(4, 3, name="left", data_format="channels_last")(image)
    right = layers.Conv2D(4, 3, name="right", data_format="channels_last")(image)
    return keras.Model(image, layers.Concatenate(name="both")([left, right]))


def test_calls_come_after_what_they_need():
    model = small_model()
    known = {id(tensor) for tensor in model.inputs}
    found = []
    for call in _keras.calls(model):
        assert {id(tensor) for tensor in call.inputs} <= known
        known |= {id(tensor) for tensor in call.outputs}
        found.append(call.operation.name)
    assert sorted(found[:2]) == ["left", "right"]
    assert found[2:] == ["both"]
    assert call.arguments[0] == call.inputs  # a list of two, as it was called
    assert call.keywords == {}
    assert [id(tensor) for tensor in call.outputs] == [id(tensor) for tensor in model.outputs]


def test_which_models_are_plain_graphs():
    class Own(keras.Model):
        def call(self, inputs):
            return inputs

    class OwnTraining(keras.Model):
        def train_step(self, data):
            raise NotImplementedError

    class OwnSequential(keras.Sequential):
        def call(self, inputs, **settings):
            return inputs

    chain = [keras.Input((3,)), layers.Dense(2)]
    model = small_model()
    assert _keras.functional(model) is model
    assert [call.operation.name for call in _keras.calls(_keras.functional(keras.Sequential(chain)))] == [chain[1].name]
    trained = OwnTraining(model.inputs, model.outputs)
    assert _keras.functional(trained) is trained
    for other in (Own(), Own(model.inputs, model.outputs), OwnSequential(chain), keras.Sequential(), layers.Dense(2)):
        assert _keras.functional(other) is None


def test_a_model_that_ends_elsewhere():
    _keras.pin_openvino_precision()
    model = small_model()
    set_live_weights(model)
    picture = np.random.default_rng(0).standard_normal((2, 8, 8, 3), dtype=np.float32)
    whole, left, on_top = model(picture), model.get_layer("left"), layers.Rescaling(2.0, name="twice")
    _keras.end_at(model, on_top(model.output))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(picture)), 2 * keras.ops.convert_to_numpy(whole))
    assert _keras.layer_of(model.output) is on_top
    assert (model.output_names, model.output_shape, len(model.layers)) == (["twice"], (None, 6, 6, 8), 5)
    _keras.end_at(model, left.output)
    assert [layer.name for layer in model.layers] == ["image", "left"]
    assert [id(weight) for weight in model.weights] == [id(weight) for weight in left.weights]
    np.testing.assert_array_equal(model.predict(picture, verbose=0), keras.ops.convert_to_numpy(whole)[..., :4])
    with pytest.raises(ValueError, match="not connected"):
        _keras.end_at(model, keras.Input((8, 8, 3), name="other"))
    assert _keras.layer_of(model.output) is left


def test_classes_of_layers():
    class Own(layers.Dense):
        pass

    class Further(Own):
        pass

    same = type("Dense", (layers.Dense,), {"__module__": layers.Dense.__module__, "__qualname__": "Dense"})
    assert [_keras.kind_of(kind(2)) for kind in (layers.Dense, same, Own)] == [layers.Dense, layers.Dense, Own]
    assert _keras.own_classes(Further(2), layers.Dense) == [Further, Own]
    assert _keras.own_classes(same(2), layers.Dense) == []
    assert isinstance(small_model(), _keras.functional_class())
    assert not isinstance(keras.Sequential(), _keras.functional_class())


def test_parts_and_states_of_layers():
    class Holder(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = layers.Dropout(0.5, seed=0)

    holder, frozen = Holder(), layers.Dense(2, trainable=False)
    frozen.build((None, 3))
    assert _keras.parts(holder) == [holder, holder.inside]
    norm = layers.BatchNormalization()
    norm.build((None, 3))
    states = {layer: _keras.keeps_state(layer) for layer in (holder, holder.inside, frozen, norm, layers.ReLU())}
    assert [layer for layer, keeps in states.items() if keeps] == [holder.inside, norm]


def test_signature():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    both = layers.Add()([a, b])
    for inputs, outputs, expected in (
        (a, a, (("a",), 0)),
        ([a], [a], (("a",), 0)),
        ([b, a], [both, a], (("b", "a"), [0, 1])),
        ({"b": b, "a": a}, {"y": both, "x": a}, (("a", "b"), {"y": 1, "x": 0})),
        ((a, b), both, (("a", "b"), 0)),
    ):
        model = keras.Model(inputs, outputs)
        names, structure = _keras.signature(model)
        assert (names, structure) == expected
        assert list(names) == [tensor.name for tensor in model.inputs]


def test_variables_without_initial_values():
    def network():
        image = keras.Input((8, 8, 3), name="image")
        features = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, name="conv")(image))
        return keras.Model(image, layers.Dropout(0.5, seed=1, name="drop")(features))

    class Counting(keras.initializers.Initializer):
        calls = 0

        def __call__(self, shape, dtype=None):
            Counting.calls += 1
            return keras.ops.ones(shape, dtype)

    filled, empty = network(), None
    set_live_weights(filled)
    with _keras.no_initial_values():
        empty = network()
    later = layers.Dense(2, name="later")
    with keras.StatelessScope():  # whose end initializes what it finds listed
        later(keras.Input((3,)))
    assert all(variable._value is None for variable in empty.variables)
    assert all(variable._value is not None for variable in later.variables)
    for variable, value in zip(empty.weights, filled.get_weights(), strict=True):
        _keras.give_value(variable, value)
    _keras.initialize(empty)
    picture = np.random.default_rng(0).standard_normal((2, 8, 8, 3), dtype=np.float32)
    expected = keras.ops.convert_to_numpy(filled(picture))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(empty(picture)), expected)
    assert keras.ops.convert_to_numpy(empty(picture, training=True)).shape == expected.shape  # the seed has a value
    assert [variable.path for variable in empty.trainable_variables] == [
        variable.path for variable in filled.trainable_variables
    ]
    _keras.give_value(empty.weights[0], np.zeros_like(filled.get_weights()[0]))
    assert not keras.ops.convert_to_numpy(empty.weights[0]).any()
    with _keras.no_initial_values():
        layers.Dense(2, kernel_initializer=Counting(), name="counted").build((None, 3))
    assert Counting.calls == 0, "values were computed after all"


def test_scale_layer():
    a, b = (np.random.default_rng(seed).standard_normal((2, 3), dtype=np.float32) for seed in range(2))
    layer = _keras.custom_scale_layer()(0.25)
    assert layer.scale == 0.25
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer([a, b])), a + b * np.float32(0.25))
    assert type(layer).from_config(layer.get_config()).scale == 0.25


@pytest.fixture
def hot_dog(test_data):
    from amalthea.preprocessing.image import img_to_array, load_img

    picture = img_to_array(load_img(test_data / "images" / "hot_dog.jpg", target_size=(224, 224)))
    return keras.applications.mobilenet.preprocess_input(picture[None].copy())


def test_float32_on_the_openvino_backend(hot_dog, test_data):
    """With bfloat16, which Keras takes where the processor has it, this is a hot dog by 0.875."""
    weights = str(test_data / "weights" / "mobilenet_7_5_224_tf.h5")
    model = keras.applications.MobileNet(alpha=0.75, weights=weights)
    _keras.pin_openvino_precision()
    assert model.predict(hot_dog, verbose=0)[0, 934] == pytest.approx(0.796, abs=0.002)


def test_pinning_twice_is_pinning_once(backend):
    _keras.pin_openvino_precision()
    name = "keras.src.backend.openvino.trainer"
    assert (name in sys.modules) == (backend == "openvino")
    if backend == "openvino":
        import openvino

        module = import_module(name)
        before = module.ov
        _keras.pin_openvino_precision()
        assert module.ov is before
        assert module.ov.Model is openvino.Model
        assert openvino.compile_model.__module__.startswith("openvino"), "OpenVINO itself stays as it is"


def test_evaluation_is_pinned_as_well(backend):
    """The call that is replaced serves ``predict`` and ``evaluate``; both must still work."""
    if backend != "openvino":
        pytest.skip("about Keras' OpenVINO backend")
    _keras.pin_openvino_precision()
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    set_live_weights(model)
    model.compile(loss="mean_squared_error")
    x = np.ones((4, 6), np.float32)
    assert model.evaluate(x, model.predict(x, verbose=0), verbose=0) == pytest.approx(0, abs=1e-12)


def test_pinning_imports_nothing():
    code = (
        "import sys; from amalthea import _keras; _keras.pin_openvino_precision(); "
        "print([name for name in ('keras', 'openvino', 'tensorflow', 'torch', 'jax') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_a_data_set_can_tell_that_it_is_predict_that_asks():
    class Zeros(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return np.zeros((1, 3)), np.zeros((1, 1))

        def on_epoch_begin(self):
            asked.append(_keras.predicting())

    asked = []
    data, model = Zeros(), keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.evaluate(data, verbose=0)
    assert set(asked) == {False}
    asked.clear()
    model.predict(data, verbose=0)
    assert asked[-1]
    assert not _keras.predicting()


def test_how_many_batches_keras_wants(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")

    class Zeros(keras.utils.PyDataset):
        @property
        def num_batches(self):
            asked.append((_keras.takes_batches(), _keras.steps_per_epoch()))
            return 2

        def __getitem__(self, index):
            return np.zeros((1, 3)), np.zeros((1, 1))

    asked = []
    data, model = Zeros(), keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    taking = {"epochs": 2, "verbose": 0}
    for call, expected in (
        (lambda: model.fit(data, steps_per_epoch=1, **taking), 1),
        (lambda: model.fit(data, **taking), 0),
        (lambda: model.evaluate(data, steps=1, verbose=0), 0),
        (lambda: model.predict(data, steps=1, verbose=0), 0),
    ):
        asked.clear()
        call()
        assert {steps for takes, steps in asked if takes} - {None} == {expected}
    asked.clear()
    assert len([*data]) == data.num_batches
    assert set(asked) == {(False, None)}


def test_calls_of_one_layer():
    image = keras.Input((8, 8, 3))
    dense, flat = layers.Dense(2), layers.Flatten()
    result = flat(dense(image))
    [node] = nodes_into(flat)
    assert (node.layer, node.before) == (flat, [dense])
    assert [id(tensor) for tensor in node.outputs] == [id(result)]
    assert [node.layer for node in nodes_out_of(dense)] == [flat]
    assert nodes_out_of(flat) == nodes_into(layers.Dense(2)) == []


def test_dropout_begins_with_a_seed():
    """On torch, too, where it otherwise draws from torch's own generator."""

    def drawn(seed):
        dropout = layers.Dropout(0.5)
        begin_with(dropout.seed_generator, seed)
        assert dropout.get_config()["seed"] is None
        return keras.ops.convert_to_numpy(dropout(np.ones((4, 16), "float32"), training=True))

    np.testing.assert_array_equal(drawn(1), drawn(1))
    assert (drawn(1) != drawn(2)).any()
