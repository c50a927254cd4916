"""`amalthea layers`, against what Keras and the papers' tables say of the networks."""

import json

import pytest

from amalthea.architectures import get_model
from tests.apps.commands import call, succeed

pytestmark = pytest.mark.single_backend


def test_the_layers_are_those_of_keras():
    import keras

    header, *rows = succeed("layers", "vgg16").stdout.splitlines()
    assert header.split() == ["layer", "type", "output", "parameters", "block"]
    reference = keras.applications.VGG16(weights=None)
    assert [row.split()[:2] for row in rows[1:]] == [
        [layer.name, type(layer).__name__] for layer in reference.layers[1:]
    ]
    [found] = [" ".join(row.split()) for row in rows if row.startswith("block5_conv1 ")]
    assert found == "block5_conv1 Conv2D 14 × 14 × 512 2,359,808 block5"


def test_json_holds_shapes_and_blocks():
    rows = json.loads(succeed("layers", "ResNet50", "--json").stdout)
    reference = get_model("ResNet50", weights=None)
    assert [row["name"] for row in rows[1:]] == [layer.name for layer in reference.layers[1:]]
    assert sum(row["parameters"] for row in rows) == 25_636_712
    blocks = list(dict.fromkeys(row["block"] for row in rows if row["block"]))
    assert [sum(block.startswith(f"conv{stage}_") for block in blocks) for stage in (2, 3, 4, 5)] == [3, 4, 6, 3]
    [shortcut] = [row for row in rows if row["name"] == "conv3_block1_0_conv"]
    assert (shortcut["block"], shortcut["output"]) == ("conv3_block1", [28, 28, 512])
    assert [row["block"] for row in rows[-2:]] == [None, None]


def test_a_narrower_network():
    rows = json.loads(succeed("layers", "MobileNet", "--alpha", "0.25", "--json").stdout)
    assert sum(row["parameters"] for row in rows) == 475_544


def test_of_a_classifier_of_ones_own(trains, pets, quarter, tmp_path):
    trained = tmp_path / "pets.keras"
    succeed("train", pets / "train", "--split", "0.5", "--epochs", "1", *quarter, "--out", trained)
    rows = json.loads(succeed("layers", trained, "--json").stdout)
    assert rows[-1]["output"] == [3]
    assert rows[-1]["block"] is None
    assert {"name": "conv_pw_13", "block": "conv_pw_13"}.items() <= {row["name"]: row for row in rows}[
        "conv_pw_13"
    ].items()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["VGG61"], "Did you mean VGG19 or VGG16?"),
        (["VGG16", "--alpha", "0.5"], "--alpha: VGG16 has one width."),
        (["gone.keras"], "There is no file gone.keras"),
        (["pets.onnx"], "pets.onnx is for prediction alone"),
    ],
)
def test_what_has_no_layers_is_refused(arguments, message):
    answer = call("layers", *arguments)
    assert answer.exit_code == 1
    assert message in answer.stderr
