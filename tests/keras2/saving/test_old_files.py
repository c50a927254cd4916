"""Descriptions and weights as Keras 1 and early Keras 2 wrote them, by hand: no such Keras runs any more."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from amalthea.errors import AmaltheaWarning, ArgumentError, ArgumentTypeError, ModelFileError, UnsafeWeightsError
from amalthea.keras2.applications import mobilenet
from amalthea.keras2.models import Model, Sequential, load_model, model_from_config, model_from_json, model_from_yaml


def conv1(name: str, **more: Any) -> dict[str, Any]:
    """A convolution as Keras 1.2 described it."""
    config = {
        "name": name,
        "trainable": True,
        "nb_filter": 4,
        "nb_row": 3,
        "nb_col": 2,
        "init": "glorot_uniform",
        "activation": "relu",
        "border_mode": "same",
        "subsample": [1, 1],
        "dim_ordering": "tf",
        "W_regularizer": {"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.01},
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0},
        "b_constraint": None,
        "bias": True,
        **more,
    }
    return {"class_name": "Convolution2D", "config": config}


def dense1(name: str, units: int, **more: Any) -> dict[str, Any]:
    config = {"name": name, "output_dim": units, "init": "uniform", "activation": "linear", "bias": True, **more}
    return {"class_name": "Dense", "config": config}


FIRST = {"batch_input_shape": [None, 5, 6, 3], "input_dtype": "float32"}
SEQUENTIAL = {
    "class_name": "Sequential",
    "config": [
        conv1("convolution2d_1", **FIRST),
        {
            "class_name": "BatchNormalization",
            "config": {"name": "norm", "epsilon": 1e-5, "mode": 0, "axis": -1, "momentum": 0.9},
        },
        {"class_name": "Flatten", "config": {"name": "flatten_1"}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "p": 0.25}},
        dense1("dense_1", 2),
    ],
}


def written(path: Path, description: Any, arrays: dict[str, list[np.ndarray]], **texts: str) -> Path:
    """A model file by hand."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(description).encode()
        for name, text in texts.items():
            file.attrs[name] = text.encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [name.encode() for name in arrays]
        for layer, members in arrays.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{layer}_{i}".encode() for i in range(len(members))], dtype="S99")
            for i, member in enumerate(members):
                group[f"{layer}_{i}"] = member
    return path


def draws(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    generator = np.random.default_rng(3)
    return [generator.uniform(0.5, 1.5, shape).astype("float32") for shape in shapes]


def test_a_stack_of_keras_1(tmp_path: Path) -> None:
    arrays = {
        "convolution2d_1": draws((3, 2, 3, 4), (4,)),
        "norm": draws((4,), (4,), (4,), (4,)),
        "flatten_1": [],
        "dropout_1": [],
        "dense_1": draws((120, 2), (2,)),
    }
    model = load_model(written(tmp_path / "old.h5", SEQUENTIAL, arrays), compile=False)
    assert isinstance(model, Sequential)
    assert model.output_shape == (None, 2)
    conv, norm, _, dropout, _ = model.layers
    assert (conv.filters, tuple(conv.kernel_size), conv.padding) == (4, (3, 2), "same")
    assert conv.kernel_regularizer.l2 == pytest.approx(0.01)
    assert conv.kernel_constraint.max_value == 2
    assert (norm.epsilon, dropout.rate) == (1e-5, 0.25)
    for found, expected in zip(model.get_weights(), [a for members in arrays.values() for a in members], strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_graph_of_keras_1_with_a_merge() -> None:
    def call(*names: str) -> list[Any]:
        return [[[name, 0, 0] for name in names]]

    merge = {"name": "merge_1", "mode": "concat", "mode_type": "raw", "concat_axis": -1, "dot_axes": -1}
    layers = [
        {"class_name": "InputLayer", "config": {"name": "input_1", **FIRST}, "inbound_nodes": []},
        {**conv1("a"), "inbound_nodes": call("input_1")},
        {**conv1("b"), "inbound_nodes": call("input_1")},
        {"class_name": "Merge", "config": merge, "inbound_nodes": call("a", "b")},
    ]
    config = {
        "name": "model_1",
        "layers": [{**layer, "name": layer["config"]["name"]} for layer in layers],  # type: ignore[index]
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["merge_1", 0, 0]],
    }
    model = model_from_json(json.dumps({"class_name": "Model", "config": config, "keras_version": "1.2.2"}))
    assert isinstance(model, Model)
    assert model.output_shape == (None, 5, 6, 8)
    assert [layer.name for layer in model.layers] == ["input_1", "a", "b", "merge_1"]
    merge["mode"] = "lambda"
    with pytest.raises(ModelFileError, match="the layer 'merge_1' merges by 'lambda'"):
        model_from_config({"class_name": "Model", "config": config})


@pytest.mark.parametrize("theano", [False, True])
def test_kernels_of_theano(theano: bool, tmp_path: Path) -> None:
    """(filters, channels, rows, columns) in Keras 1; turned by 180 degrees where Theano made the numbers."""
    kernel, bias = draws((4, 3, 3, 2), (4,))
    first = {**FIRST, "batch_input_shape": [None, 3, 5, 6]}
    description = {"class_name": "Sequential", "config": [conv1("c", dim_ordering="th", **first)]}
    texts = {"backend": "theano"} if theano else {}
    path = written(tmp_path / "th.h5", description, {"c": [kernel, bias]}, **texts)
    model = load_model(path, compile=False)
    expected = kernel.transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(model.get_weights()[0], expected[::-1, ::-1] if theano else expected)

    last = {"class_name": "Sequential", "config": [conv1("c", **FIRST)]}
    other = model_from_config(last)
    with pytest.warns(AmaltheaWarning, match="The kernels of c … are in Theano's order of axes"):
        other.load_weights(path)
    np.testing.assert_array_equal(other.get_weights()[0], expected[::-1, ::-1] if theano else expected)


def test_theanos_kernels_within_a_model_of_keras_2(tmp_path: Path) -> None:
    inner = keras.Sequential([keras.Input((5, 6, 3)), keras.layers.Conv2D(4, 2), keras.layers.BatchNormalization()])
    outer = Sequential([keras.Input((5, 6, 3)), inner])
    kernel, *others = draws((2, 2, 3, 4), (4,), (4,), (4,), (4,), (4,))
    arrays = {inner.name: [kernel, *others]}
    path = written(tmp_path / "x.h5", {}, arrays, keras_version="2.0.8", backend="theano")
    outer.load_weights(path)
    np.testing.assert_array_equal(outer.get_weights()[0], kernel[::-1, ::-1])
    np.testing.assert_array_equal(outer.get_weights()[1], others[0])

    path = written(tmp_path / "x.h5", {}, arrays, keras_version="2.0.8", backend="tensorflow")
    outer.load_weights(path)
    np.testing.assert_array_equal(outer.get_weights()[0], kernel)


def test_gates_of_keras_1(tmp_path: Path) -> None:
    gates = draws(*[(3, 2), (2, 2), (2,)] * 4)
    i, c, f, o = (gates[3 * number : 3 * number + 3] for number in range(4))
    model = Sequential([keras.Input((7, 3)), keras.layers.LSTM(2, name="lstm_1")])
    model.load_weights(written(tmp_path / "lstm.h5", {}, {"lstm_1": gates}))
    for number, found in enumerate(model.get_weights()):
        expected = np.concatenate([gate[number] for gate in (i, f, c, o)], axis=-1)
        np.testing.assert_array_equal(found, expected)


def test_mobilenet_of_keras_2(tmp_path: Path) -> None:
    """``DepthwiseConv2D(groups=1)``, ``axis=[3]``, ``relu6``, as in KERAS-FACTS D1."""
    layers = [
        {
            "class_name": "DepthwiseConv2D",
            "config": {
                "name": "dw",
                "trainable": True,
                "batch_input_shape": [None, 6, 6, 2],
                "dtype": "float32",
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "padding": "valid",
                "data_format": "channels_last",
                "dilation_rate": [1, 1],
                "groups": 1,
                "activation": "linear",
                "use_bias": False,
                "depth_multiplier": 1,
                "depthwise_initializer": {
                    "class_name": "VarianceScaling",
                    "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
                },
            },
        },
        {
            "class_name": "BatchNormalization",
            "config": {
                "name": "bn",
                "axis": [3],
                "momentum": 0.99,
                "epsilon": 0.001,
                "gamma_initializer": {"class_name": "Ones", "config": {"dtype": "float32"}},
            },
        },
        {"class_name": "Activation", "config": {"name": "relu", "activation": "relu6"}},
    ]
    description = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}
    arrays = {"dw": draws((3, 3, 2, 1)), "bn": draws((2,), (2,), (2,), (2,)), "relu": []}
    training = {
        "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.5, "momentum": 0.0, "decay": 0.0}},
        "loss": "mse",
        "metrics": ["acc"],
        "sample_weight_mode": None,
        "loss_weights": None,
    }
    texts = {"keras_version": "2.1.6", "backend": "tensorflow", "training_config": json.dumps(training)}
    path = written(tmp_path / "mobile.h5", description, arrays, **texts)
    own = {"relu6": mobilenet.relu6, "DepthwiseConv2D": mobilenet.DepthwiseConv2D}
    for model in (load_model(path, custom_objects=own), load_model(path)):
        answer = model.predict(100 * np.ones((1, 6, 6, 2), "float32"), verbose=0)
        assert (answer == 6).all()
        assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == 0.5


LAMBDA = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [
            {
                "class_name": "Lambda",
                "config": {
                    "name": "double",
                    "batch_input_shape": [None, 2],
                    "function": ["4wEAAAAAAAAA", None, None],
                    "function_type": "lambda",
                    "output_shape": None,
                    "output_shape_type": "raw",
                    "arguments": {"factor": 2},
                },
            }
        ],
    },
}


def test_functions_in_files_are_not_run() -> None:
    with pytest.raises(UnsafeWeightsError, match="the function of the Lambda layer 'double' is not run from a file"):
        model_from_config(LAMBDA)

    def double(x: Any, factor: int) -> Any:
        return x * factor

    model = model_from_config(LAMBDA, custom_objects={"double": double})
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(np.ones((1, 2)))), [[2.0, 2.0]])


def test_descriptions_that_are_none() -> None:
    unknown = {"class_name": "Sequential", "config": [{"class_name": "Mystery", "config": {"name": "m"}}]}
    with pytest.raises(ModelFileError, match="holds a layer of class 'Mystery', which Keras does not have"):
        model_from_config(unknown)
    with pytest.raises(ModelFileError, match="json_string holds no description of a model"):
        model_from_json("{")
    with pytest.raises(ModelFileError, match="holds no description of a model by Keras"):
        model_from_json('{"class_name": "Model"}')
    with pytest.raises(ArgumentTypeError, match="needs a dictionary with class_name and config, not a list"):
        model_from_config([])  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="model_from_yaml is gone from Keras"):
        model_from_yaml("")


def test_json_of_keras_3_comes_back() -> None:
    plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="d")])
    model = model_from_json(plain.to_json())
    assert isinstance(model, Sequential)
    assert type(model.layers[0]) is not keras.layers.Dense


def test_an_unknown_loss_says_what_to_do(tmp_path: Path) -> None:
    arrays = {"dense_1": draws((3, 2), (2,))}
    description = {"class_name": "Sequential", "config": [dense1("dense_1", 2, batch_input_shape=[None, 3])]}
    training = {"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.1}}, "loss": "mine", "metrics": []}
    path = written(tmp_path / "x.h5", description, arrays, training_config=json.dumps(training))
    with pytest.raises(ModelFileError, match=r"custom_objects=\{name: function\}, or load the model by compile=False"):
        load_model(path)
    assert not load_model(path, compile=False).compiled

    def mine(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(y_pred - y_true)

    assert load_model(path, custom_objects={"mine": mine}).loss is mine
