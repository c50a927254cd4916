"""What the report says of two precisions is what their answers say."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import amalthea
from amalthea.errors import AmaltheaWarning, ArgumentError, MissingFileError
from amalthea.runtime.quantization import Cost, cost_of
from amalthea.runtime.quantization.cost import compare
from amalthea.runtime.runners.openvino import check_precision

pytestmark = pytest.mark.single_backend


@pytest.fixture
def network(cached_weights):
    return amalthea.predictor("MobileNet", alpha=0.25)


@pytest.fixture
def photographs(test_data):
    return sorted((test_data / "images").glob("*.jpg"))


class Disturbed:
    """A runner whose answers for some pictures go to the next class."""

    def __init__(self, runner, every):
        self._runner, self._every = runner, every

    def __getattr__(self, name):
        return getattr(self._runner, name)

    def __call__(self, arrays):
        [scores] = self._runner(arrays)
        scores[:: self._every] = np.roll(scores[:: self._every], 1, axis=1)
        return [scores]


def test_figures_are_those_of_the_answers(network, photographs):
    lower = replace(network, runner=Disturbed(network.runner, every=3))
    cost = compare(network, lower, photographs, precision="int8", calibrated_with=12)
    exact, other = (np.stack(list(predictor.probabilities(photographs))) for predictor in (network, lower))
    count = len(photographs)
    assert cost == Cost(
        precision="int8",
        pictures=count,
        agreement=pytest.approx(1 - -(-count // 3) / count),
        largest_change=pytest.approx(np.abs(exact - other).max()),
        typical_change=pytest.approx(np.median(np.abs(exact - other).max(axis=1))),
        calibrated_with=12,
    )
    assert cost.agreement < 0.8
    assert cost.largest_change > 0.3
    assert cost.typical_change == 0


def test_accuracy_where_folders_are_named_as_classes(network, test_data, tmp_path):
    elephants, crates = tmp_path / "n02504458", tmp_path / "crate"  # by WordNet id and by name
    for folder in (elephants, crates, tmp_path / "anything"):
        folder.mkdir()
    picture = Image.open(test_data / "images" / "elephant.jpg")
    for path in (elephants / "1.png", elephants / "2.png", crates / "3.png", tmp_path / "anything" / "4.png"):
        picture.save(path)
    paths = sorted(tmp_path.rglob("*.png"), key=lambda path: path.name)
    cost = compare(network, replace(network, runner=Disturbed(network.runner, every=4)), paths, precision="int8")
    assert (cost.pictures, cost.labelled) == (4, 3)
    assert cost.accuracy_in_float32 == pytest.approx(2 / 3)  # an elephant in a crate's folder
    assert cost.accuracy == pytest.approx(1 / 3)


def test_as_text():
    cost = Cost(precision="int8", pictures=300, agreement=0.98666, largest_change=0.2141, typical_change=0.01)
    assert str(cost).splitlines() == [
        "300 pictures                        float32      int8",
        "same best class                                 0.987",
        "largest change of a probability                 0.214",
        "the same, median over the pictures              0.010",
    ]
    labelled = replace(cost, labelled=200, accuracy=0.9, accuracy_in_float32=0.915, calibrated_with=300)
    first, *_, last = str(labelled).splitlines()
    assert first.startswith("300 pictures, none of them among the 300 of the calibration  float32")
    assert " ".join(last.split()) == "accuracy on 200 with a known class 0.915 0.900"


def test_bfloat16_on_real_pictures(cached_weights, test_data):
    try:
        check_precision("bfloat16")
    except ArgumentError as problem:
        pytest.skip(str(problem))
    cost = cost_of("MobileNet", test_data / "images", alpha=0.75)
    assert cost.precision == "bfloat16"
    assert cost.pictures == len([path for path in (test_data / "images").iterdir() if path.suffix != ".txt"])
    assert cost.agreement > 0.7
    assert 0 < cost.largest_change < 0.2
    assert cost.accuracy is None


def test_float32_costs_nothing(network, photographs):
    cost = cost_of("MobileNet", photographs[:2], alpha=0.25, precision="float32")
    assert (cost.agreement, cost.largest_change, cost.calibrated_with) == (1, 0, 0)


def test_wrong_input(network, photographs, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with pytest.warns(AmaltheaWarning, match=r"1 of 3 files are no usable pictures and left out:\n.*broken\.jpg"):
        assert compare(network, network, [*photographs[:2], broken], precision="int8").pictures == 2
    with pytest.raises(ArgumentError, match="1 of 1 files are no usable pictures"):
        compare(network, network, [broken], precision="int8")
    with pytest.raises(MissingFileError, match="There is no picture"):
        cost_of("MobileNet", tmp_path / "nowhere.jpg", alpha=0.25)
    with pytest.raises(ArgumentError, match=r"amalthea\.save"):
        cost_of("MobileNet", photographs, alpha=0.25, precision="int8")
    with pytest.raises(ArgumentError, match="build a network with its top"):
        compare(replace(network, classes=()), network, photographs, precision="bfloat16")
    with pytest.raises(MissingFileError, match=r"There is no file .*nowhere\.onnx"):
        cost_of(tmp_path / "nowhere.onnx", photographs)
