"""HDF5 files by Keras 2 open here with equal answers, and those written here open in Keras 2 and in plain Keras 3."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea import keras2
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.single_backend,
    # Keras 2 wrote a single input as a list of one, and Keras 3 wants the same back; and it renamed an argument.
    pytest.mark.filterwarnings("ignore:The structure of `inputs` doesn't match", "ignore:Argument `alpha`"),
    pytest.mark.skipif(not find_spec("tf_keras"), reason="tf_keras, which is Keras 2, is not installed"),
]

SMALL = ("nested", "mixed", "stack", "old_optimizer")
NETWORKS = ("VGG16", "ResNet50", "DenseNet", "MobileNet", "MobileNetV2", "Xception")
WHOLE = (*SMALL, "DenseNet", "MobileNet")  # with all the classes of layers that the others have


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Keras 2 wrote; and in ``ours`` the same, opened and written here, with what both make of it.

    Each network is built or opened once, for that takes long; most of them have their weights in files, and no more.
    """
    folder = tmp_path_factory.mktemp("models")
    (folder / "ours").mkdir()
    program = [sys.executable, "-m", "tests.keras2.saving.tf_keras_models", str(folder), *WHOLE]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program, cwd=ROOT, env=environment, text=True, **pipes) as keras_2:
        assert "written\n" in iter(keras_2.stdout.readline, ""), "Keras 2 failed"  # type: ignore[union-attr]
        for name in (*SMALL, *NETWORKS):
            found = {}
            if name in WHOLE:
                whole = keras2.models.load_model(folder / f"{name}.h5")
                assert isinstance(whole, keras2.models.Model)
                whole.save(folder / "ours" / f"{name}.h5")
                found["whole"] = answers(whole, folder / f"{name}.npz")
            filled = whole if name in SMALL else network(name, folder)
            if name in NETWORKS:
                filled.load_weights(folder / f"{name}_weights.h5")
                found["filled"] = answers(filled, folder / f"{name}.npz")
            filled.save_weights(folder / "ours" / f"{name}_weights.h5")
            np.savez(folder / f"{name}_here.npz", **named(found))
        keras_2.communicate("read\n", timeout=200)
    assert keras_2.returncode == 0
    return folder


def network(name: str, folder: Path) -> Any:
    """A network of the collection, whose weights a file is to fill."""
    shape = arrays(folder / f"{name}.npz", "input")[0].shape[1:]
    settings: dict[str, Any] = {"include_top": False}
    if name.startswith("MobileNet"):
        settings = {"alpha": 0.25 if name == "MobileNet" else 0.35, "classifier_activation": None}
    elif name == "DenseNet":
        settings["blocks"] = [2, 2, 2, 2]
    build = keras2.applications.densenet.DenseNet if name == "DenseNet" else getattr(keras2.applications, name)
    return build(weights=None, input_shape=shape, **settings)


def named(found: dict[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    return {f"{how}_{number}": array for how, some in found.items() for number, array in enumerate(some)}


def arrays(path: Path, prefix: str) -> list[np.ndarray]:
    with np.load(path) as file:
        return [file[name] for name in sorted(file.files) if name.startswith(prefix)]


def answers(model: Any, path: Path) -> list[np.ndarray]:
    inputs = arrays(path, "input")
    found = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [keras.ops.convert_to_numpy(one) for one in (found if isinstance(found, list | tuple) else [found])]


def assert_equal(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert np.abs(other[0] - other[1]).max() > 0.001 * np.abs(other).max(), "the answers say nothing"
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4 * np.abs(other).max())


def test_the_whole_models_have_every_class_of_layers(folder: Path) -> None:
    classes = json.loads((folder / "classes.json").read_text())
    assert set(classes) == {*SMALL, *NETWORKS}
    assert {kind for name in NETWORKS for kind in classes[name]} <= {kind for name in WHOLE for kind in classes[name]}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_models_of_keras_2_answer_here_as_there(name: str, folder: Path) -> None:
    assert_equal(arrays(folder / f"{name}_here.npz", "whole"), arrays(folder / f"{name}.npz", "output"))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_models_written_here_answer_in_keras_2(name: str, folder: Path) -> None:
    assert_equal(arrays(folder / "ours" / f"{name}.npz", "output"), arrays(folder / f"{name}.npz", "output"))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_models_written_here_answer_in_plain_keras_3(name: str, folder: Path) -> None:
    model = keras.saving.load_model(folder / "ours" / f"{name}.h5")
    assert not type(model).__module__.startswith("amalthea") and not isinstance(model, keras2.models.Model)
    assert_equal(answers(model, folder / f"{name}.npz"), arrays(folder / f"{name}.npz", "output"))


@pytest.mark.parametrize("name", [*SMALL, *NETWORKS])
def test_weights_written_here_fill_models_of_keras_2(name: str, folder: Path) -> None:
    assert_equal(arrays(folder / "ours" / f"{name}_weights.npz", "output"), arrays(folder / f"{name}.npz", "output"))


@pytest.mark.parametrize("file", ["{}.h5", "{}_weights.h5"])
@pytest.mark.parametrize("name", SMALL)
def test_weights_of_keras_2_fill_models_here(name: str, file: str, folder: Path) -> None:
    model = keras2.models.load_model(folder / f"{name}.h5", compile=False)
    model.set_weights([np.zeros_like(array) for array in model.get_weights()])
    model.load_weights(folder / file.format(name))
    assert_equal(answers(model, folder / f"{name}.npz"), arrays(folder / f"{name}.npz", "output"))


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_of_keras_2_fill_the_networks_of_the_collection(name: str, folder: Path) -> None:
    assert_equal(arrays(folder / f"{name}_here.npz", "filled"), arrays(folder / f"{name}.npz", "output"))


def test_the_frozen_stay_frozen(folder: Path) -> None:
    model = keras2.models.load_model(folder / "nested.h5")
    assert [layer.trainable for layer in model.layers] == [True, False, True]
    assert len(model.trainable_weights) == 6


def test_training_goes_on(folder: Path) -> None:
    model = keras2.models.load_model(folder / "stack.h5")
    assert int(model.optimizer.iterations) == 3
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(1e-3)
    momenta = [variable for variable in model.optimizer.variables if variable.name.endswith("momentum")]
    assert len(momenta) == 6
    assert all(np.abs(keras.ops.convert_to_numpy(variable)).max() > 0 for variable in momenta[-2:])
    model.train_on_batch(np.ones((4, 16, 16, 3)), np.ones(4))
    assert int(model.optimizer.iterations) == 4


def test_the_optimizer_of_that_time_goes_on(folder: Path) -> None:
    model = keras2.models.load_model(folder / "old_optimizer.h5")
    assert int(model.optimizer.iterations) == 3
    velocities = [variable for variable in model.optimizer.variables if variable.name.endswith("velocity")]
    assert len(velocities) == 6
    assert all((keras.ops.convert_to_numpy(variable) > 0).all() for variable in velocities)


@pytest.mark.parametrize("name", ["stack", "old_optimizer"])
def test_keras_2_trains_on_what_is_written_here(name: str, folder: Path) -> None:
    optimizer = keras2.models.load_model(folder / f"{name}.h5").optimizer
    slots = ("momentum", "velocity")  # all of the first, then all of the second
    expected = [variable for slot in slots for variable in optimizer.variables if variable.name.endswith(slot)]
    assert expected
    steps, *state = arrays(folder / "ours" / f"{name}.npz", "state")
    assert steps == 3
    for found, variable in zip(state, expected, strict=True):
        np.testing.assert_array_equal(found, keras.ops.convert_to_numpy(variable))
