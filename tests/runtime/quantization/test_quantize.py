"""A network in whole numbers of 8 bits is one ONNX file that answers nearly as before, and says how nearly."""

import subprocess
import sys

import keras
import numpy as np
import onnx
import pytest
from keras import layers
from PIL import Image

import amalthea
from amalthea.applications import MobileNet
from amalthea.catalog import imagenet_classes
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingDependencyError, MissingFileError
from amalthea.images import read_resized
from amalthea.runtime.loading import opened
from amalthea.runtime.quantization import quantize, quantized, require_nncf, to_integers
from amalthea.runtime.saved_file import read
from tests.live_weights import set_live_weights
from tests.runtime.agreement import answers_of_graph

pytestmark = pytest.mark.single_backend

CLASSES = [known.name for known in imagenet_classes()]


def small_network(channels=3, classes=3):
    """A residual block, which has what most networks are made of."""
    options = {"padding": "same", "data_format": "channels_last"}
    x = inputs = keras.Input((32, 24, channels))
    x = shortcut = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, **options)(x)))
    x = layers.ReLU(max_value=6)(layers.BatchNormalization()(layers.DepthwiseConv2D(3, **options)(x)))
    x = layers.Add()([layers.BatchNormalization()(layers.Conv2D(8, 1, **options)(x)), shortcut])
    x = layers.GlobalAveragePooling2D(data_format="channels_last")(layers.ReLU()(x))
    model = keras.Model(inputs, layers.Dense(classes, activation="softmax")(x), name="small")
    set_live_weights(model)
    return model


def described(file):
    """The content of a file of ours, and what it says of itself."""
    found = read(file)
    return found.content, found.description


@pytest.fixture(scope="module")
def files(test_data, tmp_path_factory):
    """MobileNet with real weights as one file, in float32."""
    file = tmp_path_factory.mktemp("float32") / "mobilenet.onnx"
    weights = test_data / "weights" / "mobilenet_7_5_224_tf.h5"
    amalthea.save(MobileNet(alpha=0.75, weights=weights), file, classes=CLASSES)
    return file


@pytest.fixture(scope="module")
def pets(test_data):
    return sorted((test_data / "pets" / "validation").rglob("*.jpg"))[::3]


@pytest.fixture(scope="module")
def result(files, pets):
    pytest.importorskip("nncf")
    return quantize(*described(files), pets, min_agreement=0.8, name="mobilenet")


def test_it_is_one_small_file_that_every_runtime_opens(result, files, pets):
    graph = onnx.load_model_from_string(result.content)
    kinds = {node.op_type for node in graph.graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    assert "BatchNormalization" not in kinds
    assert not graph.metadata_props
    assert [port.type.tensor_type.elem_type for port in graph.graph.input] == [onnx.TensorProto.UINT8]
    assert len(result.content) < 0.35 * files.stat().st_size
    pixels = np.stack(list(read_resized(pets[:6], 224)))
    expected = amalthea.load(files)(pixels)
    for runtime, (found,) in answers_of_graph(graph, [pixels]).items():
        assert np.abs(found - expected).max() < 0.3, runtime
        assert np.abs(found - expected).max() > 1e-4, "it still computes in float32"


def test_the_scaling_in_front_is_exact(result):
    """Whole numbers begin with the first convolution."""
    graph = onnx.load_model_from_string(result.content).graph
    first = next(node for node in graph.node if node.op_type == "QuantizeLinear")
    before = [node.op_type for node in graph.node][: list(graph.node).index(first)]
    assert "Div" in before
    assert all(node.name.startswith("scaling/") for node in graph.node[: len(before)] if node.op_type in ("Div", "Sub"))


def test_the_cost_is_that_of_pictures_which_it_never_saw(result, files, pets):
    content, description = described(files)
    cost = result.cost
    assert cost.precision == "int8"
    assert cost.pictures + cost.calibrated_with == len(pets)
    assert 0.8 <= cost.agreement <= 1
    exact, lower = opened(content, description, "float32"), opened(result.content, description, "int8")
    one, other = (np.stack(list(predictor.probabilities(pets))) for predictor in (exact, lower))
    assert cost.largest_change <= np.abs(one - other).max() + 1e-6


def test_it_refuses_what_costs_too_much(files, pets, tmp_path):
    """Calibrated in the dark, it knows no range that a picture needs."""
    pytest.importorskip("nncf")
    dark = [tmp_path / f"{number}.png" for number in range(2)]
    for side, path in enumerate(dark, start=8):  # no two files of the same content
        Image.fromarray(np.zeros((side, 8, 3), np.uint8)).save(path)
    content, description = described(files)
    with pytest.raises(ArgumentError) as caught:
        quantize(content, description, dark, held_out=pets[:20], name="mobilenet")
    message = str(caught.value)
    assert "mobilenet in int8 would name the same best class" in message
    assert "min_agreement is 0.98" in message
    assert "20 pictures, none of them among the 2 of the calibration" in message
    assert "precision='bfloat16'" in message


def test_it_refuses_to_be_judged_by_few(files, pets, tmp_path):
    pytest.importorskip("nncf")
    content, description = described(files)
    words = r"Only 1 usable pictures are left to judge what int8 costs; 20 are needed.*min_agreement=0, or --force"
    with pytest.raises(ArgumentError, match=words):
        quantize(content, description, pets[:2])
    with pytest.raises(ArgumentError, match="Only 19 usable pictures are left"):
        quantize(content, description, pets[20:], held_out=pets[:19], min_agreement=0.01)
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    with (
        pytest.raises(ArgumentError, match="Only 19 usable pictures are left"),
        pytest.warns(AmaltheaWarning, match="1 of 20 files are no usable pictures"),
    ):
        quantize(content, description, pets[20:22], held_out=[*pets[:19], broken])


def test_nothing_is_printed_and_nobody_is_told(tmp_path, home):
    """In a process without pytest, in whose presence NNCF is silent anyway, and after OpenVINO was imported."""
    pytest.importorskip("nncf")
    graph = tmp_path / "graph.onnx"
    graph.write_bytes(amalthea.runtime.to_onnx(small_network()).SerializeToString())
    code = (
        "import sys, numpy, amalthea\n"
        "from pathlib import Path\n"
        "from amalthea.runtime.quantization import to_integers\n"
        "pictures = numpy.random.default_rng(0).random((4, 32, 24, 3), 'float32')\n"
        "assert b'QuantizeLinear' in to_integers(Path(sys.argv[1]).read_bytes(), pictures)\n"
        "from nncf.telemetry.wrapper import telemetry\n"
        "assert 'Stub' in str(type(telemetry)) or 'Mock' in str(type(telemetry)), telemetry\n"
        "assert 'keras' not in sys.modules\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(graph)], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == ""
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert [path.name for path in tmp_path.iterdir()] == ["graph.onnx"]


def test_from_a_model_and_from_a_file(pets, tmp_path, monkeypatch):
    """The whole way, for a small network: in memory, and in a file."""
    pytest.importorskip("nncf")
    monkeypatch.chdir(tmp_path)
    model, known = small_network(), {"classes": ["Abyssinian", "Bengal", "cat"], "scaling": "tf"}
    options = {"held_out": pets[:9], "min_agreement": 0}
    classify, cost = quantized(model, pets[9:20], **known, **options)
    assert repr(classify) == "<Predictor small in int8: (None, 32, 24, 3) -> (None, 3)>"
    assert (cost.pictures, cost.calibrated_with) == (9, 11)
    assert cost.labelled > 0
    assert len(classify.predict_images(pets[:2])) == 2

    amalthea.save(model, "exact.onnx", **known)
    again, same = quantized("exact.onnx", pets[9:20], **options)
    assert same == cost
    assert again.name == "exact.onnx in int8"
    assert amalthea.save("exact.onnx", "int8.onnx", precision="int8", calibration=pets[9:20], **options) == cost
    reopened, pixels = amalthea.load("int8.onnx", verify=True), np.stack(list(read_resized(pets[:4], (32, 24))))
    np.testing.assert_array_equal(reopened(pixels), again(pixels))
    assert {path.name for path in tmp_path.iterdir()} == {"exact.onnx", "int8.onnx"}


def test_a_network_that_takes_other_than_pictures():
    """In front stands no scaling; what tells pictures apart remains, in every runtime."""
    pytest.importorskip("nncf")
    arrays = np.random.default_rng(0).standard_normal((24, 32, 24, 1), np.float32)
    arrays *= np.linspace(0.7, 1.3, 24, dtype=np.float32).reshape(-1, 1, 1, 1)
    graph = amalthea.runtime.to_onnx(small_network(channels=1, classes=5))
    found = onnx.load_model_from_string(to_integers(graph.SerializeToString(), arrays[::2]))
    answers = answers_of_graph(found, [arrays])
    for runtime, (expected,) in answers_of_graph(graph, [arrays]).items():
        [got] = answers[runtime]
        one, other = ((scores - scores.mean(axis=0)).ravel() for scores in (expected, got))
        assert one.std() > 0.01
        assert np.corrcoef(one, other)[0, 1] > 0.9, runtime
        assert not np.array_equal(one, other)


def test_wrong_input(files, pets, tmp_path):
    pytest.importorskip("nncf")
    content, description = described(files)
    for wrong in (-0.1, 1.5, "much", None, True):
        with pytest.raises(ArgumentError, match=r"min_agreement=.* is no part of the pictures"):
            quantize(content, description, pets, min_agreement=wrong)
    with pytest.raises(MissingFileError, match=r"There is no picture .*nowhere"):
        quantize(content, description, tmp_path / "nowhere")


def test_without_nncf(files, pets, monkeypatch):
    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(MissingDependencyError, match=r'needs NNCF: pip install "amalthea\[int8\]"'):
        require_nncf()
    with pytest.raises(MissingDependencyError, match=r"amalthea\[int8\]"):
        quantize(*described(files), pets)
