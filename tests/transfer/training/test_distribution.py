"""Training on several devices, against the same training on one."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from amalthea.errors import ArgumentError
from amalthea.transfer.training.loop import train
from amalthea.transfer.training.settings import Training
from tests.transfer.training.rows import assert_equal, head, samples, weights

jax = pytest.mark.skipif(keras.config.backend() != "jax", reason="Keras divides pictures among devices on JAX")

# One computation, whose sums over the rows of a batch are added up by device: rounding of float32, some steps long.
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``two_devices`` prints."""
    for package in ("jax", "sklearn", "cv2"):
        pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("devices")
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0",
        "AMALTHEA_CACHE": str(folder / "cache"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = [sys.executable, "-m", "tests.transfer.training.two_devices", str(folder)]
    answer = subprocess.run(run, env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert list(one["history"]) == list(other["history"])
    for name, values in one["history"].items():
        np.testing.assert_allclose(other["history"][name], values, **CLOSE)
    for a, b in zip(one["weights"], other["weights"], strict=True):
        np.testing.assert_allclose(b, a, **CLOSE)


def assert_as_before(state: dict[str, Any]) -> None:
    assert (state["devices"], state["left"], state["set"]) == ([1], [], False)


@pytest.mark.single_backend
@pytest.mark.parametrize("stage", ["head", "block"])
def test_two_devices_learn_what_one_learns(found: dict[str, Any], stage: str) -> None:
    one, two = found["one"][stage], found["two"][stage]
    assert_same(one, two)
    losses = one["history"]["loss"]
    assert losses[-1] < 0.95 * losses[0], "it learned"
    # Whole batches, the last ones of an epoch and those to validate with: each device has a part of every one.
    assert one["seen"] == [[5, False, 1], [15, False, 1], [20, False, 1]]
    assert two["seen"] == [[5, True, 2], [15, True, 2], [20, True, 2]]
    assert_as_before(two)


@pytest.mark.single_backend
def test_the_command_divides_as_the_file_or_the_option_says(found: dict[str, Any]) -> None:
    two, one = found["command"], found["command, one"]
    assert "Each batch is divided among 2 devices: cpu:0, cpu:1." in two["said"]
    assert "devices" not in one["said"]
    assert (two["kept"], one["kept"]) == ("data", None)
    assert two["loss"] == pytest.approx(one["loss"], rel=1e-5)


@pytest.mark.single_backend
def test_what_two_devices_began_one_ends(found: dict[str, Any]) -> None:
    interrupted, resumed = found["stopped"]["interrupted"], found["stopped"]["resumed"]
    assert len(interrupted["history"]["loss"]) == 2
    assert resumed["history"]["loss"][:2] == interrupted["history"]["loss"], "it went on"
    assert_same(found["whole"], resumed)
    assert_as_before(interrupted)


@pytest.mark.single_backend
def test_after_an_error_all_is_as_before(found: dict[str, Any]) -> None:
    before, after = found["failed"]["before"], found["failed"]["after"]
    assert before == after
    assert_as_before(after)


@jax
def test_one_device_trains_alone_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    [device] = keras.distribution.list_devices()
    features, labels = samples(35)
    with_it, without = head(), head()
    with caplog.at_level(logging.INFO, "amalthea"):
        train(with_it, features, labels, None, Training(distribution="data", epochs=2))
    train(without, features, labels, None, Training(epochs=2))
    assert [record.getMessage() for record in caplog.records] == [
        f"distribution='data': {device} is the only device, and trains alone."
    ]
    assert_equal(weights(with_it), weights(without))
    assert keras.distribution.distribution() is None


@pytest.mark.skipif(keras.config.backend() == "jax", reason="there it is possible")
def test_other_backends_name_what_they_have() -> None:
    own = {
        "tensorflow": ("TensorFlow", "tf.distribute.MirroredStrategy"),
        "torch": ("torch", "torch.nn.parallel.DistributedDataParallel"),
        "openvino": ("OpenVINO", "nothing trains on it"),
    }
    name, strategy = own[keras.config.backend()]
    message = rf"^distribution='data': Keras .* on JAX, and runs on {name} here\. .*KERAS_BACKEND=jax .*{strategy}"
    with pytest.raises(ArgumentError, match=message):
        Training(distribution="data")


@pytest.mark.single_backend
@pytest.mark.parametrize("wrong", ["model", "Data", True, 2])
def test_anything_else_is_refused(wrong: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^distribution={wrong!r}; allowed: None, or 'data' "):
        Training(distribution=wrong)
