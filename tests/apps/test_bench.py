import json
import os

import keras
import pytest
from keras import layers
from PIL import Image

import amalthea
from amalthea.apps.charts import draw_speeds
from amalthea.errors import MissingDependencyError
from amalthea.runtime import Measurement
from tests.apps.commands import call, succeed

pytestmark = pytest.mark.single_backend


@pytest.fixture
def small(tmp_path):
    """A file of ours, which no Keras is started for."""
    model = amalthea.get_model("MobileNet", alpha=0.25, weights=None, classes=2, input_shape=(32, 32, 3))
    amalthea.save(model, tmp_path / "small.onnx", classes=["cat", "dog"])
    return tmp_path / "small.onnx"


def test_table_json_and_chart(small, tmp_path):
    pytest.importorskip("matplotlib")
    chart = tmp_path / "chart.png"
    answer = succeed("bench", small, "--batch", 4, "--seconds", 0, "--chart", chart)
    header, *rows = answer.stdout.splitlines()
    assert header.split() == ["model", "computed", "by", "precision", "ms", "for", "one", "pictures/s"]
    assert {"small.onnx"} == {row.split()[0] for row in rows}
    [openvino] = [row.split() for row in rows if row.split()[1:3] == ["OpenVINO", "float32"]]
    assert float(openvino[3]) >= 0 and float(openvino[4]) > 1
    assert "Keras" not in answer.output
    with Image.open(chart) as picture:
        assert picture.width == 1100
        assert len(picture.convert("RGB").getcolors(1 << 16)) > 20


def test_two_inputs(tmp_path):
    """Pictures and whole numbers, such as words about them."""
    picture, words = keras.Input((None, None, 3), name="picture"), keras.Input((5,), dtype="int32", name="words")
    pooled = layers.GlobalAveragePooling2D(data_format="channels_last")(picture)
    joined = layers.Concatenate()([pooled, layers.Flatten()(layers.Embedding(3, 2)(words))])
    amalthea.save(keras.Model([picture, words], layers.Dense(2)(joined)), tmp_path / "two.onnx")
    answer = succeed("bench", tmp_path / "two.onnx", "--batch", 2, "--seconds", 0, "--int8", "--json")
    errors = {}
    for each in json.loads(answer.stdout)["measurements"]:
        errors[each["precision"]] = each["error"]
        assert each["error"] or each["throughput"] > 1
    assert errors["float32"] is None
    assert errors["int8"] == "precision='int8' needs a network with one input; this one has 2."


def test_json(small):
    found = json.loads(succeed("bench", small, "--batch", 4, "--seconds", 0, "--json").stdout)
    assert (found["batch"], found["cores"]) == (4, os.cpu_count())
    assert len(found["processor"]) > 3
    assert {"model", "runtime", "precision", "latency", "throughput", "error"} == set(found["measurements"][0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ResNet5O"], "The catalogue has no model 'ResNet5O'. Did you mean ResNet50"),
        (["nothing*"], "The catalogue has no model 'nothing*'."),
        (["nowhere.onnx"], "There is no file nowhere.onnx"),
        (["--batch", "0"], "0 is not in the range x>=1"),
        (["--chart", "chart.jpg"], "chart.jpg must end in .png"),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(arguments, words):
    answer = call("bench", *arguments)
    assert answer.exit_code in (1, 2)
    assert words in answer.stderr


def test_where_nothing_can_be_measured_the_status_is_1(tmp_path):
    (tmp_path / "broken.onnx").write_text("no model")
    answer = call("bench", tmp_path / "broken.onnx", "--seconds", 0)
    assert answer.exit_code == 1
    assert "OpenVINO, float32: " in answer.stderr and "is no ONNX model" in answer.stderr


def test_the_chart_shows_every_row_and_replaces_the_file_whole(tmp_path):
    pytest.importorskip("matplotlib")
    rows = [
        Measurement("ResNet50", "Keras on JAX", "float32", 0.05, 30.0),
        Measurement("ResNet50", "ONNX Runtime", "float32", 0.02, 66.0),
        Measurement("ResNet50", "OpenVINO", "bfloat16", error="no instructions"),
    ]
    heights = []
    for number in (1, 3):
        draw_speeds(rows[:number], tmp_path / "chart.png", "here")
        with Image.open(tmp_path / "chart.png") as picture:
            heights.append(picture.height)
    assert heights[1] > heights[0]
    assert [path.name for path in tmp_path.iterdir()] == ["chart.png"]


def test_without_matplotlib(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r'^--chart needs Matplotlib: pip install "amalthea\[training\]"$'):
        draw_speeds([], tmp_path / "chart.png", "")


@pytest.mark.slow
def test_a_network_of_the_catalogue_on_all_that_is_installed():
    found = json.loads(succeed("bench", "efficientnet-lite0", "--batch", 2, "--seconds", 0, "--json").stdout)
    by_way = {(each["runtime"], each["precision"]): each for each in found["measurements"]}
    errors = {way: each["error"] for way, each in by_way.items() if each["error"]}
    assert set(errors) <= {("OpenVINO", "bfloat16")}, errors  # which not every processor has
    assert by_way["Keras on OpenVINO", "float32"]["throughput"] > 0
    assert by_way["OpenVINO", "float32"]["latency"] > 0
