"""What fails with an error in Keras 3, a test each, as scripts of Keras 1 and 2 have it."""

import importlib
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaError
from amalthea.keras2 import applications
from amalthea.keras2 import backend as K
from amalthea.keras2.callbacks import ModelCheckpoint
from amalthea.keras2.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
)
from amalthea.keras2.models import Model, Sequential, load_model
from amalthea.keras2.optimizers import SGD
from amalthea.keras2.preprocessing.image import ImageDataGenerator

PICTURES = np.random.default_rng(0).uniform(0, 1, (12, 8, 8, 3)).astype("float32")
LABELS = np.arange(12) % 2


@pytest.fixture
def trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def small_model(classes=1):
    model = Sequential()
    model.add(Conv2D(4, (3, 3), activation="relu", input_shape=(8, 8, 3)))
    model.add(Flatten())
    model.add(Dense(classes, activation="sigmoid" if classes == 1 else "softmax"))
    model.compile(optimizer="sgd", loss="binary_crossentropy" if classes == 1 else "mse", metrics=["accuracy"])
    return model


def same(first, second):
    return all(map(np.array_equal, first, second))


def test_image_data_generator_is_imported_from_where_it_was():
    assert next(ImageDataGenerator(rescale=0.5).flow(PICTURES, batch_size=5, shuffle=False)).shape == (5, 8, 8, 3)


def test_the_generator_methods(trains):
    model, flow = small_model(), ImageDataGenerator().flow(PICTURES, LABELS, batch_size=4, shuffle=False)
    history = model.fit_generator(
        flow, steps_per_epoch=3, epochs=2, validation_data=flow, validation_steps=3, verbose=0
    )
    assert len(history.history["loss"]) == len(history.history["val_loss"]) == 2
    pictures = ImageDataGenerator().flow(PICTURES, batch_size=4, shuffle=False)
    found = model.predict_generator(pictures, steps=3)
    np.testing.assert_allclose(found, model.predict(PICTURES, verbose=0), rtol=1e-4, atol=1e-5)
    assert model.evaluate_generator(flow, steps=3) == pytest.approx(
        model.evaluate(PICTURES, LABELS, verbose=0), rel=1e-3
    )


def test_predict_classes_and_predict_proba():
    binary, several = small_model(), small_model(classes=3)
    scores = several.predict(PICTURES, verbose=0)
    np.testing.assert_array_equal(several.predict_classes(PICTURES), scores.argmax(axis=-1))
    np.testing.assert_allclose(several.predict_proba(PICTURES), scores, rtol=1e-5)
    found = binary.predict_classes(PICTURES)
    np.testing.assert_array_equal(found, (binary.predict(PICTURES, verbose=0) > 0.5).astype("int32"))
    assert found.shape == (12, 1)


def test_arguments_of_fit_and_predict(trains):
    model = small_model()
    assert len(model.fit(PICTURES, LABELS, nb_epoch=2, verbose=0).history["loss"]) == 2
    flow = ImageDataGenerator().flow(PICTURES, LABELS, batch_size=4)
    history = model.fit_generator(
        flow, samples_per_epoch=12, nb_epoch=1, validation_data=flow, nb_val_samples=12, max_q_size=2, nb_worker=1,
        pickle_safe=False, verbose=0,
    )  # fmt: skip
    assert set(history.history) >= {"loss", "val_loss"}
    model.fit_generator(flow, 3, 1, workers=1, use_multiprocessing=False, max_queue_size=3, verbose=0)
    assert model.predict_generator(
        ImageDataGenerator().flow(PICTURES, batch_size=4, shuffle=False), val_samples=12
    ).shape == (12, 1)


def test_learning_rate_by_its_old_name():
    assert float(SGD(lr=1e-4).learning_rate) == pytest.approx(1e-4)


def test_learning_rate_as_an_attribute():
    optimizer = SGD(lr=0.25)
    assert K.get_value(optimizer.lr) == 0.25
    K.set_value(optimizer.lr, 0.125)
    assert float(optimizer.learning_rate) == 0.125


def test_model_with_input_and_output():
    image = Input(shape=(8, 8, 3))
    model = Model(input=image, output=Dense(2)(Flatten()(image)))
    assert (model.input_shape, model.output_shape) == ((None, 8, 8, 3), (None, 2))


def test_add_on_a_functional_model():
    base = before = applications.MobileNet(alpha=0.25, include_top=False, weights=None, input_shape=(32, 32, 3))
    base.add(Flatten())
    base.add(Dense(3))
    assert base is before
    assert base.output_shape == (None, 3)
    assert base.predict(np.ones((2, 32, 32, 3)), verbose=0).shape == (2, 3)


def test_a_head_of_unknown_size(tmp_path):
    base = applications.MobileNet(alpha=0.25, include_top=False, weights=None)
    top = Sequential()
    top.add(Flatten(input_shape=base.output_shape[1:]))
    top.add(Dense(3))
    known = Sequential()
    known.add(Flatten(input_shape=(2, 2, 256)))
    known.add(Dense(3))
    known.save_weights(tmp_path / "top.h5")
    top.load_weights(tmp_path / "top.h5")
    maps = np.random.default_rng(1).normal(size=(2, 2, 2, 256))
    np.testing.assert_array_equal(top.predict(maps, verbose=0), known.predict(maps, verbose=0))


def test_weights_in_the_old_layout(trains, tmp_path):
    model = small_model()
    model.save_weights(str(tmp_path / "first_try.h5"))
    with h5py.File(tmp_path / "first_try.h5") as file:
        assert [name.decode().partition("_")[0] for name in file.attrs["layer_names"]] == ["conv2d", "flatten", "dense"]
    checkpoint = ModelCheckpoint(str(tmp_path / "best.h5"), save_weights_only=True)
    model.fit(PICTURES, LABELS, epochs=1, callbacks=[checkpoint], verbose=0)
    other = small_model()
    other.load_weights(str(tmp_path / "best.h5"))
    assert same(model.get_weights(), other.get_weights())


def test_save_under_a_name_without_suffix(tmp_path):
    model = small_model()
    model.save(str(tmp_path / "model"))
    assert h5py.is_hdf5(tmp_path / "model")
    assert same(load_model(str(tmp_path / "model")).get_weights(), model.get_weights())


def test_load_weights_by_name(tmp_path):
    first = Sequential([Input(shape=(3,)), Dense(4, name="shared"), Dense(2, name="old")])
    second = Sequential([Input(shape=(3,)), Dense(4, name="shared"), Dense(5, name="new")])
    for name in ("new.weights.h5", "old.h5"):
        first.save_weights(str(tmp_path / name))
        second.get_layer("shared").set_weights([np.zeros((3, 4)), np.zeros(4)])
        before = second.get_layer("new").get_weights()
        second.load_weights(str(tmp_path / name), by_name=True)
        assert same(second.get_layer("shared").get_weights(), first.get_layer("shared").get_weights())
        assert same(second.get_layer("new").get_weights(), before)


def test_model_checkpoint_with_a_period(trains, tmp_path):
    checkpoint = ModelCheckpoint(str(tmp_path / "{epoch:02d}.h5"), period=2)
    small_model().fit(PICTURES, LABELS, epochs=4, callbacks=[checkpoint], verbose=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["02.h5", "04.h5"]


@pytest.mark.single_backend
@pytest.mark.parametrize(
    ("lines", "printed"),
    [
        ("np.save(open('a.npy', 'w'), np.arange(3))\nprint(np.load(open('a.npy')).tolist())\n", "[0, 1, 2]\n"),
        ("n = 6\nprint([0] * (n / 2) + [1] * (n / 2), len(range(n / 2)))\n", "[0, 0, 0, 1, 1, 1] 3\n"),
    ],
    ids=["arrays in text files", "whole floats"],
)
def test_errors_of_python_3_inside_run(lines, printed, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import numpy as np\n{lines}")
    done = subprocess.run(
        [sys.executable, "-m", "amalthea", "run", script.name], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.returncode) == (printed, 0), done.stderr
    plain = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "TypeError" in plain.stderr


@pytest.mark.parametrize("name", ["mobilenetv2.MobileNetV2", "resnext.ResNeXt50", "densenet.DenseNet"])
def test_applications_of_then(name):
    module, constructor = name.split(".")
    found = importlib.import_module(f"amalthea.keras2.applications.{module}")
    assert callable(getattr(found, constructor))


@pytest.mark.parametrize(
    "name",
    [
        *("layers.core.Dense", "layers.normalization.BatchNormalization", "layers.convolutional.Convolution2D"),
        *("layers.merge.concatenate", "layers.pooling.MaxPooling2D", "layers.advanced_activations.LeakyReLU"),
        *("layers.noise.GaussianNoise", "layers.embeddings.Embedding", "layers.wrappers.TimeDistributed"),
        *("engine.Layer", "engine.topology.Layer", "engine.training.Model", "utils.np_utils.to_categorical"),
        *("utils.generic_utils.get_custom_objects", "utils.data_utils.get_file", "utils.vis_utils.plot_model"),
        *("utils.io_utils.HDF5Matrix", "utils.layer_utils.convert_all_kernels_in_model", "utils.to_categorical"),
        *("wrappers.scikit_learn.KerasClassifier", "objectives.mse", "losses.mean_squared_error"),
        *("metrics.categorical_accuracy", "regularizers.l2", "constraints.maxnorm", "initializers.glorot_uniform"),
        *("activations.relu", "datasets.cifar10.load_data", "callbacks.EarlyStopping", "backend.image_data_format"),
    ],
)
def test_modules_of_then(name):
    module, _, attribute = name.rpartition(".")
    assert callable(getattr(importlib.import_module(f"amalthea.keras2.{module}"), attribute))


@pytest.mark.parametrize(
    "use",
    [
        lambda: importlib.import_module("amalthea.keras2.utils").multi_gpu_model(small_model(), gpus=2),
        lambda: importlib.import_module("amalthea.keras2.utils.training_utils").multi_gpu_model(small_model(), gpus=2),
        lambda: applications.music_tagger_crnn.MusicTaggerCRNN(weights="msd"),
        lambda: K.gradients(0, [0]),
        lambda: small_model().uses_learning_phase,
    ],
    ids=["multi_gpu_model", "training_utils", "music_tagger_crnn", "gradients", "uses_learning_phase"],
)
def test_what_is_gone_says_so_in_one_line(use):
    with pytest.raises(AmaltheaError) as caught:
        use()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 60  # it says what to do instead


def test_the_backend_of_then():
    before = K.image_data_format()
    try:
        K.set_image_dim_ordering("th")
        assert (K.image_data_format(), K.image_dim_ordering()) == ("channels_first", "th")
    finally:
        K.set_image_data_format(before)
    model = Sequential([Input(shape=(4,)), Dropout(0.5), Dense(2)])
    answer = K.function([model.input, K.learning_phase()], [model.layers[-1].output])
    x = np.ones((64, 4), "float32")
    np.testing.assert_allclose(answer([x, 0])[0], model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    assert len(np.unique(answer([x, 1])[0][:, 0])) > 1  # dropout drops


def test_attributes_of_layers():
    image = Input(shape=(8, 8, 3))
    convolution, flatten = Conv2D(4, (3, 3)), Flatten()
    Model(image, Dense(1)(flatten(convolution(image))))
    assert convolution.input_shape == (None, 8, 8, 3)
    assert convolution.output_shape == (None, 6, 6, 4)
    assert convolution.get_output_at(0) is convolution.output
    assert convolution.get_output_shape_at(0) == (None, 6, 6, 4)
    assert (len(flatten.inbound_nodes), len(flatten.outbound_nodes)) == (1, 1)


def test_arguments_of_layers():
    convolution = Conv2D(4, (3, 3), border_mode="same", init="he_normal", subsample=(2, 2), bias=False)
    assert (convolution.padding, convolution.strides, convolution.use_bias) == ("same", (2, 2), False)
    assert isinstance(convolution.kernel_initializer, keras.initializers.HeNormal)
    assert isinstance(Dense(3, init="zero").kernel_initializer, keras.initializers.Zeros)
    assert Dense(output_dim=3).units == 3
    assert Dropout(p=0.25).rate == 0.25
    assert BatchNormalization(mode=0, axis=1).axis == 1


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file", "ignore:.* does not say how to train")
def test_old_files_with_groups_and_lists_of_axes(tmp_path):
    image = keras.Input((8, 8, 3))
    x = keras.layers.BatchNormalization(name="norm")(keras.layers.DepthwiseConv2D(3, name="depthwise")(image))
    plain = keras.Model(image, x)
    plain.save(tmp_path / "old.h5")
    with h5py.File(tmp_path / "old.h5", "r+") as file:
        text = file.attrs["model_config"]
        text = text.decode() if isinstance(text, bytes) else text
        old = text.replace('"axis": -1', '"axis": [3]').replace('"depth_multiplier"', '"groups": 1, "depth_multiplier"')
        assert old.count('"groups": 1') == old.count('"axis": [3]') == 1
        file.attrs["model_config"] = old
    loaded = load_model(str(tmp_path / "old.h5"))
    np.testing.assert_allclose(loaded.predict(PICTURES, verbose=0), plain.predict(PICTURES, verbose=0), rtol=1e-5)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file", "ignore:.* does not say how to train")
def test_custom_objects_of_mobilenet(tmp_path):
    from amalthea.keras2.applications import mobilenet

    assert mobilenet.DepthwiseConv2D is DepthwiseConv2D
    image = keras.Input((32, 32, 3))
    x = keras.layers.Activation("relu6")(keras.layers.DepthwiseConv2D(3)(image))
    keras.Model(image, GlobalAveragePooling2D()(x)).save(tmp_path / "mobilenet.h5")
    objects = {"relu6": mobilenet.relu6, "DepthwiseConv2D": mobilenet.DepthwiseConv2D}
    model = load_model(str(tmp_path / "mobilenet.h5"), custom_objects=objects)
    assert model.predict(100 * np.ones((1, 32, 32, 3)), verbose=0).max() <= 6
