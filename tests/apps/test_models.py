import json

import pytest
from click.testing import CliRunner

import amalthea
from amalthea.apps.command_line import command_line

pytestmark = pytest.mark.single_backend


def test_without_a_pattern_all_are_listed():
    answer = CliRunner().invoke(command_line, ["models"])
    assert answer.exit_code == 0
    header, *rows = answer.stdout.splitlines()
    assert header.split()[:2] == ["model", "parameters"]
    assert tuple(row.split()[0] for row in rows) == amalthea.list_models()


@pytest.mark.parametrize("pattern", ["vgg*", "VGG*", "v-g-g*"])
def test_a_pattern_ignores_case_and_dashes(pattern):
    answer = CliRunner().invoke(command_line, ["models", pattern])
    assert [row.split()[0] for row in answer.stdout.splitlines()[1:]] == ["VGG16", "VGG19"]


def test_no_match_says_what_a_pattern_is():
    answer = CliRunner().invoke(command_line, ["models", "resnet"])
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert answer.stderr == "Error: No model matches 'resnet'. Patterns are those of a shell, such as 'resnet*'.\n"


def test_json_holds_whole_rows():
    answer = CliRunner().invoke(command_line, ["models", "inceptionv*", "--json"])
    [row] = json.loads(answer.stdout)
    assert (row["name"], row["size"], row["min_size"], row["scaling"]) == ("InceptionV3", 299, 75, "tf")
    assert row["top1"] == pytest.approx(0.779)
    assert row["files"][0]["md5"] == "9a0d58056eeedaa3f26cb7ebd46da564"


def test_long_tells_what_a_licence_asks_for():
    answer = CliRunner().invoke(command_line, ["models", "vgg16", "--long"])
    assert answer.exit_code == 0
    name, *facts = answer.stdout.splitlines()
    assert name == "VGG16"
    assert "  parameters   138,357,544 in 23 layers" in facts
    assert "  weights      528 MB, CC-BY-4.0, by Visual Geometry Group, University of Oxford" in facts
    assert facts[-1].endswith("https://arxiv.org/abs/1409.1556")
    mobilenet = CliRunner().invoke(command_line, ["models", "mobilenet", "--long"]).stdout
    assert "  trained for  alpha 0.25, 0.5, 0.75, 1.0 at 128, 160, 192, 224 px\n" in mobilenet


def test_speed_is_measured_here():
    answer = CliRunner().invoke(command_line, ["models", "efficientnet-lite0", "--speed"])
    header, row = answer.stdout.splitlines()
    assert header.endswith("ms for one  pictures/s")
    milliseconds, a_second = map(float, row.split()[-2:])
    assert milliseconds > 0
    assert a_second > 0
    [measured] = json.loads(
        CliRunner().invoke(command_line, ["models", "efficientnet-lite0", "--speed", "--json"]).stdout
    )
    assert measured["latency"] > 0
    assert measured["throughput"] > 0
    long = CliRunner().invoke(command_line, ["models", "efficientnet-lite0", "--speed", "--long"]).stdout
    assert "  speed here   " in long
