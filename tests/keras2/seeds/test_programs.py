"""Every program of the seeds runs to its end under ``amalthea run``, and does what its document says.

What the documents report of accuracies on the photographs of Kaggle cannot be repeated with the weights of these tests.
"""

import ast
import json
import re

import keras
import numpy as np
import pytest

pytestmark = [pytest.mark.single_backend, pytest.mark.timeout(1800)]
many_pictures = pytest.mark.slow  # thousands cross VGG16: nox -s programs


@pytest.fixture(autouse=True)
def backend_that_trains(backend):
    if backend == "openvino":
        pytest.skip("Keras cannot train on OpenVINO")


def pixels(work, side):
    picture = keras.utils.load_img(work / "elephant.jpg", target_size=(side, side))
    return keras.utils.img_to_array(picture)[None]


def in_keras(build, weight_files, file, **arguments):
    """The network of Keras with the weights of a file; errors in them would show in what both answer."""
    model = build(weights=None, **arguments)
    model.load_weights(weight_files / file)
    return model


def test_classes(run, work, weight_files, test_data):
    printed = run("classes").printed
    theirs = in_keras(keras.applications.ResNet50, weight_files, "resnet50_weights_tf_dim_ordering_tf_kernels.h5")
    scores = theirs.predict(keras.applications.resnet50.preprocess_input(pixels(work, 224)), verbose=0)[0]
    names = json.loads((test_data / "imagenet_class_index.json").read_text())
    [line] = [line for line in printed.splitlines() if line.startswith("Predicted:")]
    found = re.findall(r"\('(n\d+)', '(\w+)', [^\d]*([\d.e-]+)\)?\)", line)
    best = scores.argsort()[::-1][:3]
    assert [list(row[:2]) for row in found] == [names[str(place)] for place in best]
    assert [float(row[2]) for row in found] == pytest.approx(scores[best], abs=0.02)


def test_features(run, work, weight_files):
    run("features", "np.save('features.npy', features)\n")
    file = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    theirs = in_keras(keras.applications.VGG16, weight_files, file, include_top=False)
    expected = theirs.predict(keras.applications.vgg16.preprocess_input(pixels(work, 224)), verbose=0)
    found = np.load(work / "features.npy")
    assert found.shape == expected.shape == (1, 7, 7, 512)
    np.testing.assert_allclose(found, expected, atol=0.1 * expected.std())


def test_intermediate_layer(run, work):
    program = "print(block4_pool_features.shape, block4_pool_features.std() > 0, model.layers[-1].name)\n"
    assert run("intermediate layer", program).printed.splitlines()[-1] == "(1, 14, 14, 512) True block4_pool"


def test_new_classes(run, work):
    afterwards = (
        "import json\n"
        "print(json.dumps([len(base_model.layers), [layer.trainable for layer in model.layers].index(True),\n"
        "                  float(model.optimizer.lr), model.output_shape, model.layers[249].name]))\n"
    )
    printed = run("new classes", afterwards).printed.splitlines()
    number, first_trained, rate, shape, _ = json.loads(printed[-1])
    assert (number, first_trained, shape) == (311, 249, [None, 200])
    assert rate == pytest.approx(1e-4)
    listed = [line for line in printed if re.fullmatch(r"\d+ \w+", line)]
    assert [line.split()[0] for line in listed] == [str(place) for place in range(311)]
    assert listed[-1] == "310 mixed10"


def test_own_input(run):
    assert run("own input", "print(model.input_shape, model.output_shape)\n").printed.splitlines()[-1] == (
        "(None, 224, 224, 3) (None, 1000)"
    )


def test_generator(run):
    [(line, text)] = run("generator").advice
    assert 752 <= line <= 760
    assert "shear_range" in text


def test_preview(run, work):
    done = run("preview")
    assert len(list((work / "preview").glob("cat_*.jpeg"))) == 21
    assert ["shear_range" in text for _, text in done.advice] == [True]


def test_small_convnet(run, work):
    printed = run("small convnet", "print(model.count_params(), sorted(model.history.history))\n").printed
    assert "Found 2000 images belonging to 2 classes." in printed
    assert "Found 800 images belonging to 2 classes." in printed
    keys = ast.literal_eval(printed.splitlines()[-1].partition(" ")[2])
    assert {"loss", "acc", "val_loss", "val_acc"} <= set(keys)
    plain = keras.Sequential([keras.Input((150, 150, 3)), *small_convnet()])
    plain.load_weights(work / "first_try.h5")
    assert str(plain.count_params()) == printed.splitlines()[-1].partition(" ")[0]


def small_convnet():
    for filters in (32, 32, 64):
        yield from (keras.layers.Conv2D(filters, 3), keras.layers.ReLU(), keras.layers.MaxPooling2D())
    yield from (keras.layers.Flatten(), keras.layers.Dense(64), keras.layers.ReLU(), keras.layers.Dropout(0.5))
    yield from (keras.layers.Dense(1), keras.layers.Activation("sigmoid"))


@many_pictures
def test_bottleneck_features_and_fine_tuning(run, work):
    """The second program loads the weights that the first one saved, into a head of unknown size."""
    first = run("bottleneck features", precision="bfloat16")
    features = np.load(work / "bottleneck_features_train.npy")
    assert (features.shape, features.dtype) == ((2000, 4, 4, 512), np.float32)
    assert np.load(work / "bottleneck_features_validation.npy").shape == (800, 4, 4, 512)
    assert "Found 2000 images belonging to 2 classes.\n" in first.printed
    assert [line for line, text in first.advice if "rescale" in text] != []

    afterwards = (
        "import json\n"
        "print(json.dumps([len(model.layers), model.input_shape, model.output_shape, len(model.trainable_weights),\n"
        "                  float(model.optimizer.lr), sorted(model.history.history)]))\n"
    )
    second = run("fine-tuning", afterwards, "bfloat16")
    layers, _, shape, trained, rate, keys = json.loads(second.printed.splitlines()[-1])
    assert (layers, shape, trained) == (20, [None, 1], 0)
    assert rate == pytest.approx(1e-4)
    assert {"loss", "val_loss"} <= set(keys)
    assert any(line == 1158 and "15" in text for line, text in second.advice)
    for word in ("shear_range", "rescale", "frozen"):
        assert any(word in text for _, text in second.advice), word


def test_old_model_file(run, work, test_data):
    """A whole model as Keras 2.1 saved it, with real weights; it answers as the network of these weights does."""
    from tests.keras2.seeds.old_model_file import write_old_mobilenet

    weights = test_data / "weights" / "mobilenet_2_5_224_tf.h5"
    write_old_mobilenet(work / "mobilenet.h5", weights)
    afterwards = (
        "import numpy as np\nnp.save('scores.npy', model.predict(np.load('pixels.npy')))\nmodel.save('again.h5')\n"
    )
    scaled = keras.applications.mobilenet.preprocess_input(pixels(work, 224))
    np.save(work / "pixels.npy", scaled)
    run("old model file", afterwards)
    theirs = keras.applications.MobileNet(alpha=0.25, weights=None)
    theirs.load_weights(weights)
    expected = theirs.predict(scaled, verbose=0)
    assert expected.max() > 0.2
    np.testing.assert_allclose(np.load(work / "scores.npy"), expected, atol=0.02)
    again = keras.saving.load_model(work / "again.h5", compile=False)
    np.testing.assert_allclose(again.predict(scaled, verbose=0), expected, atol=0.02)


@many_pictures
def test_the_books_chapter(run, work):
    afterwards = (
        "import json\n"
        "print(json.dumps([train_features.shape, test_labels.mean(), len(history.history['acc']),\n"
        "                  [layer.name for layer in conv_base.layers if layer.trainable and layer.weights],\n"
        "                  len(model.trainable_weights), len(model.layers)]))\n"
    )
    printed = run("the book's chapter", afterwards, "bfloat16").printed
    assert "before freezing the conv base: 30\n" in printed
    assert "after freezing the conv base: 4\n" in printed
    features, mean, epochs, trained, weights, layers = json.loads(printed.splitlines()[-1])
    assert (features, mean, epochs, layers) == ([2000, 8192], 0.5, 1, 4)
    assert (trained, weights) == (["block5_conv1", "block5_conv2", "block5_conv3"], 10)
    for number in range(1, 7):  # two at each of three calls of plt.show()
        assert (work / f"figure-{number}.png").stat().st_size > 5_000
    for name in ("cats_and_dogs_small_3.h5", "cats_and_dogs_small_4.h5"):
        loaded = keras.saving.load_model(work / name, compile=False)
        assert (loaded.count_params(), loaded.output_shape) == (16_812_353, (None, 1))
