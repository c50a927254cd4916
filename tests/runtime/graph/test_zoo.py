"""Models as people build them answer as model.predict does, through OpenVINO and ONNX Runtime."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from amalthea import _keras
from amalthea.applications import imagenet_utils
from amalthea.errors import UnsupportedLayerError
from amalthea.runtime import to_onnx
from tests.live_weights import clearly_different, set_live_weights
from tests.runtime.agreement import answers_of_graph, assert_close, numbers
from tests.runtime.graph import zoo


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session(free_memory=False)


def assert_predicts(model, given):
    """The graph answers like ``predict``; returns what that answers, flat."""
    _keras.pin_openvino_precision()
    model.run_eagerly = True  # compiling takes longer than the two or three pictures
    single = not isinstance(given, dict) and len(given) == 1
    expected = keras.tree.flatten(model.predict(given[0] if single else given, verbose=0))
    arrays = keras.tree.flatten(given)
    for runtime, answers in answers_of_graph(to_onnx(model), arrays).items():
        assert len(answers) == len(expected)
        for found, wanted in zip(answers, expected, strict=True):
            assert_close(found, wanted, runtime)
    return expected


# Keras' OpenVINO backend says so of dictionaries, whatever is in them.
@pytest.mark.filterwarnings("ignore:The structure of `inputs` does:UserWarning")
@pytest.mark.parametrize("build", zoo.MODELS, ids=lambda build: build.__name__)
def test_models(build):
    with _keras.no_initial_values():
        model, given = build()
    zoo.alive(model)
    for answers in assert_predicts(model, given):
        assert clearly_different(answers[0], answers[1]), "the weights are not live"


@pytest.mark.single_backend
@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend cannot train")
def test_a_model_that_was_trained():
    """The moving statistics of its normalisation too."""
    top = [layers.GlobalAveragePooling2D(**zoo.LAST), layers.Dense(2, activation="softmax", name="tuned")]
    model = keras.Sequential([keras.Input((32, 32, 3)), zoo.backbone(), *top])
    model.compile("adam", "sparse_categorical_crossentropy")
    pictures = numbers(8, 32, 32, 3)
    before = model.get_weights()
    model.fit(pictures, np.arange(8) % 2, batch_size=4, verbose=0)
    assert all((new != old).any() for new, old in zip(model.get_weights(), before, strict=True))
    assert_predicts(model, [pictures[:3]])


@pytest.mark.parametrize("shape", [(6, 5, 3), (3, 6, 5)], ids=["channels_last", "channels_first"])
@pytest.mark.parametrize("mode", ["caffe", "tf", "torch", "lite"])
def test_preprocess_input_of_ours(mode, shape):
    image = keras.Input(shape)
    scaled = imagenet_utils.preprocess_input(image, data_format_of(shape), mode=mode)
    assert_predicts(keras.Model(image, scaled), [zoo.pixels(2, *shape)])


@pytest.mark.parametrize("shape", [(6, 5, 3), (3, 6, 5)], ids=["channels_last", "channels_first"])
@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
def test_preprocess_input_of_keras(mode, shape):
    image = keras.Input(shape)
    scaled = keras.applications.imagenet_utils.preprocess_input(image, data_format_of(shape), mode)
    assert_predicts(keras.Model(image, scaled), [zoo.pixels(2, *shape)])


def data_format_of(shape):
    return "channels_last" if shape[-1] == 3 else "channels_first"


@pytest.mark.single_backend
@pytest.mark.skipif(keras.config.backend() == "openvino", reason="Keras' OpenVINO backend divides bytes by 127")
def test_preprocess_input_of_bytes():
    """Keras' own takes them where it divides first; ours makes them floating numbers before anything else."""
    image = keras.Input((6, 5, 3), dtype="uint8")
    of_keras = keras.applications.imagenet_utils.preprocess_input(image, "channels_last", "tf")
    ours = imagenet_utils.preprocess_input(image, "channels_last", "caffe")
    assert_predicts(keras.Model(image, [of_keras, ours]), [zoo.pixels(2, 6, 5, 3, dtype="uint8")])


@pytest.mark.single_backend
def test_mixed_precision_is_computed_in_float32():
    """So it differs from Keras by what half precision loses."""
    model, [pictures] = zoo.mixed_precision()
    zoo.alive(model)
    whole = keras.models.clone_model(model, clone_function=in_float32)
    whole.set_weights(model.get_weights())
    exact = whole.predict(pictures, verbose=0)
    for runtime, [found] in answers_of_graph(to_onnx(model), [pictures]).items():
        assert_close(found, exact, runtime)
    assert np.abs(model.predict(pictures, verbose=0) - exact).max() < 0.02


def in_float32(layer):
    return type(layer).from_config({**layer.get_config(), "dtype": "float32"})


@pytest.mark.single_backend
def test_lambda_is_the_clear_error():
    image = keras.Input((8, 8, 3))
    doubled = layers.Lambda(lambda x: 2 * x, name="doubled")(image)
    base = keras.Model(image, layers.Flatten()(doubled), name="base")
    for model in (base, keras.Sequential([keras.Input((8, 8, 3)), base, layers.Dense(2)])):
        message = r"Layer 'doubled' of type Lambda cannot become .*amalthea\.predictor\(model, fallback=\"keras\"\)"
        with pytest.raises(UnsupportedLayerError, match=message):
            to_onnx(model)


@pytest.mark.single_backend
def test_a_nested_model_by_names_and_by_order():
    """Dictionaries, lists and keywords: each tensor reaches the input that it is meant for."""
    pair = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    inner = keras.Model(list(pair), pair[0] - 2 * pair[1], name="inner")
    named = keras.Model({"b": pair[1], "a": pair[0]}, pair[0] / (ops.abs(pair[1]) + 1), name="named")
    outer = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    x, y = outer
    outputs = [
        inner({"b": x, "a": y}),
        inner([x, y]),
        inner((y, x), training=False),
        inner(inputs=[x, y]),
        named({"a": x, "b": y}),
        named({"b": x, "a": y}),
    ]
    expected = assert_predicts(keras.Model(outer, outputs), [numbers(2, 3), numbers(2, 3, seed=1)])
    assert clearly_different(expected[0], expected[1])
    np.testing.assert_array_equal(expected[0], expected[2])


@pytest.mark.single_backend
def test_what_keras_makes_fit_a_nested_model():
    """It takes away or adds a last axis of size 1, and converts to the type of the input."""
    image = keras.Input((4, 4), name="gray")
    lines = keras.Model(image, ops.mean(image, axis=1), name="lines")
    column = keras.Input((5, 1), name="column")
    sums = keras.Model(column, layers.Flatten()(column) + 1, name="sums")
    words = keras.Input((5,), dtype="int32", name="words")
    halves = keras.Model(words, words // 2, name="halves")
    one, other = keras.Input((4, 4, 1)), keras.Input((5,))
    outputs = [lines(one), sums(other), ops.cast(halves(other), "float32")]
    assert_predicts(keras.Model([one, other], outputs), [numbers(2, 4, 4, 1), 5 * numbers(2, 5)])


@pytest.mark.single_backend
def test_tensors_as_keywords():
    query, value = keras.Input((4, 6), name="query"), keras.Input((5, 6), name="value")
    attend = layers.MultiHeadAttention(2, 3, name="attend")
    dense = layers.Dense(3, name="dense")
    outputs = [attend(value=value, query=query), attend(query, value, key=value), dense(inputs=query)]
    model = keras.Model([query, value], outputs)
    set_live_weights(model)
    assert_predicts(model, [numbers(2, 4, 6), numbers(2, 5, 6, seed=1)])


@pytest.mark.single_backend
def test_a_mask_is_refused():
    query, mask = keras.Input((4, 6)), keras.Input((4, 4), dtype="bool")
    attended = layers.MultiHeadAttention(2, 3, name="attend")(query, query, attention_mask=mask)
    with pytest.raises(
        UnsupportedLayerError, match=r"'attend' of type MultiHeadAttention .* called with attention_mask"
    ):
        to_onnx(keras.Model([query, mask], attended))


@pytest.mark.single_backend
def test_an_output_that_is_an_input_and_one_that_comes_twice():
    image = keras.Input((4, 4, 3), name="image")
    doubled = image * 2
    model = keras.Model(image, {"itself": image, "doubled": doubled, "again": doubled})
    again, doubled, itself = assert_predicts(model, [numbers(2, 4, 4, 3)])
    np.testing.assert_array_equal(again, doubled)
    np.testing.assert_array_equal(2 * itself, doubled)


@pytest.mark.single_backend
@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "bool"])
def test_inputs_of_other_types(dtype):
    values = keras.Input((4, 4, 3), dtype=dtype)
    x = layers.Rescaling(1 / 16, offset=-1)(values)
    x = layers.Conv2D(4, 3, data_format="channels_last", name="conv")(x)
    model = keras.Model(values, [x, layers.Flatten(data_format="channels_last")(values)])
    set_live_weights(model)
    given = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 50, (2, 4, 4, 3)).astype(dtype)
    expected = model.predict(given, verbose=0)
    graph = to_onnx(model)
    arrays = [given.astype("float32") if dtype == "float16" else given]
    for runtime, answers in answers_of_graph(graph, arrays).items():
        assert_close(answers[0], expected[0], runtime)
        np.testing.assert_array_equal(answers[1].astype("float32"), expected[1].astype("float32"), err_msg=runtime)


@pytest.mark.single_backend
def test_layers_that_mix_pictures():
    image = keras.Input((4, 3))
    for layer in (layers.Concatenate(axis=0, name="own"), layers.Softmax(axis=0, name="own")):
        given = [image, image] if isinstance(layer, layers.Concatenate) else image
        with pytest.raises(UnsupportedLayerError, match=r"'own' of type .* its axis 0 mixes the pictures of a batch"):
            to_onnx(keras.Model(image, layer(given)))


@pytest.mark.single_backend
def test_types_that_a_graph_does_not_have():
    for dtype in ("int8", "float64"):
        image = keras.Input((4, 3), dtype=dtype, name="given")
        with pytest.raises(
            ValueError, match=f"input 'given' is {dtype}; allowed are float32, .* Give the Input one of"
        ):
            to_onnx(keras.Model(image, layers.Flatten()(image)))
