"""Every installed way to compute a network, measured."""

import dataclasses
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import amalthea
from amalthea.errors import ArgumentError, UnknownModelError
from amalthea.runtime import compare_speed, comparison, installed_ways, speed_process
from amalthea.runtime.comparison import Way
from amalthea.runtime.speed import median_seconds, speed_of

pytestmark = pytest.mark.single_backend

QUICK = {"batch": 4, "seconds": 0.01}


def test_all_that_is_installed_and_nothing_else():
    ways = installed_ways("ResNet50", int8=True)
    keras = [way.backend for way in ways if way.backend]
    assert keras == [name for name in amalthea.BACKENDS if find_spec(name)]
    assert {way.name for way in ways if way.backend} >= {"Keras on OpenVINO"}
    runtimes = [(way.runtime, way.precision) for way in ways if way.runtime]
    others = [("onnxruntime", "float32")] if find_spec("onnxruntime") else []
    assert runtimes == [*others, *(("openvino", each) for each in ("float32", "bfloat16", "int8"))]
    assert installed_ways("ResNet50") == ways[:-1]
    assert installed_ways("own.onnx") == tuple(way for way in ways[:-1] if way.runtime)


def test_a_network_of_the_catalogue(monkeypatch):
    ways = (Way("Keras on OpenVINO", backend="openvino"), Way("OpenVINO", runtime="openvino"))
    monkeypatch.setattr(comparison, "installed_ways", lambda model, int8: ways)
    before = dict(os.environ)
    found = list(compare_speed("mobilenet", **QUICK))
    assert [(each.model, each.runtime, each.precision) for each in found] == [
        ("MobileNet", "Keras on OpenVINO", "float32"),
        ("MobileNet", "OpenVINO", "float32"),
    ]
    for each in found:
        assert each.error is None
        assert 0 < each.latency < 10
        assert each.throughput > 1
    assert dict(os.environ) == before


def test_keras_on_another_backend(monkeypatch, tmp_path):
    """That of most tests is loaded anyway; all of them are measured in tests/apps/test_bench.py, which is slow."""
    pytest.importorskip("tensorflow")
    started, run = [], subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *given, env, **rest: started.append(env) or run(*given, env=env, **rest)
    )
    task = {"model": "MobileNet", "is_file": False, "batch": 2, "seconds": 0, "folder": str(tmp_path)}
    measured = comparison._measured("MobileNet", Way("Keras on TensorFlow", backend="tensorflow"), task)
    assert [environment["KERAS_BACKEND"] for environment in started] == ["tensorflow"]
    assert (measured.runtime, measured.precision, measured.error) == ("Keras on TensorFlow", "float32", None)
    assert measured.latency > 0
    assert measured.throughput > 0


def test_what_a_way_cannot_do_is_said_and_the_others_go_on(monkeypatch, tmp_path):
    ways = (
        Way("OpenVINO", "float8", runtime="openvino"),
        Way("Theano", runtime="theano"),
        Way("OpenVINO", runtime="openvino"),
    )
    monkeypatch.setattr(comparison, "installed_ways", lambda model, int8: ways)
    model = amalthea.get_model("MobileNet", alpha=0.25, weights=None, classes=2, input_shape=(32, 32, 3))
    amalthea.save(model, tmp_path / "small.onnx", classes=["cat", "dog"])
    float8, theano, openvino = compare_speed(tmp_path / "small.onnx", **QUICK)
    assert float8.error.startswith("precision='float8'; there is 'float32' and 'bfloat16'")
    assert theano.error.startswith("runtime='theano'; there is 'openvino' and 'onnxruntime'")
    assert (openvino.model, openvino.error) == ("small.onnx", None)
    assert openvino.throughput > 1
    assert theano.latency is theano.throughput is None


def test_a_process_that_dies_or_takes_too_long_is_a_row(monkeypatch, tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho chatter\necho first >&2\necho Killed. >&2\nsleep $PAUSE\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    way, task = Way("OpenVINO", runtime="openvino"), {"seconds": 0.0}
    monkeypatch.setenv("PAUSE", "0")
    assert comparison._measured("MobileNet", way, task).error == "Its process ended with status 3: Killed."
    monkeypatch.setenv("PAUSE", "5")
    monkeypatch.setattr(comparison, "_PATIENCE", 0.3)
    assert comparison._measured("MobileNet", way, task).error == "It took more than 0 seconds."


def test_a_setting_that_cannot_be_used_is_told_once(monkeypatch):
    monkeypatch.setenv("AMALTHEA_CACHE_SIZE", "abc")
    with pytest.raises(ArgumentError, match="AMALTHEA_CACHE_SIZE='abc'; allowed is a number of GiB"):
        next(compare_speed("MobileNet"))


def test_unknown_names():
    with pytest.raises(UnknownModelError, match="ResNet50"):
        next(compare_speed("ResNet5O"))


def test_int8(tmp_path):
    pytest.importorskip("nncf")
    task = {"model": "MobileNet", "is_file": False, "folder": str(tmp_path), "runtime": "openvino", "precision": "int8"}
    assert speed_process._of_runner(task | QUICK).latency > 0


def test_the_median_counts_and_the_first_call_does_not():
    calls = []
    assert median_seconds(lambda: calls.append(None), 0.0) > 0
    assert len(calls) == 1 + 3
    seen = []
    speed = speed_of(lambda x: seen.append(len(x)), np.zeros((5, 2), np.float32), 0.0)
    assert seen == [1] * 4 + [5] * 4
    assert speed.throughput > 0
    speed_of(lambda both: seen.append(tuple(map(len, both))), [np.zeros((5, 2)), np.zeros(5)], 0.0)
    assert seen[8:] == [(1, 1)] * 4 + [(5, 5)] * 4


def test_measurements_are_plain_values():
    measured = comparison._failed("MobileNet", Way("OpenVINO"), "why")
    assert dataclasses.asdict(measured)["error"] == "why"
