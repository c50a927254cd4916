"""From a graph to a runner: what is asked for, what cannot be, and what is not installed."""

import re
import subprocess
import sys
import threading
from importlib.util import find_spec

import numpy as np
import onnx
import openvino
import pytest
from onnx import TensorProto, helper

from amalthea.errors import ArgumentError, MissingDependencyError, ModelFileError
from amalthea.runtime.runners import check_precision, open_runner, while_imported

pytestmark = pytest.mark.single_backend

BFLOAT16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
RUNTIMES = ["openvino", *(["onnxruntime"] if find_spec("onnxruntime") else [])]
needs_onnxruntime = pytest.mark.skipif("onnxruntime" not in RUNTIMES, reason="onnxruntime is not installed")


def graph_of(*nodes, shape=(None, 3), result=(None, 3), constants=()):
    """The content of a graph from x to y, both float32."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, result)
    graph = helper.make_graph(list(nodes), "graph", [x], [y], list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


NEGATIVE = graph_of(helper.make_node("Neg", ["x"], ["y"]))
ASKED = [lambda runtime: open_runner(NEGATIVE, runtime=runtime), lambda runtime: check_precision("float32", runtime)]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", ["content", "file"])
def test_either_runtime_opens_content_and_files(runtime, kind, tmp_path):
    path = tmp_path / "graph.onnx"
    path.write_bytes(NEGATIVE)
    runner = open_runner(path if kind == "file" else NEGATIVE, runtime=runtime)
    np.testing.assert_array_equal(runner([np.float32([[1, 2, 3]] * 5)])[0], np.float32([[-1, -2, -3]] * 5))
    assert type(runner).__module__ == f"amalthea.runtime.runners.{runtime}"


def test_importing_the_room_imports_no_runtime():
    code = (
        "import sys, amalthea.runtime.runners\n"
        "print(sorted({'openvino', 'onnxruntime', 'keras', 'onnx'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert answer.stdout == "[]\n", answer.stderr


def test_the_converter_of_openvino_is_imported_by_those_who_want_it():
    code = (
        "import sys\n"
        "from amalthea.runtime import check_precision\n"
        "check_precision('float32')\n"
        "print('openvino' in sys.modules, 'openvino.tools.ovc' in sys.modules)\n"
        "import openvino\n"
        "print(openvino.convert_model.__name__, hasattr(openvino, 'convert'), 'openvino.tools.ovc' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert answer.stdout == "True False\nconvert_model False True\n", answer.stderr


@pytest.mark.parametrize("ask", ASKED, ids=["open", "check"])
def test_an_unknown_runtime(ask):
    with pytest.raises(ArgumentError, match="runtime='tensorrt'; there is 'openvino' and 'onnxruntime'"):
        ask("tensorrt")


@pytest.mark.parametrize("ask", ASKED, ids=["open", "check"])
def test_a_runtime_that_is_not_installed(monkeypatch, ask):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "amalthea.runtime.runners.onnxruntime", raising=False)
    message = re.escape("""runtime='onnxruntime' is not installed: pip install "amalthea[onnxruntime]\"""")
    with pytest.raises(MissingDependencyError, match=message):
        ask("onnxruntime")


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_float32_is_everywhere(runtime):
    check_precision("float32", runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("precision", ["float16", "", None], ids=repr)
def test_an_unknown_precision(runtime, precision):
    message = f"precision={precision!r}; there is 'float32' and 'bfloat16'"
    with pytest.raises(ArgumentError, match=re.escape(message)):
        check_precision(precision, runtime)
    with pytest.raises(ArgumentError, match=re.escape(message)):
        open_runner(NEGATIVE, precision=precision, runtime=runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_int8_is_made_once_and_not_asked_for(runtime):
    with pytest.raises(ArgumentError, match=r"amalthea\.save\(model, path, precision='int8', calibration=folder\)"):
        check_precision("int8", runtime)


@needs_onnxruntime
def test_onnxruntime_has_no_bfloat16():
    with pytest.raises(ArgumentError, match=r"'bfloat16': ONNX Runtime computes in float32 .*or runtime='openvino'"):
        open_runner(NEGATIVE, runtime="onnxruntime", precision="bfloat16")


@pytest.mark.parametrize("name", ["threads", "streams"])
@pytest.mark.parametrize("value", [0, -1, 1.0, "2", True, np.int64(0)], ids=repr)
def test_threads_and_streams_that_are_none(name, value):
    with pytest.raises(ArgumentError, match=re.escape(f"{name}={value!r} must be a whole number above 0, or None")):
        open_runner(NEGATIVE, **{name: value})


@pytest.mark.parametrize(
    "arguments", [{"threads": 1}, {"streams": 1}, {"threads": np.int64(2), "streams": np.int32(2)}]
)
def test_threads_and_streams_reach_openvino(arguments):
    runner = open_runner(NEGATIVE, **arguments)
    x = np.random.default_rng(0).standard_normal((40, 3), np.float32)
    np.testing.assert_array_equal(runner([x])[0], -x)
    compiled = runner._compiler(((3,),), 4, "THROUGHPUT")
    properties = {"threads": "INFERENCE_NUM_THREADS", "streams": "NUM_STREAMS"}
    for name, value in arguments.items():
        assert compiled.get_property(properties[name]) == value
    assert compiled.get_property("ENABLE_CPU_PINNING") is False, "or two such processes would share a processor"


@needs_onnxruntime
def test_threads_reach_onnxruntime():
    runner = open_runner(NEGATIVE, runtime="onnxruntime", threads=np.int64(1))
    assert runner._session.get_session_options().intra_op_num_threads == 1


@needs_onnxruntime
def test_what_only_one_runtime_knows():
    with pytest.raises(ArgumentError, match=r"streams=2: ONNX Runtime computes one group .* Take runtime='openvino'"):
        open_runner(NEGATIVE, runtime="onnxruntime", streams=2)
    with pytest.raises(ArgumentError, match=r"providers=.* are of ONNX Runtime. Take runtime='onnxruntime'"):
        open_runner(NEGATIVE, providers=["CPUExecutionProvider"])


@needs_onnxruntime
def test_providers():
    for providers in (["CPUExecutionProvider"], [("CPUExecutionProvider", {})]):
        runner = open_runner(NEGATIVE, runtime="onnxruntime", providers=providers)
        assert runner._session.get_providers() == ["CPUExecutionProvider"]
    message = r"This installation of ONNX Runtime has .*CPUExecutionProvider.*, but no MoonExecutionProvider\."
    with pytest.raises(ArgumentError, match=message):
        open_runner(NEGATIVE, runtime="onnxruntime", providers=["MoonExecutionProvider", "CPUExecutionProvider"])


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("content", [b"", b"no graph", NEGATIVE[:40]], ids=len)
def test_what_is_no_graph(runtime, content, capfd):
    with pytest.raises(ModelFileError, match=r"cannot read the graph: "):
        open_runner(content, runtime=runtime)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_network_that_mixes_its_pictures(runtime):
    """Its answer would depend on how a batch is cut."""
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    mean = helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=1)
    runner = open_runner(graph_of(mean, result=(1, 3), constants=[axes]), runtime=runtime)
    with pytest.raises(ArgumentError, match=r"returns an array of shape \(1, 3\) for \d pictures. Its first axis must"):
        runner([np.zeros((8, 3), np.float32)])


def quantized_graph():
    """y = x @ [[1, 2, 3], …] in int8."""
    weights = np.int8([[1, 2, 3], [3, 2, 1], [0, 1, 0]])
    constants = [
        helper.make_tensor("step", TensorProto.FLOAT, [], [0.05]),
        helper.make_tensor("zero", TensorProto.INT8, [], [0]),
        helper.make_tensor("weights", TensorProto.INT8, [3, 3], weights.ravel().tolist()),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
    ]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "step", "zero"], ["small"]),
        helper.make_node("DequantizeLinear", ["small", "step", "zero"], ["rounded"]),
        helper.make_node("DequantizeLinear", ["weights", "one", "zero"], ["kernel"]),
        helper.make_node("MatMul", ["rounded", "kernel"], ["y"]),
    ]
    return graph_of(*nodes, constants=constants), weights


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_graph_of_int8_runs_as_it_is(runtime):
    content, weights = quantized_graph()
    x = np.float32([[1.0, -2.0, 3.02], [0.2, 0.3, -0.4]])
    runner = open_runner(content, runtime=runtime)
    np.testing.assert_allclose(runner([x])[0], np.round(x / 0.05) * 0.05 @ weights, rtol=1e-2, atol=1e-2)
    if runtime == "openvino":
        assert runner._compiler._settings["INFERENCE_PRECISION_HINT"] == ("bf16" if BFLOAT16 else "f32")
        assert open_runner(NEGATIVE)._compiler._settings["INFERENCE_PRECISION_HINT"] == "f32"


@pytest.mark.parametrize("runtime", ["openvino", "tensorrt", None])
def test_what_is_computed_meanwhile_arrives(runtime):
    threads = []

    def computed():
        threads.append(threading.current_thread())
        return 7

    assert while_imported(runtime, computed) == 7
    assert len(threads) == 1 and threads[0] is not threading.current_thread()
    with pytest.raises(ModelFileError, match="damaged"):
        while_imported(runtime, lambda: _raise(ModelFileError("damaged")))


def _raise(problem):
    raise problem
