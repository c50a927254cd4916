"""Networks by name: built once, then taken from the cache, never a wrong one."""

import json
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import amalthea
from amalthea.applications import MobileNet
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError, UnknownModelError, UnsupportedLayerError
from amalthea.runtime import cache
from tests.live_weights import set_live_weights, two_pictures
from tests.runtime.agreement import numbers
from tests.runtime.test_cache import DAMAGES

pytestmark = pytest.mark.single_backend

X = two_pictures((224, 224, 3))


@pytest.fixture
def graphs(home):
    """A function that lists the graphs in the cache."""
    return lambda: list((home / "cache" / "graphs").glob("*"))


def dense_model():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def answer(**arguments):
    return amalthea.predictor("MobileNet", alpha=0.25, **arguments)(X)


def test_by_name_and_by_model(cached_weights, graphs):
    expected = MobileNet(alpha=0.25).predict(X, verbose=0)
    for predictor in (
        amalthea.predictor("MobileNet", alpha=0.25),
        amalthea.predictor("mobile-net", alpha=0.25),
        amalthea.predictor(MobileNet(alpha=0.25)),
    ):
        np.testing.assert_allclose(predictor(X), expected, rtol=0, atol=1e-5)
    assert len(graphs()) == 1, "only networks by name are cached"


PROCESS = """
import json, sys
import amalthea
[prediction] = amalthea.predictor("MobileNet", alpha=0.25).predict_images(sys.argv[1], top=1)
heavy = {"keras", "onnx", "scipy", "tensorflow", "torch", "jax"} & set(sys.modules)
print(json.dumps([prediction.classes[0].name, sorted(heavy)]))
"""


def test_the_second_process_needs_no_keras(cached_weights, test_data, graphs):
    command = [sys.executable, "-c", PROCESS, str(test_data / "images" / "elephant.jpg")]
    first, second = (
        json.loads(
            subprocess.run(command, capture_output=True, check=True, env=dict(os.environ)).stdout.splitlines()[-1]
        )
        for _ in range(2)
    )
    assert first[0] == second[0] == "African_elephant"
    assert {"keras", "onnx"} <= set(first[1])
    assert second[1] == []
    assert len(graphs()) == 1


@pytest.mark.parametrize("damage", ["empty", "cut off", "a bit in the middle"])
def test_a_damaged_graph_is_built_again(cached_weights, graphs, damage):
    expected = answer()
    [path] = graphs()
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert cache.find(f"graphs/{path.name}") is None
    np.testing.assert_array_equal(answer(), expected)
    assert cache.find(f"graphs/{path.name}") == path


def test_other_arguments_are_another_graph(cached_weights, graphs):
    expected = answer()
    logits = answer(classifier_activation=None)
    assert len(graphs()) == 2
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), expected, atol=1e-5)
    amalthea.predictor("MobileNet", alpha=0.75)
    assert len(graphs()) == 3
    np.testing.assert_array_equal(answer(classifier_activation=None), logits)
    assert len(graphs()) == 3


def test_another_weight_file_is_another_graph(cached_weights, graphs):
    file = cached_weights / "mobilenet_2_5_224_tf.h5"
    before = answer()
    own = shutil.copy(file, cached_weights / "copy.h5")
    np.testing.assert_array_equal(answer(weights=own), before)
    np.testing.assert_array_equal(answer(weights=str(own)), before)
    assert len(graphs()) == 2

    model = MobileNet(alpha=0.25)
    set_live_weights(model)
    changed = keras_2_file(model, file)
    expected = model.predict(X, verbose=0)
    assert not np.allclose(expected, before, atol=0.01)
    shutil.copy(changed, own)
    np.testing.assert_allclose(answer(weights=own), expected, rtol=0, atol=1e-5)
    assert len(graphs()) == 3


def keras_2_file(model, template):
    """The weights of a model in a copy of an official file."""
    import h5py

    path = template.with_name("changed.h5")
    shutil.copy(template, path)
    arrays = iter(layer.get_weights() for layer in model.layers if layer.weights)
    with h5py.File(path, "r+") as file:
        groups = [file[name] for name in file.attrs["layer_names"]]
        for group in (group for group in groups if len(group.attrs["weight_names"])):
            for name, array in zip(group.attrs["weight_names"], next(arrays), strict=True):
                group[name][...] = array
    return path


def test_another_data_format_is_another_graph(cached_weights, graphs):
    expected = answer()
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        found = amalthea.predictor("MobileNet", alpha=0.25)(X.transpose(0, 3, 1, 2))
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert len(graphs()) == 2


def test_random_weights_and_objects_are_not_cached(cached_weights, graphs):
    answer(weights=None)
    amalthea.predictor("MobileNet", alpha=0.25, input_tensor=keras.Input((224, 224, 3)))
    assert graphs() == []


def test_a_cache_folder_that_cannot_be_written(cached_weights, tmp_path, monkeypatch):
    expected = answer()
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AMALTHEA_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.warns(AmaltheaWarning, match="Nothing is cached") as warnings:
        np.testing.assert_allclose(answer(), expected, rtol=0, atol=1e-6)
    assert sum(issubclass(warning.category, AmaltheaWarning) for warning in warnings) == 1


@pytest.mark.parametrize(
    ("model", "arguments", "error", "message"),
    [
        ("MobileNet", {"precision": "half"}, ArgumentError, "precision='half'; there is 'float32' and 'bfloat16'"),
        ("MobileNet", {"runtime": "tvm"}, ArgumentError, "runtime='tvm'; there is 'openvino' and 'onnxruntime'"),
        (dense_model(), {"threads": 0}, ArgumentError, "threads=0 must be a whole number above 0"),
        (dense_model(), {"streams": 1.5}, ArgumentError, "streams=1.5 must be a whole number above 0"),
        ("MobileNot", {}, UnknownModelError, "no model 'MobileNot'. Did you mean MobileNet"),
        ("MobileNet", {"alpha": 0.3}, ArgumentError, r"alpha 0.25, 0.5, 0.75, 1.0, not for alpha=0.3"),
        ("MobileNet", {"weights": "no/such.h5"}, MissingFileError, "weights='no/such.h5' is no file"),
        ("MobileNet", {"pooling": "sum", "weights": None}, ArgumentError, "pooling='sum'; allowed are None, 'avg'"),
        (keras.Sequential([keras.Input((2,))]), {"alpha": 0.25}, ArgumentError, "alpha: only a network given by its"),
        (keras.Sequential([keras.Input((2,)), keras.layers.Lambda(abs)]), {}, UnsupportedLayerError, "type Lambda"),
        (42, {}, ArgumentError, "model=42 is a int; allowed is a keras.Model"),
    ],
    ids=["precision", "runtime", "threads", "streams", "name", "alpha", "path", "pooling", "built", "Lambda", "number"],
)
def test_wrong_arguments(model, arguments, error, message):
    with pytest.raises(error, match=message):
        amalthea.predictor(model, **arguments)


def test_providers_reach_onnxruntime():
    pytest.importorskip("onnxruntime")
    chosen = {"runtime": "onnxruntime", "providers": ["CPUExecutionProvider"]}
    np.testing.assert_array_equal(
        amalthea.predictor(model := dense_model(), **chosen)(x := numbers(3, 2)),
        amalthea.predictor(model, runtime="onnxruntime")(x),
    )
    for providers, message in (
        (["MoonExecutionProvider"], "ONNX Runtime has .*, but no MoonExecutionProvider"),
        ("CPUExecutionProvider", r"give a list of them: \['CPUExecutionProvider'\]"),
    ):
        with pytest.raises(ArgumentError, match=message):
            amalthea.predictor(model, runtime="onnxruntime", providers=providers)


def test_a_graph_that_is_cleared_while_it_is_opened(cached_weights, graphs, monkeypatch):
    expected = answer()
    find = cache.find

    def found_and_cleared(name):
        path = find(name)
        if path:
            path.unlink()
        return path

    monkeypatch.setattr(cache, "find", found_and_cleared)
    np.testing.assert_allclose(answer(), expected, rtol=0, atol=1e-6)
    assert len(graphs()) == 1


def test_public_names():
    from amalthea import runtime

    assert runtime.__all__ == sorted(runtime.__all__)
    for name in runtime.__all__:
        assert getattr(runtime, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'predict'"):
        runtime.predict  # noqa: B018


def test_importing_the_function_is_quick():
    code = "import sys; from amalthea import predictor; print({'openvino', 'keras'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert loaded == "set()\n"


def test_arguments_are_checked_before_anything_is_downloaded(monkeypatch):
    monkeypatch.setenv("AMALTHEA_WEIGHTS_URL", "http://127.0.0.1:9")
    for arguments, message in (
        ({"classes": 10}, "VGG16: classes=10"),
        ({"pooling": "bad"}, "VGG16: pooling='bad'"),
        ({"alpha": 1}, "VGG16 takes no alpha; it takes include_top"),
        ({"threads": 0}, "threads=0 must be a whole number above 0, or None"),
        ({"streams": "2"}, "streams='2' must be a whole number above 0, or None"),
        ({"providers": ["CPUExecutionProvider"]}, "providers=.* are of ONNX Runtime. Take runtime='onnxruntime'"),
    ):
        with pytest.raises(ArgumentError, match=message):
            amalthea.predictor("VGG16", **arguments)


def test_a_warning_comes_each_time(cached_weights, graphs):
    for _ in range(2):
        with pytest.warns(AmaltheaWarning, match="MobileNet: weights exist for .*, not for 200") as caught:
            amalthea.predictor("MobileNet", alpha=0.25, input_shape=(200, 200, 3))
        ours = [warning for warning in caught if issubclass(warning.category, AmaltheaWarning)]
        assert [warning.filename for warning in ours] == [__file__]
    assert graphs() == []


def test_a_file_replaced_with_the_same_size_and_time_is_another_graph(cached_weights):
    file = cached_weights / "mobilenet_2_5_224_tf.h5"
    own = shutil.copy2(file, cached_weights / "copy.h5")
    before = answer(weights=own)
    model = MobileNet(alpha=0.25)
    set_live_weights(model)
    status = os.stat(own)
    shutil.copy(keras_2_file(model, file), own)
    os.utime(own, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (os.stat(own).st_size, os.stat(own).st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert not np.allclose(answer(weights=own), before, atol=0.01)
